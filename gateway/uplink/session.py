"""The uplink: brings the journal's batches to the centre, and settles them when the centre says that they are stored."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Coroutine
from typing import Literal

import msgspec

from gateway.host.mqtt import Broker, Disconnected, Message, Mqtt, PublishRefused, Will
from gateway.host.threads import OneThread
from gateway.journal.entries import BatchNumber, JournalEntry
from gateway.journal.journal import Journal
from gateway.model import batch, topics
from gateway.model.batch import BatchError, Flag
from gateway.model.messages import Ask, GatewayState, Receipt, TimeAnswer, TimeQuestion, WorkerState
from gateway.model.stream import pack_document
from gateway.model.untrusted_json import json_reader
from gateway.uplink.window import REFUSED_S, SendWindow

log = logging.getLogger(__name__)

REPLAY_AFTER_S = 60.0
"""A batch that is first sent this long after it was made comes behind newer ones that readers may have seen."""
LIVE_S = 5.0
"""What was made so long before a connection still counts as new there; what is older comes beside it, as its backlog."""

_READ_AT_ONCE = 32
_QUESTION_LIMIT_BYTES = 64 * 1024

_receipt = json_reader(Receipt)
_ask = json_reader(Ask)
_worker = json_reader(WorkerState)


class UplinkCounts:
    """What the uplink did, for its operator."""

    def __init__(self) -> None:
        self.sent = 0
        self.resent = 0
        self.bytes = 0
        self.stored = 0
        self.rejected = 0
        self.refused = 0


class _Places:
    """How far the journal was sent: what is new, and what an outage left behind, which ends where the new begins."""

    def __init__(self, live: int, backlog: int, backlog_end: int) -> None:
        self.live, self.backlog, self.backlog_end = live, backlog, backlog_end


class UplinkSession:
    """Sends while the broker is connected and, with `confirm: stored`, while a worker of the centre is online; not before it is `ready`.

    `on_centre` is called when a worker comes, and `on_time` with its answer to `ask_time`.
    """

    def __init__(
        self,
        me: topics.GatewayId,
        broker: Broker,
        journal: Journal,
        thread: OneThread,
        *,
        confirm: Literal["stored", "broker"],
        state: GatewayState,
        now_ms: Callable[[], int],
        ready: Callable[[], bool] = lambda: True,
        on_centre: Callable[[], None] = lambda: None,
        on_time: Callable[[TimeAnswer], None] = lambda _: None,
    ) -> None:
        self._ready, self._on_centre, self._on_time = ready, on_centre, on_time
        self._me, self._journal, self._thread = me, journal, thread
        self._confirm, self._state, self._now_ms = confirm, state, now_ms
        self.window = SendWindow()
        self.counts = UplinkCounts()
        self._workers: set[str] = set()
        self._starts: dict[str, str] = {}
        self._places: _Places | None = None
        self._wake = asyncio.Event()
        self._progress = asyncio.Event()
        self._settling: set[asyncio.Task[None]] = set()
        will = Will(me.topic("state"), msgspec.json.encode(GatewayState("offline")))
        client_id = f"{me.site}-{me.operator}-{me.gateway}"
        self.mqtt = Mqtt(broker, client_id, on_connect=self._connected, on_message=self._received, will=will)

    def wake(self) -> None:
        """Say that there may be something new to send."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop."""
        self.mqtt.start()
        stopped = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                self._wake.clear()
                if self._may_send():
                    await self._guarded(self._send())
                woken = asyncio.ensure_future(self._wake.wait())
                await asyncio.wait((stopped, woken), timeout=self._wait_s(), return_when=asyncio.FIRST_COMPLETED)
                woken.cancel()
        finally:
            stopped.cancel()
            await self._leave()

    async def drained(self, timeout_s: float) -> bool:
        """Wait until everything in the journal is settled, at most so long, and no longer than there is hope; tell whether it is."""
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    self._progress.clear()
                    if not (await self._thread.run(self._journal.backlog)).batches:
                        return True
                    if not self.mqtt.state.connected:
                        return False
                    await self._progress.wait()
        except TimeoutError:
            return False

    def _may_send(self) -> bool:
        trusted = bool(self._workers) if self._confirm == "stored" else self.mqtt.speaks_5
        return self.mqtt.state.connected and trusted and self._ready()

    @property
    def sent_up_to(self) -> int:
        """The place in the journal up to which everything was sent, or may have been."""
        if self._places is not None:
            return self._places.live
        return self._journal.newest_id if self.counts.sent else 0

    def _wait_s(self) -> float | None:
        due_s = self.window.next_due_s()
        return None if due_s is None or not self._may_send() else max(0.05, due_s - asyncio.get_running_loop().time())

    async def _send(self) -> None:
        await self._send_again()
        await self._send_new()

    async def _send_again(self) -> None:
        number = self.window.due(asyncio.get_running_loop().time())
        if number is None:
            return
        entry = await self._thread.run(self._journal.one, number)
        if entry is None:
            self.window.settle(number)
        elif await self._whole(entry):
            self.counts.resent += 1
            self._publish(entry)

    async def _send_new(self) -> None:
        """Send what was not sent yet: what is new first, then what an outage left behind, as far as each has room."""
        if self._places is None:
            first = await self._thread.run(self._journal.first_made_since, self._now_ms() - int(1000 * LIVE_S))
            self._places = _Places(live=first - 1, backlog=0, backlog_end=first - 1)
        places = self._places
        places.live = await self._send_behind(places.live, self._journal.newest_id, backlog=False)
        if places.backlog < places.backlog_end:
            places.backlog = await self._send_behind(places.backlog, places.backlog_end, backlog=True)

    async def _send_behind(self, place: int, last: int, *, backlog: bool) -> int:
        """Send the batches behind a place in the journal, up to the last, while there is room; gives the place of the last one sent."""
        while self._may_send() and place < last:
            entries = [one for one in await self._thread.run(self._journal.waiting, place, _READ_AT_ONCE) if one.id <= last]
            for entry in entries:
                if entry.number not in self.window and await self._whole(entry):
                    if not self.window.has_room(len(entry.body), backlog=backlog):
                        return place
                    self.counts.sent += 1
                    self._publish(entry, backlog=backlog)
                place = entry.id
            if len(entries) < _READ_AT_ONCE:
                return last if self._may_send() else place
        return place

    async def _whole(self, entry: JournalEntry) -> bool:
        """Tell whether a batch is still what was written; one that the disk spoilt is set aside, and holds nothing up."""
        try:
            batch.unpack(entry.body)
        except BatchError as error:
            self.window.settle(entry.number)
            await self._thread.run(self._journal.damaged, entry.number, str(error))
            return False
        return True

    def _publish(self, entry: JournalEntry, *, backlog: bool = False) -> None:
        body = entry.body
        if self._now_ms() - entry.made_ms > 1000 * REPLAY_AFTER_S:
            body = as_replay(body)
        self.counts.bytes += len(body)
        self.window.sent(entry.number, len(entry.body), asyncio.get_running_loop().time(), backlog=backlog)
        future = self.mqtt.publish(self._me.topic("data"), body)
        future.add_done_callback(lambda done: self._published(entry.number, done))

    def _published(self, number: BatchNumber, done: "asyncio.Future[None]") -> None:
        if done.cancelled():
            return
        error = done.exception()
        if isinstance(error, PublishRefused):
            self.counts.refused += 1
            self.window.retry(number, asyncio.get_running_loop().time(), REFUSED_S)
            self.wake()
            log.error("the broker refuses batch %d: %s; it stays in the journal, and is offered again", number.seq, error)
        elif error is None and self._confirm == "broker":
            self._settle(Receipt(number.epoch.hex(), [(number.seq, number.seq)]))

    def _connected(self) -> None:
        me = self._me
        if self._confirm == "broker" and not self.mqtt.speaks_5:
            log.error("'confirm: broker' needs MQTT 5: with 3.1.1 a broker acknowledges what it throws away; nothing is sent")
        self.window.open()
        self._places = None
        self._workers.clear()
        self.mqtt.subscribe(me.topic("receipt"), me.topic("ask"), topics.every_worker(me.site))
        self._later(self._introduce())

    async def _introduce(self) -> None:
        """Say who this is and what its batches are made of; only then may batches follow, which wake does."""
        self.mqtt.publish(self._me.topic("state"), msgspec.json.encode(self._state), retain=True)
        for document_hash, document in (await self._thread.run(self._journal.schemas)).items():
            self.mqtt.publish(self._me.schema_topic(document_hash), pack_document(document), retain=True)
        self.wake()

    def _received(self, message: Message) -> None:
        if len(message.payload) > _QUESTION_LIMIT_BYTES:
            log.warning("ignored %d bytes on %s", len(message.payload), message.topic)
            return
        worker = topics.parse_worker(message.topic)
        try:
            if worker is not None:
                self._worker_says(worker, _worker(message.payload) if message.payload else WorkerState("offline"))
            elif message.topic == self._me.topic("receipt"):
                self._settle(_receipt(message.payload))
            elif message.topic == self._me.topic("ask"):
                self._asked(_ask(message.payload))
        except ValueError as error:
            log.warning("ignored a message on %s: %s", message.topic, error)

    def _worker_says(self, worker: str, state: WorkerState) -> None:
        if state.state == "offline":
            self._workers.discard(worker)
            return
        start = state.start or ""
        if worker in self._workers and self._starts.get(worker) == start:
            return
        if self._starts.get(worker) != start:
            # A worker that is new has not seen what its forerunner took with it. One that only stood still has it in hand.
            self._starts[worker] = start
            self.window.open()
        self._workers.add(worker)
        self._places = None
        self._on_centre()
        self.wake()

    def ask_time(self, asked_ms: int) -> None:
        """Ask the centre for its time, if it is there."""
        if self.mqtt.state.connected and self._workers:
            self.mqtt.publish(self._me.topic("time"), msgspec.json.encode(TimeQuestion(asked_ms)))

    def _settle(self, receipt: Receipt) -> None:
        self._later(self._settled(bytes.fromhex(receipt.epoch), receipt))

    async def _settled(self, epoch: bytes, receipt: Receipt) -> None:
        now_s = asyncio.get_running_loop().time()
        self._journal.stored(epoch, receipt.stored)
        for first, last in receipt.stored:
            self.counts.stored += self.window.settle_range(epoch, first, last, now_s)
        for refusal in receipt.rejected:
            number = BatchNumber(epoch, refusal.seq)
            await self._thread.run(self._journal.rejected, number, refusal.reason)
            self.window.settle(number)
            self.counts.rejected += 1
            log.error("the centre rejects batch %d: %s", refusal.seq, refusal.reason)
        for refusal in receipt.partly:
            log.error("the centre stored batch %d but for a part, which it has set aside: %s", refusal.seq, refusal.reason)
        for refusal in receipt.retry:
            self.window.retry(BatchNumber(epoch, refusal.seq), now_s)
        self._progress.set()
        self.wake()

    def _asked(self, ask: Ask) -> None:
        if ask.schema is not None:
            self._later(self._publish_schema(bytes.fromhex(ask.schema)))
        if ask.since_ms is not None:
            self._later(self._replay(ask.since_ms, ask.until_ms))
        if ask.time is not None:
            self._on_time(ask.time)

    async def _replay(self, since_ms: int, until_ms: int | None) -> None:
        """Let what was stored wait again, because the centre lost it."""
        count = await self._thread.run(self._journal.replay, since_ms, until_ms)
        log.warning("the centre asks for what was read since %d ms: %d batches are sent again", since_ms, count)
        self.look_again()

    def follow_journal(self) -> None:
        """See whether the journal is a new one, as the old was damaged: nothing that was sent waits any more then."""
        epoch = self._journal.epoch.hex()
        if self._state.epoch == epoch:
            return
        self._state.epoch = epoch
        self.window.open()
        if self.mqtt.state.connected:
            self._later(self._introduce())
        self.look_again()

    def look_again(self) -> None:
        """Look through the whole journal for what waits: some of it may lie behind what was sent."""
        self._places = None
        self.wake()

    async def _publish_schema(self, document_hash: bytes) -> None:
        document = (await self._thread.run(self._journal.schemas)).get(document_hash)
        if document is None:
            log.warning("the centre asks for schema %s, which this journal does not have", document_hash.hex())
        else:
            self.mqtt.publish(self._me.schema_topic(document_hash), pack_document(document), retain=True)

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(self._guarded(work))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def _guarded(self, work: Coroutine[None, None, None]) -> None:
        """Do what needs the journal; a disk that fails for a while must not end the uplink: resending makes up for it."""
        try:
            await work
        except sqlite3.Error as error:
            log.error("the journal can't be used (%s)", error)  # noqa: TRY400 — the sentence is for the operator
            await self._thread.run(self._journal.renew, error)

    def tell_clock(self, clock: Literal["synced", "holdover", "unsynced"]) -> None:
        """Say that the clock is another than it was."""
        self._state.clock = clock
        if self.mqtt.state.connected:
            self.mqtt.publish(self._me.topic("state"), msgspec.json.encode(self._state), retain=True)

    def forget_schema(self, document_hash: bytes) -> None:
        """Clear a schema document from the broker to which no batch refers any more."""
        self.mqtt.publish(self._me.schema_topic(document_hash), b"", retain=True)

    async def _leave(self) -> None:
        if self._settling:
            await asyncio.wait(list(self._settling), timeout=2)
        if self.mqtt.state.connected:
            last = self.mqtt.publish(self._me.topic("state"), msgspec.json.encode(GatewayState("offline")), retain=True)
            try:
                async with asyncio.timeout(2):
                    await last
            except (TimeoutError, PublishRefused, Disconnected) as error:
                log.debug("the last word was not heard: %s", error)
        await self.mqtt.stop()


def as_replay(body: bytes) -> bytes:
    """Give a batch's bytes with the flag that says that it comes late."""
    found = batch.unpack(body)
    return batch.pack(msgspec.structs.replace(found, flags=found.flags | Flag.REPLAY))
