"""Sends the batches of the journal, resends those without receipt, and applies receipts."""

import asyncio
import logging
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from gateway.host.mqtt import PublishRefused
from gateway.host.threads import OneThread
from gateway.journal.entries import BatchNumber, JournalEntry
from gateway.journal.journal import Journal
from gateway.model import batch
from gateway.model.batch import BatchError, Flag
from gateway.model.messages import Receipt
from gateway.uplink.journal_tasks import JournalTasks
from gateway.uplink.window import REFUSED_S, SendWindow

log = logging.getLogger(__name__)

REPLAY_AFTER_S = 60.0
"""A batch first sent this long after it was made is flagged as replay: readers may have seen newer ones."""
LIVE_S = 5.0
"""A batch made this long before a connection still counts as new there. Older ones are the backlog."""

_READ_BATCHES = 32


class UplinkCounts:
    """What the uplink sent and what became of it, for metrics."""

    def __init__(self) -> None:
        self.sent = 0
        self.resent = 0
        self.bytes = 0
        self.stored = 0
        self.rejected = 0
        self.refused = 0


class SenderPort(NamedTuple):
    """What the sender needs of the session."""

    publish: Callable[[bytes], "asyncio.Future[None]"]
    may_send: Callable[[], bool]
    wake: Callable[[], None]
    now_ms: Callable[[], int]


class _Stretch:
    """A part of the journal that is sent: the position of the last batch sent, and of its last batch."""

    def __init__(self, position: int, last: int) -> None:
        self.position, self.last = position, last


class _Cursor:
    """How far new batches and the backlog were sent. The backlog ends where the new batches began."""

    def __init__(self, first: int) -> None:
        self.live, self.backlog = _Stretch(first - 1, first - 1), _Stretch(0, first - 1)


class BatchSender:
    """Sends new batches first and a backlog beside them, as far as the window has room. With `confirm_by_broker`, a PUBACK is a receipt."""

    def __init__(self, journal: Journal, thread: OneThread, tasks: JournalTasks, port: SenderPort, *, confirm_by_broker: bool) -> None:
        self._journal, self._thread, self._tasks, self._port = journal, thread, tasks, port
        self.confirm_by_broker = confirm_by_broker
        self._cursor: _Cursor | None = None
        self.window = SendWindow()
        self.counts = UplinkCounts()
        self.progress = asyncio.Event()
        """Set when a receipt was applied."""

    @property
    def sent_up_to(self) -> int:
        """The position in the journal up to which every batch was sent, or may have been."""
        if self._cursor is not None:
            return self._cursor.live.position
        return self._journal.newest_id if self.counts.sent else 0

    def restart(self) -> None:
        """Forget what was sent: the connection or the journal is new."""
        self.window.reset()
        self._cursor = None

    def rewind(self) -> None:
        """Look through the whole journal again: batches behind the cursor may wait. Those in the window are not sent twice."""
        self._cursor = None
        self._port.wake()

    async def send(self) -> None:
        """Send what is due."""
        await self._resend()
        await self._send_waiting()

    async def _resend(self) -> None:
        number = self.window.due(asyncio.get_running_loop().time())
        if number is None:
            return
        entry = await self._thread.run(self._journal.find_waiting, number)
        if entry is None:
            self.window.settle(number)
        elif await self._is_intact(entry) and self._port.may_send():
            self.counts.resent += 1
            self._publish(entry)

    async def _send_waiting(self) -> None:
        """Send new batches, then the backlog."""
        if self._cursor is None:
            first = await self._thread.run(self._journal.first_made_since, self._port.now_ms() - int(1000 * LIVE_S))
            self._cursor = _Cursor(first)
        cursor = self._cursor
        cursor.live.last = self._journal.newest_id
        await self._send_stretch(cursor.live, backlog=False)
        await self._send_stretch(cursor.backlog, backlog=True)

    async def _send_stretch(self, stretch: _Stretch, *, backlog: bool) -> None:
        """Send the batches of a stretch, while there is room.

        Its position is always that of the last batch sent. What was read before sending had to stop is not sent: its times may be wrong.
        """
        while self._port.may_send() and stretch.position < stretch.last:
            read = await self._thread.run(self._journal.waiting, stretch.position, _READ_BATCHES)
            entries = [one for one in read if one.id <= stretch.last]
            for entry in entries:
                if entry.number not in self.window and await self._is_intact(entry):
                    if not self._port.may_send() or not self.window.has_room(len(entry.body), backlog=backlog):
                        return
                    self.counts.sent += 1
                    self._publish(entry, backlog=backlog)
                stretch.position = entry.id
            if len(entries) < _READ_BATCHES and self._port.may_send():
                stretch.position = stretch.last

    async def _is_intact(self, entry: JournalEntry) -> bool:
        """Return whether a batch can be unpacked. One damaged on disk is set aside, so that it does not hold up others."""
        try:
            batch.unpack(entry.body)
        except BatchError as error:
            self.window.settle(entry.number)
            await self._thread.run(self._journal.mark_damaged, entry.number, str(error))
            return False
        return True

    def _publish(self, entry: JournalEntry, *, backlog: bool = False) -> None:
        body = entry.body
        if self._port.now_ms() - entry.made_ms > 1000 * REPLAY_AFTER_S:
            body = as_replay(body)
        self.counts.bytes += len(body)
        self.window.record_sent(entry.number, len(entry.body), asyncio.get_running_loop().time(), backlog=backlog)
        self._port.publish(body).add_done_callback(lambda done: self._published(entry.number, done))

    def _published(self, number: BatchNumber, done: "asyncio.Future[None]") -> None:
        if done.cancelled():
            return
        error = done.exception()
        if isinstance(error, PublishRefused):
            self.counts.refused += 1
            self.window.schedule_retry(number, asyncio.get_running_loop().time(), REFUSED_S)
            self._port.wake()
            log.error("the broker refuses batch %d: %s; it stays in the journal and is sent again", number.seq, error)
        elif error is None and self.confirm_by_broker:
            self.receive(Receipt(number.epoch.hex(), [(number.seq, number.seq)]))

    def receive(self, receipt: Receipt) -> None:
        """Apply a receipt in the background.

        Raises:
            ValueError: Its epoch is not hexadecimal.
        """
        self._tasks.start(self._apply(bytes.fromhex(receipt.epoch), receipt))

    async def _apply(self, epoch: bytes, receipt: Receipt) -> None:
        now_s = asyncio.get_running_loop().time()
        self._journal.mark_stored(epoch, receipt.stored)
        for first, last in receipt.stored:
            self.counts.stored += self.window.settle_range(epoch, first, last, now_s)
        for refusal in receipt.rejected:
            number = BatchNumber(epoch, refusal.seq)
            await self._thread.run(self._journal.mark_rejected, number, refusal.reason)
            self.window.settle(number)
            self.counts.rejected += 1
            log.error("the centre rejects batch %d: %s", refusal.seq, refusal.reason)
        for refusal in receipt.partly:
            log.error("the centre stored batch %d except readings that it set aside: %s", refusal.seq, refusal.reason)
        for refusal in receipt.retry:
            self.window.schedule_retry(BatchNumber(epoch, refusal.seq), now_s)
        self.progress.set()
        self._port.wake()

    def replay(self, since_ms: int, until_ms: int | None) -> None:
        """Send stored batches of a period again, in the background: the centre lost them."""
        self._tasks.start(self._replay(since_ms, until_ms))

    async def _replay(self, since_ms: int, until_ms: int | None) -> None:
        count = await self._thread.run(self._journal.replay, since_ms, until_ms)
        log.warning("the centre asks for readings since %d ms: sending %d batches again", since_ms, count)
        self.rewind()


def as_replay(body: bytes) -> bytes:
    """Return a batch's bytes with the flag that says that it comes late."""
    found = batch.unpack(body)
    return batch.pack(msgspec.structs.replace(found, flags=found.flags | Flag.REPLAY))
