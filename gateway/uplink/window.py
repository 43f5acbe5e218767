"""What was sent and has no receipt yet: how much may be, and what is sent again when. No clock, no input or output."""

from collections import OrderedDict
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from gateway.journal.entries import BatchNumber

BATCHES = 64
BYTES = 1 << 20
FIRST_RESEND_S = 30.0
LONGEST_RESEND_S = 600.0
RETRY_S = 1.0
"""A batch that the centre wants again, because it lacked the schema then, is sent after this."""
REFUSED_S = 10.0
"""A batch that the broker refuses is offered again after this: whoever mends its access rules does not wait long."""


BACKLOG_SHARE = 0.5
"""What of the window a backlog may take at most: the rest is kept for what is new."""
ON_TIME_S = 1.5
"""How long a batch may be on its way and back before a backlog takes less: more of it in between, and what is new waits behind it."""


class _Sent(NamedTuple):
    size: int
    at_s: float
    due_s: float
    wait_s: float
    backlog: bool = False
    wanted: bool = False


class _Share:
    """The bytes that a backlog may have on their way: more with every receipt in time, half with one that is late (as TCP does)."""

    def __init__(self) -> None:
        # One batch may always be on its way: a thousand gateways that come back at once must not flood a broker's queue.
        self.bytes = 0.0
        self._lowered_s = 0.0

    def heard(self, size: int, sent_s: float, now_s: float) -> None:
        """Take note of a receipt. What was sent before the last lowering says nothing of what came of it."""
        if now_s - sent_s <= ON_TIME_S:
            self.bytes = min(BACKLOG_SHARE * BYTES, self.bytes + size)
        elif sent_s >= self._lowered_s:
            self.bytes, self._lowered_s = self.bytes / 2, now_s


class SendWindow:
    """The batches without receipt, in the order they were first sent."""

    def __init__(self) -> None:
        self._sent: OrderedDict[BatchNumber, _Sent] = OrderedDict()
        self._size = 0
        self._late, self._late_size = 0, 0
        self._share = _Share()

    def __len__(self) -> int:
        return len(self._sent)

    def __contains__(self, number: BatchNumber) -> bool:
        return number in self._sent

    def has_room(self, size: int, *, backlog: bool = False) -> bool:
        """Tell whether a batch of `size` bytes may be sent now; one may always be. A backlog has a share of the window alone."""
        if backlog and self._late and (self._late >= BACKLOG_SHARE * BATCHES or self._late_size + size > self._share.bytes):
            return False
        return not self._sent or (len(self._sent) < BATCHES and self._size + size <= BYTES)

    def sent(self, number: BatchNumber, size: int, now_s: float, *, backlog: bool = False) -> None:
        """Note that a batch was sent, for the first time or again: each time it is waited for longer."""
        before = self._sent.get(number)
        if before is None:
            self._sent[number] = _Sent(size, now_s, now_s + FIRST_RESEND_S, FIRST_RESEND_S, backlog)
            self._size += size
            if backlog:
                self._late, self._late_size = self._late + 1, self._late_size + size
        else:
            wait_s = min(LONGEST_RESEND_S, 2 * before.wait_s)
            self._sent[number] = _Sent(size, before.at_s, now_s + wait_s, wait_s, before.backlog)

    def settle(self, number: BatchNumber) -> None:
        """Forget a batch that has its receipt."""
        gone = self._sent.pop(number, None)
        if gone is not None:
            self._size -= gone.size
            if gone.backlog:
                self._late, self._late_size = self._late - 1, self._late_size - gone.size

    def settle_range(self, epoch: bytes, first: int, last: int, now_s: float) -> int:
        """Forget every batch of a range, both ends included; gives how many there were.

        The centre is at work then: what becomes the oldest is waited for anew, rather than sent again at once. But what was sent
        before something that is settled was overtaken, and may be lost: its time runs on, however much else is settled meanwhile.
        """
        settled = [(place, one) for place, one in enumerate(self._sent) if one.epoch == epoch and first <= one.seq <= last]
        for _, number in settled:
            sent = self._sent[number]
            if sent.wait_s == FIRST_RESEND_S:  # of one that was sent again nobody knows which came
                self._share.heard(sent.size, sent.at_s, now_s)
            self.settle(number)
        # Of those up to the place of the last that is settled, these are left.
        overtaken = settled[-1][0] + 1 - len(settled) if settled else 0
        for number in list(islice(self._sent, overtaken)):
            self._sent[number] = self._sent[number]._replace(wanted=True)
        if settled and self._sent:
            number, sent = next(iter(self._sent.items()))
            self._sent[number] = sent._replace(due_s=max(sent.due_s, now_s + FIRST_RESEND_S)) if not sent.wanted else sent
        return len(settled)

    def retry(self, number: BatchNumber, now_s: float, after_s: float = RETRY_S) -> None:
        """Note that a batch is to be sent again soon: the centre wants it, or the broker refused it."""
        sent = self._sent.get(number)
        if sent is not None:
            self._sent[number] = sent._replace(due_s=now_s + after_s, wanted=True)

    def due(self, now_s: float) -> BatchNumber | None:
        """Give the batch to be sent again now: the oldest whose receipt is late, or one that was overtaken or is wanted again."""
        return next((number for number, sent in self._candidates() if sent.due_s <= now_s), None)

    def next_due_s(self) -> float | None:
        """Give when `due` should be asked again."""
        return min((sent.due_s for _, sent in self._candidates()), default=None)

    def _candidates(self) -> Iterator[tuple[BatchNumber, _Sent]]:
        """Give what may be sent again: the oldest, what was overtaken, and what is wanted."""
        return ((number, sent) for position, (number, sent) in enumerate(self._sent.items()) if position == 0 or sent.wanted)

    def open(self) -> None:
        """Forget everything: the other end is new, or the connection is."""
        self._sent.clear()
        self._size = self._late = self._late_size = 0
        self._share = _Share()
