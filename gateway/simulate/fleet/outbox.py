"""The batches of a simulated gateway that have no receipt yet, and which of them to send when. Pure: the time is handed in.

What is sent again when is decided by the send window of the real uplink, so that a fleet loads a centre as real gateways do.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from gateway.journal.entries import BatchNumber
from gateway.model.messages import Receipt
from gateway.uplink.session import LIVE_S
from gateway.uplink.window import SendWindow


class WaitingBatch(msgspec.Struct):
    """A batch without a receipt: its bytes, its values, when it was made, how often it was sent."""

    body: bytes
    points: int
    made_s: float
    times_sent: int = 0


class Settled(NamedTuple):
    """What a receipt settled: the batches that are stored, and how many were rejected."""

    stored: list[WaitingBatch]
    rejected: int


class Outbox:
    """Batches in the order in which they were made."""

    def __init__(self, epoch: bytes) -> None:
        self.epoch, self.next_seq = epoch, 0
        self._waiting: OrderedDict[int, WaitingBatch] = OrderedDict()
        self._window = SendWindow()
        self._new, self._backlog, self._backlog_end = 0, 0, 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, body: bytes, points: int, now_s: float) -> None:
        """Add a batch that was made with `next_seq`."""
        self._waiting[self.next_seq] = WaitingBatch(body, points, now_s)
        self.next_seq += 1

    def outgoing(self, now_s: float) -> Iterator[WaitingBatch]:
        """Yield the batches to send now, and record them as sent: first what is late, then what is new, then the backlog."""
        while (late := self._window.due(now_s)) is not None:
            waiting = self._waiting.get(late.seq)
            if waiting is None:
                self._window.settle(late)
            else:
                yield self._sent(late.seq, waiting, now_s, backlog=False)
        while (found := self._first_unsent(self._new, self.next_seq)) is not None:
            self._new, waiting = found
            if not self._window.has_room(len(waiting.body)):
                break
            yield self._sent(self._new, waiting, now_s, backlog=False)
        while (found := self._first_unsent(self._backlog, self._backlog_end)) is not None:
            self._backlog, waiting = found
            if not self._window.has_room(len(waiting.body), backlog=True):
                break
            yield self._sent(self._backlog, waiting, now_s, backlog=True)

    def start_over(self, now_s: float) -> None:
        """Send again from the beginning: what is new first, and beside it what is older, as a backlog."""
        self._new = next((seq for seq, waiting in self._waiting.items() if waiting.made_s >= now_s - LIVE_S), self.next_seq)
        self._backlog, self._backlog_end = next(iter(self._waiting), self._new), self._new

    def forget_sent(self) -> None:
        """Treat every batch as not sent: the connection is new, or the worker."""
        self._window.open()

    def settle(self, receipt: Receipt, now_s: float) -> Settled:
        """Apply a receipt; one of another epoch settles nothing."""
        stored: list[WaitingBatch] = []
        if receipt.epoch != self.epoch.hex():
            return Settled(stored, 0)
        for first, last in receipt.stored:
            self._window.settle_range(self.epoch, first, last, now_s)
            gone = (self._waiting.pop(seq, None) for seq in range(first, last + 1))
            stored += [waiting for waiting in gone if waiting is not None]
        for refusal in receipt.rejected:
            self._waiting.pop(refusal.seq, None)
        for refusal in receipt.retry:
            self._window.retry(BatchNumber(self.epoch, refusal.seq), now_s)
        return Settled(stored, len(receipt.rejected))

    def _first_unsent(self, first: int, end: int) -> tuple[int, WaitingBatch] | None:
        for seq in range(first, end):
            waiting = self._waiting.get(seq)
            if waiting is not None and BatchNumber(self.epoch, seq) not in self._window:
                return seq, waiting
        return None

    def _sent(self, seq: int, waiting: WaitingBatch, now_s: float, *, backlog: bool) -> WaitingBatch:
        self._window.sent(BatchNumber(self.epoch, seq), len(waiting.body), now_s, backlog=backlog)
        waiting.times_sent += 1
        return waiting
