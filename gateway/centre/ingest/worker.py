"""One ingest worker: stores batches, and only then acknowledges them and sends receipts."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from gateway.centre.dead_letters import DeadLetters, NewLetter
from gateway.centre.ingest.clearing import Clearing
from gateway.centre.ingest.clones import Clones
from gateway.centre.ingest.decode import BatchDecoder, DecodedMessages
from gateway.centre.ingest.inbox import Inbox
from gateway.centre.ingest.outcome import StoreOutcome
from gateway.centre.ingest.receipts import Receipts
from gateway.centre.ingest.retrying_store import RetryingStore, Stopped
from gateway.centre.ingest.withdrawals import Withdrawals
from gateway.centre.progress import Progress
from gateway.centre.schemas import PACKET_LIMIT_BYTES, Schemas
from gateway.centre.stores.port import SeriesStore
from gateway.host.mqtt import OPEN_SHARE, Broker, Message, Mqtt, Will
from gateway.host.threads import OneThread
from gateway.model import topics
from gateway.model.instants import iso_utc
from gateway.model.messages import Ask, TimeAnswer, TimeQuestion, WorkerState
from gateway.model.topics import GatewayId, GatewayTopic
from gateway.model.untrusted_json import json_reader

log = logging.getLogger(__name__)

SESSION_EXPIRY_S = 30
"""Short, as receipts are the guarantee, not sessions: until a dead worker's session expires, mosquitto gives it a share of new batches, and
the gateways resend these when others overtake them."""

UNACKNOWLEDGED_S = 15.0
"""The broker of a centre is near. While a flood keeps it from acknowledging 20 receipts, no other is sent."""

_IN_HAND = 512
_DECODED_WITHIN_S = 0.1
"""Nothing else runs meanwhile, and what is decoded is written at once."""

_STORED_AFTER_STOP_S = 3.0
"""What is not stored by then comes again, for want of a receipt."""

_STUCK_AFTER_S = 120.0
"""A step of the worker takes seconds; the longest wait for an answer of the store is half a minute."""
_GATHER_S = 0.02
"""Messages wait this long for others: a thousand small writes a second would keep the store busy with nothing else."""

_OFFLINE_AFTER_S = 10.0
"""After this time without its store a worker reports itself offline: gateways then hold their batches, and no broker's queue overflows."""

_SAY_AGAIN_S = 1.0
"""How long a worker waits before it contradicts what it hears about itself: two workers of one name must not keep the broker busy."""

_time_question = json_reader(TimeQuestion)


class IngestCounts:
    """What a worker has done, and noticed, since it started."""

    def __init__(self) -> None:
        self.batches = 0
        self.readings = 0
        self.unknown_schema = 0
        self.rejected = 0
        self.partly = 0
        self.unreadable = 0
        self.dropped = 0
        self.clones = Clones()


class _Clock(NamedTuple):
    """The time of this machine, and whether its kernel reports it synchronised."""

    now_ms: Callable[[], int]
    is_known: Callable[[], bool]


class _Presence:
    """The worker's retained state. Each connection has its own start id: gateways resend what they sent over an earlier one.

    What others hear may be contradicted: a broker that learns late that an earlier connection has ended publishes its will after the new
    state, and a worker that gateways believe offline would receive nothing any more.
    """

    def __init__(self, topic: str, start: str) -> None:
        self.topic, self._start = topic, start
        self._connections = 0
        self.online = False
        self.message = b""
        self.contradicted = False
        """Whether others heard last something else than the current state."""

    def connected(self) -> None:
        """Begin a new connection."""
        self._connections += 1

    def set(self, *, online: bool, store_away_since: str | None = None) -> bytes:
        """Change the state and return the message that reports it."""
        self.online = online
        start = f"{self._start}-{self._connections}" if online else None
        self.message = msgspec.json.encode(WorkerState("online" if online else "offline", start, store_away_since))
        return self.message

    def hear(self, payload: bytes) -> None:
        """Record what others heard last."""
        self.contradicted = payload != self.message


class IngestWorker:
    """Stores what gateways publish."""

    def __init__(
        self,
        site: str,
        worker: str,
        broker: Broker,
        store: SeriesStore[Any],
        dead: DeadLetters,
        thread: OneThread,
        *,
        start: str,
        now_ms: Callable[[], int],
        knows_time: Callable[[], bool],
    ) -> None:
        self._site, self._dead, self._thread, self._clock = site, dead, thread, _Clock(now_ms, knows_time)
        self._clearing = Clearing(lambda some: _clear(self.mqtt, some), self._hear_retained)
        self._decoder = BatchDecoder(store.prepare, Schemas(dropped=lambda sender, name: self._clearing.add(sender.schema_topic(name))))
        self.store = RetryingStore(store, thread, self._store_changed)
        self._presence = _Presence(topics.worker_state(site, worker), start)
        self.counts = IngestCounts()
        self.mqtt = Mqtt(
            broker,
            f"{site}-central-{worker}",
            on_connect=self._connected,
            on_message=self._received,
            will=Will(self._presence.topic, self._presence.set(online=False)),
            manual_ack=True,
            session_expiry_s=SESSION_EXPIRY_S,
            in_hand=_IN_HAND,
            max_packet_bytes=PACKET_LIMIT_BYTES,
            unacknowledged_s=UNACKNOWLEDGED_S,
        )
        self._inbox = Inbox(self.mqtt.finish, Progress(_STUCK_AFTER_S), _GATHER_S)
        self._withdrawals = Withdrawals(self.store, self._send_receipts, Progress(_STUCK_AFTER_S))

    @property
    def store_away_since(self) -> str | None:
        """When the store stopped to answer (UTC); None while it works."""
        return None if self.store.works else iso_utc(self._clock.now_ms() - int(1000 * self.store.failing_s), "seconds")

    @property
    def stuck(self) -> bool:
        """Whether there is work and none is done."""
        return self._inbox.progress.stuck or self._withdrawals.progress.stuck

    @property
    def late_s(self) -> float:
        """How long batches wait at present, other than for those of their own gateway."""
        return self._inbox.late_s

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; batches received by then are stored and acknowledged first, unless a flood of them takes too long."""
        self.mqtt.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._store_rounds(stop))
                group.create_task(self._withdrawals.run(stop))
        finally:
            if self.mqtt.state.connected:
                await asyncio.wait((self._publish_state(online=False),), timeout=2)
            await self.mqtt.stop()

    async def _store_rounds(self, stop: asyncio.Event) -> None:
        """Store what gateways send, round by round, until told to stop, and then what waits, for a while: more may come all the time."""
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                await self._inbox.wait(stopping)
                await self._handle_round(stop)
            until_s = time.monotonic() + _STORED_AFTER_STOP_S
            while self._inbox and time.monotonic() < until_s:
                await self._handle_round(stop)
        except Stopped:
            log.info("stopped while the store is unavailable; the gateways resend their batches")
        finally:
            stopping.cancel()

    def _connected(self) -> None:
        filters, share = [topics.every_gateway(self._site, channel) for channel in ("data", "time")], self.mqtt.share
        shared = [share + one for one in filters]
        if share not in ("", OPEN_SHARE):  # a session from before there was a password
            self.mqtt.unsubscribe(*(OPEN_SHARE + one for one in filters))
        own = [topics.every_gateway(self._site, channel) for channel in ("schema/+", "state")]
        self.mqtt.subscribe(*own, *shared)
        self._presence.connected()
        self._publish_state(online=self.store.works)
        self.mqtt.subscribe(self._presence.topic)

    def _hear_own_state(self, payload: bytes) -> None:
        """Publish the state again, a little later, if others hear something else."""
        known = self._presence.contradicted
        self._presence.hear(payload)
        if self._presence.contradicted and not known:
            asyncio.get_running_loop().call_later(_SAY_AGAIN_S, self._say_again)

    def _say_again(self) -> None:
        if self._presence.contradicted and self.mqtt.state.connected:
            log.warning("others heard a wrong state of this worker; publishing the right one again")
            self.mqtt.publish(self._presence.topic, self._presence.message, retain=True)
        self._presence.contradicted = False

    def _store_changed(self) -> None:
        """Report this worker offline when its store has been unavailable for long, and online when it is back."""
        for progress in (self._inbox.progress, self._withdrawals.progress):
            progress.still()
        if self._presence.online and self.store.failing_s >= _OFFLINE_AFTER_S:
            self._publish_state(online=False)
        elif not self._presence.online and self.store.works:
            self._publish_state(online=True)

    def _publish_state(self, *, online: bool) -> "asyncio.Future[None]":
        since = None if online else self.store_away_since
        return self.mqtt.publish(self._presence.topic, self._presence.set(online=online, store_away_since=since), retain=True)

    def _received(self, message: Message) -> None:
        topic = topics.parse_gateway(message.topic)
        if topic is not None and topic.channel == "data" and message.payload:
            self._inbox.put(topic.sender, message)
        elif topics.is_schema(message.topic):
            self._hear_schema(topic, message)
            self.mqtt.finish(message)
        else:
            if message.topic == self._presence.topic:
                self._hear_own_state(message.payload)
            elif topic is not None and topic.channel == "time":
                self._answer_time(topic.sender, message.payload)
            elif topic is not None and topic.channel == "state":
                alarm = self.counts.clones.accept(topic.sender, message.payload, time.monotonic(), retained=message.retained)
                if alarm is not None:
                    log.error("%s", alarm)
            self.mqtt.finish(message)

    def _hear_schema(self, topic: GatewayTopic | None, message: Message) -> None:
        """Keep a schema document. What is no document, and what is dropped for it, need not stay at the broker."""
        if not self._clearing.hear(message.topic, retained=message.retained):
            return
        if topic is not None and topic.schema is not None:
            self._decoder.schemas.update(topic.sender, topic.schema, message.payload)
        elif message.payload:
            self._clearing.add(message.topic)

    def _hear_retained(self, some: str) -> bool:
        """Let the broker send again what it retains that matches a filter; return False without a connection."""
        self.mqtt.subscribe(some)
        self.mqtt.unsubscribe(some)
        return self.mqtt.state.connected

    def _answer_time(self, sender: GatewayId, payload: bytes) -> None:
        """Send a gateway without a clock this machine's time, if the kernel reports it synchronised."""
        try:
            asked_ms = _time_question(payload).asked_ms
        except ValueError as error:
            log.warning("%s/%s: invalid request for the time: %s", sender.operator, sender.gateway, error)
            return
        if self._clock.is_known():
            self._ask(sender, Ask(time=TimeAnswer(asked_ms, self._clock.now_ms())))

    def _ask(self, sender: GatewayId, ask: Ask) -> None:
        self.mqtt.publish(sender.topic("ask"), msgspec.json.encode(ask))

    async def _handle_round(self, stop: asyncio.Event) -> None:
        """Store a round of batches, then acknowledge their messages and send receipts.

        Raises:
            Stopped: `stop` was set while the store was unavailable; nothing is acknowledged.
        """
        messages: list[Message] = []
        decoded = self._decoder.decode(self._inbox.take(messages, _DECODED_WITHIN_S), self._clock.now_ms())
        for sender, ask in decoded.asks:
            self._ask(sender, ask)
        refused = await self.store.write([one.prepared for one in decoded.batches], stop)
        await self._account(decoded, StoreOutcome(decoded.batches, refused))
        self._inbox.finish(messages)
        self._send_receipts(decoded.receipts)
        for withdrawn in decoded.withdrawn:
            self._withdrawals.add(withdrawn)
        self._inbox.set_apart({one.sender for one in decoded.batches}, {decoded.batches[row.part].sender for row in refused})

    async def _account(self, decoded: DecodedMessages[Any], outcome: StoreOutcome) -> None:
        """Set dead letters aside, and add the outcome of each batch to the receipts and counters."""
        set_aside = await self._set_aside([*decoded.letters, *outcome.letters()])
        batches, readings = outcome.report(decoded.receipts, set_aside=set_aside)
        self.counts.batches += batches
        self.counts.readings += readings
        self.counts.unreadable += decoded.unreadable
        self.counts.dropped = self._inbox.dropped

    async def _set_aside(self, letters: Sequence[NewLetter]) -> bool:
        """Store dead letters; return False if the disk does not take them."""
        if not letters:
            return True
        log.error("%d dead letters: %s; 'gateway dead-letters list' shows them", len(letters), letters[0].reason)
        try:
            await self._thread.run(self._dead.add, letters)
        except sqlite3.Error as error:
            log.error("can't store dead letters: %s", error)  # noqa: TRY400 — the sentence is for the operator
            return False
        return True

    def _send_receipts(self, receipts: Receipts) -> None:
        """Publish receipts without waiting: the gateway of one that is lost resends its batches."""
        for sender, receipt in receipts.all():
            for refusal in receipt.rejected:
                log.error("%s/%s: batch %d is rejected: %s", sender.operator, sender.gateway, refusal.seq, refusal.reason)
            self.counts.rejected += len(receipt.rejected)
            self.counts.unknown_schema += len(receipt.retry)
            self.counts.partly += len(receipt.partly)
            self.mqtt.publish(sender.topic("receipt"), msgspec.json.encode(receipt))


def _clear(mqtt: Mqtt, some: Sequence[str]) -> "asyncio.Future[None]":
    """Clear retained messages. The broker handles what a client sends in order: with the last message, it has handled all."""
    for topic in some[:-1]:
        mqtt.publish(topic, b"", retain=True, qos=0)
    return mqtt.publish(some[-1], b"", retain=True)
