"""Publishes what happens to situations: every version once and in order, and what the broker should retain.

The position in the history is stored after the broker has acknowledged everything before it. What was published and not noted before a
crash is found in what the broker retains, and not published again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from gateway.centre.progress import Progress
from gateway.centre.situation.exchange.outgoing import Directory, OutgoingMessage, messages_since, tombstone
from gateway.centre.situation.exchange.reconciliation import Differences, RetainedEvent, differences, retained_event
from gateway.centre.situation.exchange.retained_reader import RetainedReader
from gateway.centre.situation.port import SituationStore, SituationsUnavailable
from gateway.host import clock
from gateway.host.mqtt import Disconnected, Message, Mqtt, PublishRefused
from gateway.host.threads import OneThread

log = logging.getLogger(__name__)

READER = "mqtt"
"""The name of the position."""

_AT_ONCE = 100
"""Entries of the history that are published together."""

_SAVE_AFTER_S, _AGAIN_AFTER_S, _LOOK_EVERY_S = 0.5, 1.0, 60.0
"""How long a position may wait to be stored; when a step that failed is repeated; the clock may be set, so it is looked at now and then."""

_STUCK_AFTER_S = 120.0

T = TypeVar("T")


class SituationPublisher:
    """Publishes to everybody who may see a situation.

    Args:
        directory: Who takes part.
        store: A store for this alone.
        mqtt: The connection, which somebody else starts and stops.

    Raises:
        SituationsUnavailable: The store can't be used.
    """

    def __init__(self, directory: Directory, store: SituationStore, mqtt: Mqtt) -> None:
        self._directory, self._store, self._mqtt = directory, store, mqtt
        self._thread = OneThread("situations-out")
        self._woken = asyncio.Event()
        self._reader = RetainedReader(directory.site, mqtt)
        self._retained = _RetainedTopics(mqtt)
        self._session: int | None = None
        """The connection for which what the broker retains is known."""
        self._position = _Position(store)
        self.progress = Progress(_STUCK_AFTER_S)
        self.failing: str | None = None
        """Why the last step failed."""

    @property
    def position(self) -> int:
        """The number of the last entry of the history that is published."""
        return self._position.number

    @property
    def published(self) -> int:
        """How many messages were published, tombstones included."""
        return self._retained.published

    async def run(self, woken: asyncio.Event, stop: asyncio.Event) -> None:
        """Publish until told to stop, each time that `woken` is set, as it is when something was done or at a stop."""
        self._woken = woken
        try:
            while not stop.is_set():
                woken.clear()
                await self._try_step()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._wait_s()):
                        await woken.wait()
        finally:
            with contextlib.suppress(SituationsUnavailable):
                await self._in_thread(self._position.save)
            await self._in_thread(self._store.close)
            self._thread.close()

    def connected(self) -> None:
        """Begin anew: there is a new connection."""
        self._reader.give_up()
        self._woken.set()

    def received(self, message: Message) -> None:
        """Note a message that is no request."""
        self._reader.received(message)

    async def _try_step(self) -> None:
        if not self._mqtt.state.connected:
            return
        self.progress.step()
        try:
            await self._step()
        except (Disconnected, PublishRefused, SituationsUnavailable) as error:
            self._session = None
            if str(error) != self.failing:
                log.warning("situations can't be published: %s; trying again", error)
            self.failing = str(error)
        else:
            self.failing = None
        finally:
            self.progress.wait()

    async def _step(self) -> None:
        if self._session != self._mqtt.state.session:
            await self._begin()
        await self._publish_new()
        await self._retained.clear_ended(clock.now_ms())
        if self._position.unsaved_s() > _SAVE_AFTER_S:
            await self._in_thread(self._position.save)

    async def _begin(self) -> None:
        """Find out what the broker retains, and bring it up to date: nothing is published before."""
        session = self._mqtt.state.session
        self._retained.reset(await self._reader.read())
        await self._publish_new()
        retained = self._retained.events
        found = await self._in_thread(differences, self._store, self._directory, retained, self.position, clock.now_ms())
        self._retained.correct(found)
        await self._retained.publish(found.messages, clock.now_ms())
        self._session = session

    async def _publish_new(self) -> None:
        """Publish what was done since the last time."""
        while entries := await self._in_thread(messages_since, self._store, self._directory, self.position, _AT_ONCE):
            self.progress.step()
            await self._retained.publish([message for one in entries for message in one.messages], clock.now_ms())
            self._position.advance(entries[-1].number)

    def _wait_s(self) -> float:
        """Return how long to wait at most for the next event."""
        if not self._mqtt.state.connected:
            return _LOOK_EVERY_S
        if self.failing is not None:
            return _AGAIN_AFTER_S
        if self._position.unsaved_s():
            return _SAVE_AFTER_S
        due_ms = self._retained.next_end_ms()
        return _LOOK_EVERY_S if due_ms is None else min(_LOOK_EVERY_S, max(0.0, (due_ms - clock.now_ms()) / 1000))

    async def _in_thread(self, function: Callable[..., T], *args: object) -> T:
        return await self._thread.run(function, *args)


class _Position:
    """Up to which entry everything is published. Stored now and then: what is published again after a crash has the same number.

    Who publishes for the first time begins with what is: nobody waits for what was before.
    """

    def __init__(self, store: SituationStore) -> None:
        self._store = store
        saved = store.position(READER)
        self.number = store.newest() if saved is None else saved
        if saved is None:
            store.save_position(READER, self.number)
        self._unsaved_since_s: float | None = None

    def advance(self, number: int) -> None:
        """Note that everything up to an entry is published."""
        self.number = number
        if self._unsaved_since_s is None:
            self._unsaved_since_s = asyncio.get_running_loop().time()

    def unsaved_s(self) -> float:
        """Return for how long the position has waited to be stored; 0 if it is stored."""
        since_s = self._unsaved_since_s
        return 0.0 if since_s is None else max(asyncio.get_running_loop().time() - since_s, 1e-6)

    def save(self) -> None:
        """Store the position."""
        if self._unsaved_since_s is not None:
            self._store.save_position(READER, self.number)
            self._unsaved_since_s = None


class _RetainedTopics:
    """What the broker retains, as far as is known, and when what is over is cleared."""

    def __init__(self, mqtt: Mqtt) -> None:
        self._mqtt = mqtt
        self.events: dict[str, RetainedEvent] = {}
        self._ends_ms: dict[str, int] = {}
        self.published = 0

    def reset(self, events: dict[str, RetainedEvent]) -> None:
        """Begin with what the broker retains."""
        self.events, self._ends_ms = events, {}

    def correct(self, found: Differences) -> None:
        """Note when topics are cleared, and that what is retained on others is not what should be."""
        self._ends_ms |= found.ends_ms
        for message in found.messages:
            self.events.pop(message.topic, None)

    async def publish(self, messages: Iterable[OutgoingMessage], now_ms: int) -> None:
        """Publish messages in order, but for those that the broker has.

        Raises:
            Disconnected: The connection ended.
            PublishRefused: The broker refuses one.
        """
        await asyncio.gather(*(sent for message in messages for sent in self._sent(message, now_ms)))

    def _sent(self, message: OutgoingMessage, now_ms: int) -> "list[asyncio.Future[None]]":
        topic, until_ms = message.topic, message.until_ms
        if not message.payload:
            self.events.pop(topic, None)
            self._ends_ms.pop(topic, None)
            return [self._published(topic, b"", retain=True)]
        if topic in self.events and self.events[topic].number >= message.number:
            self._note_end(topic, until_ms)
            return []
        if until_ms is not None and until_ms <= now_ms:
            sent = self._published(topic, message.payload, retain=False)
            return [sent, *self._sent(tombstone(topic), now_ms)] if topic in self.events else [sent]
        self.events[topic] = retained_event(message.payload)
        self._note_end(topic, until_ms)
        return [self._published(topic, message.payload, retain=True)]

    def _note_end(self, topic: str, until_ms: int | None) -> None:
        if until_ms is None:
            self._ends_ms.pop(topic, None)
        else:
            self._ends_ms[topic] = until_ms

    def _published(self, topic: str, payload: bytes, *, retain: bool) -> "asyncio.Future[None]":
        self.published += 1
        return self._mqtt.publish(topic, payload, retain=retain)

    async def clear_ended(self, now_ms: int) -> None:
        """Clear what has been over for an hour.

        Raises:
            Disconnected: The connection ended.
            PublishRefused: The broker refuses it.
        """
        await self.publish([tombstone(topic) for topic, due_ms in self._ends_ms.items() if due_ms <= now_ms], now_ms)

    def next_end_ms(self) -> int | None:
        """Return when the next topic is cleared; None if none will be."""
        return min(self._ends_ms.values(), default=None)
