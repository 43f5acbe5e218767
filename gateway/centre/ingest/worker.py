"""One ingest worker: batches in, rows into the store, and only then acknowledgements and receipts."""

import asyncio
import logging
import random
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from gateway.centre.dead_letters import DeadLetters, NewLetter
from gateway.centre.ingest.own_rows import uplink_row
from gateway.centre.ingest.receipts import Receipts
from gateway.centre.schemas import Schemas
from gateway.centre.series_rows import StoredRow
from gateway.centre.stores.port import RefusedRow, SeriesStore, StoreRefused, StoreUnavailable, UnfitRow
from gateway.host.mqtt import Broker, Message, Mqtt, Will
from gateway.host.stopping import wait_for_stop
from gateway.host.threads import OneThread
from gateway.model import topics
from gateway.model.batch import Batch, BatchError, Unpacker, rows_of
from gateway.model.messages import Ask, TimeAnswer, TimeQuestion, WorkerState
from gateway.model.topics import GatewayId
from gateway.model.untrusted_json import json_reader

log = logging.getLogger(__name__)

SESSION_EXPIRY_S = 30
"""Short, as receipts are the guarantee, not sessions: mosquitto gives a worker that died its share of new batches as long as its session
lasts, and what is sent again after half a minute must not go there too."""

_IN_HAND = 512
_AT_ONCE, _BYTES_AT_ONCE = 500, 256 << 10
"""A write's worth of messages: packed as they come, they unfold to about ten times as many bytes of lines."""
_GATHER_S = 0.02
"""Messages wait for each other so long: a thousand small writes a second would be the store's whole work."""
_RETRY_FIRST_S, _RETRY_LAST_S = 0.5, 15.0

_OFFLINE_AFTER_S = 10.0
"""A worker whose store does not work for so long says that it is offline: gateways keep what they have, and no broker's queue overflows."""


_time_question = json_reader(TimeQuestion)


class _Decoded(NamedTuple):
    """A batch on its way: as it came, as its store wants it, and what of it no store could keep."""

    message: Message
    sender: GatewayId
    batch: Batch
    rows: int
    prepared: Any
    unfit: list[UnfitRow]


class _Round(NamedTuple):
    """The messages of one write, and what is to be said of them."""

    messages: Sequence[Message]
    kept: list[_Decoded]
    withdrawn: list[_Decoded]
    receipts: Receipts
    letters: list[NewLetter]


class IngestCounts:
    """What a worker did, for its operator."""

    def __init__(self) -> None:
        self.batches = 0
        self.rows = 0
        self.unknown_schema = 0
        self.rejected = 0
        self.partly = 0
        self.unreadable = 0
        self.store_failures = 0


class IngestWorker:
    """Brings what gateways publish into a store."""

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
        self._site, self._worker, self._start = site, worker, start
        self._store, self._dead, self._thread, self._now_ms, self._knows_time = store, dead, thread, now_ms, knows_time
        self._schemas, self._batches = Schemas(), Unpacker()
        self._queue: asyncio.Queue[Message] = asyncio.Queue()
        self.counts = IngestCounts()
        self.store_works = True
        self._online, self._connections = False, 0
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
            gather_s=_GATHER_S,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; what is in hand then is stored and acknowledged first."""
        self.mqtt.start()
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set() or not self._queue.empty():
                messages = await self._next(stopping)
                if messages and not await self._store_round(self._take_apart(messages), stop):
                    break
        finally:
            stopping.cancel()
            if self.mqtt.state.connected:
                await asyncio.wait((self._tell_state(online=False),), timeout=2)
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
        size = sum(len(message.payload) for message in messages)
        while len(messages) < _AT_ONCE and size < _BYTES_AT_ONCE and not self._queue.empty():
            message = self._queue.get_nowait()
            messages.append(message)
            size += len(message.payload)
        return messages

    def _connected(self) -> None:
        share = "$share/central/" if self.mqtt.speaks_5 else ""
        shared = [share + topics.every_gateway(self._site, channel) for channel in ("data", "time")]
        self.mqtt.subscribe(topics.every_gateway(self._site, "schema/+"), *shared)
        self._connections += 1
        self._tell_state(online=self.store_works)

    def _tell_state(self, *, online: bool) -> "asyncio.Future[None]":
        """Say whether batches are welcome. Each connection has a start id of its own: what came on another may be lost."""
        self._online = online
        state = WorkerState("online", f"{self._start}-{self._connections}") if online else WorkerState("offline")
        return self._say(topics.worker_state(self._site, self._worker), msgspec.json.encode(state), retain=True)

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
            asked_ms = _time_question(payload).asked_ms
        except ValueError as error:
            log.warning("%s/%s asks for the time in a way that can't be read: %s", sender.operator, sender.gateway, error)
            return
        if self._knows_time():
            self._say(sender.topic("ask"), msgspec.json.encode(Ask(time=TimeAnswer(asked_ms, self._now_ms()))))

    def _take_apart(self, messages: Sequence[Message]) -> _Round:
        """Bring messages into the store's form."""
        round_ = _Round(messages, [], [], Receipts(), [])
        for message in messages:
            one = self._decode(message, round_.receipts, round_.letters)
            if one is not None:
                (round_.withdrawn if one.batch.withdrawn else round_.kept).append(one)
        return round_

    async def _store_round(self, round_: _Round, stop: asyncio.Event) -> bool:
        """Store a round, and only then say so; False when told to stop while the store does not work."""
        refused = await self._persist(self._store.write, [one.prepared for one in round_.kept], stop)
        if refused is None or not await self._forget(round_.withdrawn, round_.receipts, stop):
            return False
        await self._account(round_.kept, refused, round_.receipts, round_.letters)
        for message in round_.messages:
            self.mqtt.finish(message)
        for sender, receipt in round_.receipts.all():
            self._say(sender.topic("receipt"), msgspec.json.encode(receipt))
        return True

    async def _account(self, kept: Sequence[_Decoded], refused: Iterable[RefusedRow], receipts: Receipts, letters: list[NewLetter]) -> None:
        """Say of each batch what became of it, once what no store took of it is set aside."""
        lines = defaultdict[int, list[RefusedRow]](list)
        for part in refused:
            lines[part.part].append(part)
        for number, one in enumerate(kept):
            letters += _letters(one, lines[number])
        set_aside = await self._set_aside(letters)
        for number, one in enumerate(kept):
            reasons = [unfit.reason for unfit in one.unfit] + [part.reason for part in lines[number]]
            whole = any(part.line is None for part in lines[number]) or (one.rows > 0 and len(reasons) >= one.rows)
            if not reasons:
                receipts.stored(one.sender, one.batch)
            elif whole or not set_aside:
                self._reject(one.sender, one.batch, reasons[0], receipts)
                continue
            else:
                self.counts.partly += 1
                receipts.partly(one.sender, one.batch, f"{len(reasons)} of {one.rows} readings: {reasons[0]}")
            self.counts.batches += 1
            self.counts.rows += one.rows - len(reasons)

    async def _set_aside(self, letters: Sequence[NewLetter]) -> bool:
        """Keep dead letters; False where the disk does not take them: then the gateways must keep what they are about."""
        if not letters:
            return True
        log.error("%d dead letters: %s; 'gateway dead-letters list' shows them", len(letters), letters[0].reason)
        try:
            await self._thread.run(self._dead.add, letters)
        except sqlite3.Error as error:
            log.error("dead letters can't be kept (%s)", error)  # noqa: TRY400 — the sentence is for the operator
            return False
        return True

    def _decode(self, message: Message, receipts: Receipts, letters: list[NewLetter]) -> _Decoded | None:
        """Take a batch apart; one that can't be is said to its gateway, as far as it says who it is, and set aside."""
        topic = topics.parse_gateway(message.topic)
        if topic is None:
            return None
        try:
            found = self._batches.unpack(message.payload)
        except BatchError as error:
            self.counts.unreadable += 1
            letters.append(NewLetter("message", message.topic, str(error), message.payload))
            return None
        document = self._schemas.get(topic.sender, found.schema)
        if document is None:
            self.counts.unknown_schema += 1
            receipts.retry(topic.sender, found, "unknown-schema")
            self._say(topic.sender.topic("ask"), msgspec.json.encode(Ask(schema=found.schema.hex())))
            return None
        try:
            if isinstance(document, str):
                raise BatchError(document)  # noqa: TRY301 — told like whatever else is wrong with a batch
            rows = rows_of(found)
        except BatchError as error:
            letters.append(NewLetter("message", message.topic, str(error), message.payload))
            self._reject(topic.sender, found, str(error), receipts)
            return None
        if found.withdrawn:
            return _Decoded(message, topic.sender, found, len(rows), list(document.stored_rows(found, rows, [])), [])
        extra = uplink_row(topic.sender, found, len(rows), self._now_ms())
        return _Decoded(message, topic.sender, found, len(rows), *self._store.prepare(found, rows, document, extra))

    def _reject(self, sender: GatewayId, found: Batch, reason: str, receipts: Receipts) -> None:
        self.counts.rejected += 1
        receipts.rejected(sender, found, reason)
        log.error("%s/%s: batch %d is rejected: %s", sender.operator, sender.gateway, found.seq, reason)

    async def _forget(self, withdrawn: Iterable[_Decoded], receipts: Receipts, stop: asyncio.Event) -> bool:
        """Let the store forget batches whose times were wrong; False when told to stop first. A store that can't keeps them."""
        for one in withdrawn:
            rows = [*one.prepared, uplink_row(one.sender, one.batch, one.rows, self._now_ms())]
            try:
                if await self._persist(self._removed, rows, stop) is None:
                    return False
            except StoreRefused as error:
                self._reject(one.sender, one.batch, str(error), receipts)
            else:
                receipts.stored(one.sender, one.batch)
        return True

    def _removed(self, rows: Sequence[StoredRow]) -> list[RefusedRow]:
        self._store.remove(rows)
        return []

    async def _persist(
        self, change: Callable[[list[Any]], list[RefusedRow]], parts: list[Any], stop: asyncio.Event
    ) -> list[RefusedRow] | None:
        """Change the store until it has answered; gives what it refuses, None when told to stop first."""
        refused: list[RefusedRow] = []
        wait_s, begun_s = _RETRY_FIRST_S, asyncio.get_running_loop().time()
        while parts:
            try:
                refused = await self._thread.run(change, parts)
            except StoreUnavailable as error:
                self.counts.store_failures += 1
                if self.store_works:
                    log.warning("the store does not work (%s); trying again", error)
                self.store_works = False
                if self._online and asyncio.get_running_loop().time() - begun_s >= _OFFLINE_AFTER_S:
                    self._tell_state(online=False)
                if await wait_for_stop(stop, wait_s * random.uniform(0.75, 1.25)):  # noqa: S311 — jitter
                    return None
                wait_s = min(_RETRY_LAST_S, 2 * wait_s)
            else:
                break
        if not self.store_works:
            log.info("the store works again")
            self.store_works = True
            if not self._online:
                self._tell_state(online=True)
        return refused

    def _say(self, topic: str, payload: bytes, *, retain: bool = False) -> "asyncio.Future[None]":
        """Publish what nothing waits for: receipts that get lost are asked for again by the batch coming again."""
        return self.mqtt.publish(topic, payload, retain=retain)


def _letters(one: _Decoded, refused: Iterable[RefusedRow]) -> Iterator[NewLetter]:
    """Give what of a batch is to be set aside: the message for what no store could keep of it, and the lines that this one did not."""
    topic = one.message.topic
    whole = [part.reason for part in refused if part.line is None]
    if one.unfit or whole:
        places = ", ".join(str(unfit.place) for unfit in one.unfit[:20])
        yield NewLetter("message", topic, whole[0] if whole else f"readings {places} of it: {one.unfit[0].reason}", one.message.payload)
    yield from (NewLetter("line", topic, part.reason, part.line.encode()) for part in refused if part.line is not None)
