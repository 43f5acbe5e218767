"""Publishes the city plane: the latest values of every asset, from what gateways send."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import ParamSpec

import msgspec

from gateway.centre.city.asset import Owner
from gateway.centre.city.inbox import CityInbox, Received
from gateway.centre.city.latest import LatestValues, Pace
from gateway.centre.city.schema_asks import AskedSchemas
from gateway.centre.city.turns import TICK_S
from gateway.centre.progress import Progress
from gateway.centre.schemas import PACKET_LIMIT_BYTES
from gateway.host.mqtt import Broker, Message, Mqtt
from gateway.host.stopping import wait_for_stop
from gateway.model import topics
from gateway.model.batch import BatchError, Unpacker, rows_of
from gateway.model.messages import Ask, CityMessage
from gateway.model.topics import GatewayId
from gateway.model.untrusted_json import json_reader

log = logging.getLogger(__name__)

_ADDED_WITHIN_S = _PUBLISHED_WITHIN_S = 0.05
"""Nothing else runs meanwhile: the ingest may run beside this."""

_WINDOW_MESSAGES, _WINDOW_BYTES = 40, 1 << 20
"""What may be published and not acknowledged, twice what the client sends at once: more would wait in memory, in no fair order."""

_GATHER_S = 0.05
"""Messages wait this long for others: waking the loop costs more than a message does."""

_STUCK_AFTER_S = 30.0
"""A tick takes a part of a second."""

_ALARMED_S = 60.0
"""An alarm about a gateway stays for so long after its last cause."""

P = ParamSpec("P")

_message = json_reader(CityMessage)


class _Window:
    """Messages that are published and not acknowledged by the broker. `on_room` is called when half of those that filled it are."""

    def __init__(self, on_room: Callable[[], None]) -> None:
        self._messages = self._bytes = 0
        self._on_room, self._was_full = on_room, False

    def is_full(self) -> bool:
        return self._messages >= _WINDOW_MESSAGES or self._bytes >= _WINDOW_BYTES

    def add(self, published: "asyncio.Future[None]", size: int) -> None:
        self._messages += 1
        self._bytes += size
        self._was_full = self._was_full or self.is_full()
        published.add_done_callback(lambda _: self._remove(size))

    def _remove(self, size: int) -> None:
        self._messages -= 1
        self._bytes -= size
        if self._was_full and self._messages <= _WINDOW_MESSAGES // 2 and self._bytes <= _WINDOW_BYTES // 2:
            self._was_full = False
            self._on_room()


class CityPublisher:
    """Publishes for one operator, or for all of a site. What was published before it started, it reads from the broker."""

    def __init__(self, site: str, operator: str | None, broker: Broker, pace: Pace) -> None:
        self._site, self._operator = site, operator or "+"
        self._schemas, self._unpacker, self.latest = AskedSchemas(), Unpacker(), LatestValues(pace)
        self.inbox, self.progress = CityInbox(), Progress(_STUCK_AFTER_S)
        self._window = _Window(lambda: self._guarded(self._publish_due))
        self._restoring = True
        self.published = self.ignored = 0
        self.mqtt = Mqtt(
            broker, f"{site}-city-{operator or 'all'}", on_connect=self._connected, on_message=self._received,
            gather_s=_GATHER_S, max_packet_bytes=PACKET_LIMIT_BYTES,
        )  # fmt: skip

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        self.mqtt.start()
        try:
            while not await wait_for_stop(stop, 0.0 if self._busy else TICK_S):
                self.progress.step()
                self._add_round()
                self._guarded(self._publish_due)
        finally:
            self.progress.wait()
            await self.mqtt.stop()

    @property
    def _busy(self) -> bool:
        """Whether there is something to do at once."""
        return self.inbox.is_due(_now_s()) or (not self._window.is_full() and self.latest.turns.late_s(_now_s()) > 0)

    @property
    def late_s(self) -> float:
        """How long readings wait here at present, other than for what their own gateway sent too much."""
        return self.inbox.late_s(_now_s()) + self.latest.turns.late_s(_now_s())

    def alarms(self) -> list[str]:
        """Return what is not published at present, and why."""
        since_s, latest = _now_s() - _ALARMED_S, self.latest
        return [
            *(
                f"{_named(one)}: not all of its assets are on the city plane: they are too many or too large"
                for one in latest.room.refused_since(since_s)
            ),
            *(
                f"{_named(one)}: its values change more often than the city plane publishes"
                for one in latest.turns.throttled_since(since_s)
            ),
            *(f"{_named(one)}: it sends more batches than the city plane can use" for one in self.inbox.dropped_since(since_s)),
        ]

    def _add_round(self) -> None:
        """Add a round of batches, for a short time."""
        begun_s = _now_s()
        until_s = begun_s + _ADDED_WITHIN_S
        with contextlib.closing(self.inbox.take(begun_s)) as some:
            for received in some:
                self._guarded(self._add, received)
                now_s = _now_s()
                self.inbox.spend(received.sender, now_s - begun_s, now_s)
                if now_s > until_s:
                    return
                begun_s = now_s

    def _guarded(self, work: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Do something with what others sent; whatever it raises ends nothing but itself."""
        try:
            work(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 — the last resort: no message, whatever is in it, ends the city plane
            self.ignored += 1
            log.warning("a message was ignored: %r", error)

    def _connected(self) -> None:
        # The retained messages of the city plane arrive first: nothing older is published again.
        self._restoring = True
        filters = (topics.every_gateway(self._site, channel, self._operator) for channel in ("schema/+", "data"))
        self.mqtt.subscribe(topics.every_asset(self._site, self._operator), *filters)

    def _received(self, message: Message) -> None:
        self._guarded(self._sort, message)

    def _sort(self, message: Message) -> None:
        if topics.parse_city(message.topic) is not None:
            self._restore(message)
            return
        topic = topics.parse_gateway(message.topic)
        if topic is not None and topic.schema is not None:
            self._schemas.update(topic.sender, topic.schema, message.payload)
        elif topic is not None and topic.channel == "data":
            self.inbox.put(topic.sender, message.payload, _now_s())

    def _restore(self, message: Message) -> None:
        if not message.retained:
            # The first one that is not retained is our own: all retained ones have arrived.
            if self._restoring:
                self.mqtt.unsubscribe(topics.every_asset(self._site, self._operator))
                self._restoring = False
            return
        try:
            self.latest.restore(message.topic, _message(message.payload))
        except ValueError as error:
            log.warning("%s: the retained message is invalid (%s) and will be overwritten", message.topic, error)

    def _add(self, received: Received) -> None:
        sender = received.sender
        try:
            batch = self._unpacker.unpack(received.payload)
            document = self._schemas.get(sender, batch.schema, _now_s())
            if document is None:
                self._ask(sender, batch.schema)
            elif not isinstance(document, str):
                self.latest.add(sender, batch, rows_of(batch), document, _now_s())
        except BatchError as error:
            self.ignored += 1
            log.debug("%s/%s: %s; the ingest reports it", sender.operator, sender.gateway, error)

    def _ask(self, sender: GatewayId, schema: bytes) -> None:
        """Ask a gateway for a schema document that the broker did not have. Its values are published with the next batch."""
        if self._schemas.due(sender, _now_s()):
            self.mqtt.publish(sender.topic("ask"), msgspec.json.encode(Ask(schema=schema.hex())))

    def _publish_due(self) -> None:
        """Publish what is due, for a short time and as far as the broker acknowledges it. What stays is newer when its turn comes."""
        if not self.mqtt.state.connected or self._window.is_full():
            return
        until_s = _now_s() + _PUBLISHED_WITHIN_S
        with contextlib.closing(self.latest.due_messages(_now_s())) as due:
            for topic, payload in due:
                self._window.add(self.mqtt.publish(topic, payload, retain=True), len(payload))
                self.published += 1
                if self._window.is_full() or _now_s() > until_s:
                    return


def _named(owner: Owner) -> str:
    return "/".join(owner)


def _now_s() -> float:
    return time.monotonic()
