"""One ingest worker: batches in, rows into the store, and only then acknowledgements, receipts and the city plane."""

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

import msgspec

from gateway.central.bookkeeping import uplink_row
from gateway.central.city import City
from gateway.central.schemas import Schemas, stored_row
from gateway.central.store import Store, StoreRefused, StoreUnavailable
from gateway.host.mqtt import Broker, Message, Mqtt, Will
from gateway.host.threads import OneThread
from gateway.host.waiting import stopped
from gateway.model import batch, topics
from gateway.model.batch import Batch, BatchError, Clock, Row
from gateway.model.messages import Ask, Receipt, Refusal, TimeAnswer, TimeQuestion, WorkerState
from gateway.model.stored import StoredRow
from gateway.model.topics import GatewayId

log = logging.getLogger(__name__)

SESSION_EXPIRY_S = 30
"""Short, as receipts are the guarantee, not sessions: mosquitto gives a worker that died its share of new batches as long as its session
lasts, and what is sent again after half a minute must not go there too."""

_IN_HAND = 512
_AT_ONCE = 128
_RETRY_FIRST_S, _RETRY_LAST_S = 0.5, 15.0


_time_question = msgspec.json.Decoder(TimeQuestion)


class _Decoded(NamedTuple):
    """A batch whose rows can be stored: each as it came, and as the store keeps it."""

    message: Message
    sender: GatewayId
    batch: Batch
    rows: list[tuple[Row, StoredRow]]


class IngestCounts:
    """What a worker did, for its operator."""

    def __init__(self) -> None:
        self.batches = 0
        self.rows = 0
        self.unknown_schema = 0
        self.rejected = 0
        self.unreadable = 0
        self.store_failures = 0


class Receipts:
    """Collects what is to be said to each gateway about each epoch."""

    def __init__(self) -> None:
        self._stored: dict[tuple[GatewayId, bytes], set[int]] = defaultdict(set)
        self._retry: dict[tuple[GatewayId, bytes], list[Refusal]] = defaultdict(list)
        self._rejected: dict[tuple[GatewayId, bytes], list[Refusal]] = defaultdict(list)

    def stored(self, sender: GatewayId, found: Batch) -> None:
        """Note that a batch is stored."""
        self._stored[sender, found.epoch].add(found.seq)

    def retry(self, sender: GatewayId, found: Batch, reason: str) -> None:
        """Note that a batch is wanted again."""
        self._retry[sender, found.epoch].append(Refusal(found.seq, reason))

    def rejected(self, sender: GatewayId, found: Batch, reason: str) -> None:
        """Note that a batch can never be stored."""
        self._rejected[sender, found.epoch].append(Refusal(found.seq, reason))

    def all(self) -> Iterable[tuple[GatewayId, Receipt]]:
        """Give one receipt a gateway and epoch."""
        for key in sorted(self._stored.keys() | self._retry.keys() | self._rejected.keys()):
            sender, epoch = key
            yield sender, Receipt(epoch.hex(), ranges(self._stored[key]), self._retry[key], self._rejected[key])


def ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Give numbers as ranges, both ends included."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


class Ingest:
    """Brings what gateways publish into a store."""

    def __init__(
        self,
        site: str,
        worker: str,
        broker: Broker,
        store: Store,
        thread: OneThread,
        *,
        start: str,
        now_ms: Callable[[], int],
        knows_time: Callable[[], bool],
    ) -> None:
        self._site, self._worker, self._start = site, worker, start
        self._store, self._thread, self._now_ms, self._knows_time = store, thread, now_ms, knows_time
        self._schemas = Schemas()
        self._queue: asyncio.Queue[Message] = asyncio.Queue()
        self.counts = IngestCounts()
        self.store_works = True
        will = Will(topics.worker_state(site, worker), msgspec.json.encode(WorkerState("offline")))
        self.mqtt = Mqtt(
            broker,
            f"{site}-central-{worker}",
            on_connect=self._connected,
            on_message=self._received,
            will=will,
            manual_ack=True,
            session_expiry_s=SESSION_EXPIRY_S,
            in_hand=_IN_HAND,
        )
        self._city = City(lambda topic, payload: self._say(topic, payload, retain=True))

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; what is in hand then is stored and acknowledged first."""
        self.mqtt.start()
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set() or not self._queue.empty():
                messages = await self._next(stopping)
                if messages and not await self._work(messages, stop):
                    break
        finally:
            stopping.cancel()
            if self.mqtt.state.connected:
                last = self._say(
                    topics.worker_state(self._site, self._worker),
                    msgspec.json.encode(WorkerState("offline")),
                    retain=True,
                )
                await asyncio.wait((last,), timeout=2)
            await self.mqtt.stop()

    async def _next(self, stopping: "asyncio.Future[Literal[True]]") -> list[Message]:
        """Wait for messages; give all that came, up to a round's worth."""
        if self._queue.empty() and not stopping.done():
            first = asyncio.ensure_future(self._queue.get())
            await asyncio.wait((first, stopping), return_when=asyncio.FIRST_COMPLETED)
            if not first.done():
                first.cancel()
                return []
            messages = [first.result()]
        else:
            messages = []
        while len(messages) < _AT_ONCE and not self._queue.empty():
            messages.append(self._queue.get_nowait())
        return messages

    def _connected(self) -> None:
        share = "$share/central/" if self.mqtt.speaks_5 else ""
        shared = [share + topics.every_gateway(self._site, channel) for channel in ("data", "time")]
        self.mqtt.subscribe(topics.every_gateway(self._site, "schema/+"), *shared)
        state = WorkerState("online", self._start)
        self._say(topics.worker_state(self._site, self._worker), msgspec.json.encode(state), retain=True)

    def _received(self, message: Message) -> None:
        topic = topics.parse_gateway(message.topic)
        if topic is not None and topic.schema is not None:
            wrong = self._schemas.learn(topic.sender, topic.schema, message.payload)
            if wrong is not None:
                log.error("%s: %s", message.topic, wrong)
            self.mqtt.finish(message)
        elif topic is not None and topic.channel == "data" and message.payload:
            self._queue.put_nowait(message)
        else:
            if topic is not None and topic.channel == "time":
                self._tell_time(topic.sender, message.payload)
            self.mqtt.finish(message)

    def _tell_time(self, sender: GatewayId, payload: bytes) -> None:
        """Answer a gateway that has no clock, with this machine's time where its kernel trusts it."""
        try:
            asked_ms = _time_question.decode(payload).asked_ms
        except (msgspec.MsgspecError, ValueError) as error:
            log.warning("%s/%s asks for the time in a way that can't be read: %s", sender.operator, sender.gateway, error)
            return
        if self._knows_time():
            self._say(sender.topic("ask"), msgspec.json.encode(Ask(time=TimeAnswer(asked_ms, self._now_ms()))))

    async def _work(self, messages: Sequence[Message], stop: asyncio.Event) -> bool:
        """Store a round of messages, and only then say so; False when told to stop while the store does not work."""
        receipts = Receipts()
        decoded = [one for message in messages if (one := self._decode(message, receipts)) is not None]
        withdrawn = [one for one in decoded if one.batch.withdrawn]
        kept = await self._keep([one for one in decoded if not one.batch.withdrawn], receipts, stop)
        if kept is None or not await self._forget(withdrawn, receipts, stop):
            return False
        for one in kept:
            receipts.stored(one.sender, one.batch)
            self.counts.batches += 1
            self.counts.rows += len(one.rows)
        for message in messages:
            self.mqtt.finish(message)
        for sender, receipt in receipts.all():
            self._say(sender.topic("receipt"), msgspec.json.encode(receipt))
        self._tell_city(kept)
        return True

    def _decode(self, message: Message, receipts: Receipts) -> _Decoded | None:
        """Take a batch apart; one that can't be is said to its gateway, as far as it says who it is."""
        topic = topics.parse_gateway(message.topic)
        if topic is None:
            return None
        try:
            found = batch.unpack(message.payload)
        except BatchError as error:
            self.counts.unreadable += 1
            log.error("%s: %s", message.topic, error)  # noqa: TRY400 — the sentence is for the operator
            return None
        streams = self._schemas.get(topic.sender, found.schema)
        if streams is None:
            self.counts.unknown_schema += 1
            receipts.retry(topic.sender, found, "unknown-schema")
            self._say(topic.sender.topic("ask"), msgspec.json.encode(Ask(schema=found.schema.hex())))
            return None
        if isinstance(streams, str):
            self._reject(topic.sender, found, streams, receipts)
            return None
        try:
            return _Decoded(message, topic.sender, found, [(row, stored_row(found, row, streams)) for row in batch.rows_of(found)])
        except BatchError as error:
            self._reject(topic.sender, found, str(error), receipts)
            return None

    def _reject(self, sender: GatewayId, found: Batch, reason: str, receipts: Receipts) -> None:
        self.counts.rejected += 1
        receipts.rejected(sender, found, reason)
        log.error("%s/%s: batch %d is rejected: %s", sender.operator, sender.gateway, found.seq, reason)

    async def _keep(self, decoded: list[_Decoded], receipts: Receipts, stop: asyncio.Event) -> list[_Decoded] | None:
        """Write batches together, or one by one when the store refuses something; None when told to stop meanwhile."""
        try:
            return decoded if await self._write(decoded, stop) else None
        except StoreRefused as error:
            if len(decoded) == 1:
                self._reject(decoded[0].sender, decoded[0].batch, str(error), receipts)
                return []
        kept: list[_Decoded] = []
        for one in decoded:
            result = await self._keep([one], receipts, stop)
            if result is None:
                return None
            kept += result
        return kept

    async def _forget(self, withdrawn: Iterable[_Decoded], receipts: Receipts, stop: asyncio.Event) -> bool:
        """Let the store forget batches whose times were wrong; False when told to stop first. A store that can't keeps them."""
        for one in withdrawn:
            try:
                if not await self._persist(self._store.remove, self._rows([one]), stop):
                    return False
            except StoreRefused as error:
                self._reject(one.sender, one.batch, str(error), receipts)
            else:
                receipts.stored(one.sender, one.batch)
        return True

    def _rows(self, decoded: Sequence[_Decoded]) -> list[StoredRow]:
        rows = [stored for one in decoded for _, stored in one.rows]
        return rows + [uplink_row(one.sender, one.batch, len(one.rows), self._now_ms()) for one in decoded]

    async def _write(self, decoded: Sequence[_Decoded], stop: asyncio.Event) -> bool:
        """Write until the store has said yes; False when told to stop first.

        Raises:
            StoreRefused: the store will never take something in it.
        """
        return await self._persist(self._store.write, self._rows(decoded), stop)

    async def _persist(self, change: Callable[[list[StoredRow]], None], rows: list[StoredRow], stop: asyncio.Event) -> bool:
        """Change the store until it has said yes; False when told to stop first."""
        wait_s = _RETRY_FIRST_S
        while rows:
            try:
                await self._thread.run(change, rows)
            except StoreUnavailable as error:
                self.counts.store_failures += 1
                if self.store_works:
                    log.warning("the store does not work (%s); trying again", error)
                self.store_works = False
                if await stopped(stop, wait_s * random.uniform(0.75, 1.25)):  # noqa: S311 — jitter
                    return False
                wait_s = min(_RETRY_LAST_S, 2 * wait_s)
            else:
                break
        if not self.store_works:
            log.info("the store works again")
            self.store_works = True
        return True

    def _tell_city(self, kept: Iterable[_Decoded]) -> None:
        for one in kept:
            self._city.complete_until(one.sender, one.batch.floor_ms)
            if not one.batch.replay:
                trusted = one.batch.clock is not Clock.UNSYNCED
                for row, stored in one.rows:
                    self._city.take(stored.origin, stored.t_ms, list(stored.values), row, trusted=trusted)
        self._city.flush()

    def _say(self, topic: str, payload: bytes, *, retain: bool = False) -> "asyncio.Future[None]":
        """Publish what nothing waits for: receipts that get lost are asked for again by the batch coming again."""
        return self.mqtt.publish(topic, payload, retain=retain)
