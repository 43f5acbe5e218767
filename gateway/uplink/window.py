"""The window of batches that were sent and have no receipt yet: how many there may be, and when one is sent again. Pure."""

from collections import OrderedDict
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from gateway.journal.entries import BatchNumber

BATCHES = 64
BYTES = 1 << 20
FIRST_RESEND_S = 30.0
LONGEST_RESEND_S = 600.0
OVERTAKEN_S = 2.0
"""When to resend, at the earliest, a batch that later ones overtook. Workers store side by side, and one may be somewhat slower."""
RETRY_S = 1.0
"""When to resend a batch for which the centre lacked the schema."""
REFUSED_S = 10.0
"""When to resend a batch that the broker refused, so that corrected access rules take effect soon."""

BACKLOG_SHARE = 0.5
"""The greatest share of the window that a backlog may use. The rest is reserved for new batches."""
ON_TIME_S = 1.5
"""A receipt that takes longer than this halves the share of the backlog: new batches would have to wait behind it."""


class _Sent(NamedTuple):
    size: int
    at_s: float
    due_s: float
    wait_s: float
    backlog: bool = False
    resent: bool = False
    wanted: bool = False


class _ReceiptTime:
    """How long a receipt takes at most, going by those of late: their mean and four times their deviation (as TCP: RFC 6298, section 2)."""

    def __init__(self) -> None:
        self._mean_s: float | None = None
        self._deviation_s = 0.0

    def record(self, took_s: float) -> None:
        """Add the time that a receipt took."""
        if self._mean_s is None:
            self._mean_s, self._deviation_s = took_s, took_s / 2
        else:
            self._deviation_s += (abs(self._mean_s - took_s) - self._deviation_s) / 4
            self._mean_s += (took_s - self._mean_s) / 8

    @property
    def at_most_s(self) -> float:
        """How long to wait for a receipt that others overtook."""
        if self._mean_s is None:
            return FIRST_RESEND_S
        return min(FIRST_RESEND_S, max(OVERTAKEN_S, self._mean_s + 4 * self._deviation_s))


class _BacklogShare:
    """The bytes of a backlog that may be without receipt: more with every receipt in time, half with a late one (as in TCP)."""

    def __init__(self) -> None:
        # It starts at one batch, which may always be on its way: a thousand gateways that reconnect must not flood the broker's queue.
        self.bytes = 0.0
        self._halved_at_s = 0.0

    def receipt_received(self, size: int, sent_s: float, now_s: float) -> None:
        """Adapt to a receipt. A batch sent before the share was halved says nothing about the smaller share."""
        if now_s - sent_s <= ON_TIME_S:
            self.bytes = min(BACKLOG_SHARE * BYTES, self.bytes + size)
        elif sent_s >= self._halved_at_s:
            self.bytes, self._halved_at_s = self.bytes / 2, now_s


class SendWindow:
    """The batches without receipt, in the order in which they were first sent."""

    def __init__(self) -> None:
        self._sent: OrderedDict[BatchNumber, _Sent] = OrderedDict()
        self._size = 0
        self._backlog_batches, self._backlog_size = 0, 0
        self._share, self._receipts = _BacklogShare(), _ReceiptTime()

    def __len__(self) -> int:
        return len(self._sent)

    def __contains__(self, number: BatchNumber) -> bool:
        return number in self._sent

    def has_room(self, size: int, *, backlog: bool = False) -> bool:
        """Return whether a batch of `size` bytes may be sent now. An empty window takes any batch."""
        if backlog and self._backlog_batches:
            full = self._backlog_batches >= BACKLOG_SHARE * BATCHES
            if full or self._backlog_size + size > self._share.bytes:
                return False
        return not self._sent or (len(self._sent) < BATCHES and self._size + size <= BYTES)

    def record_sent(self, number: BatchNumber, size: int, now_s: float, *, backlog: bool = False) -> None:
        """Add a batch that was sent; each time it is sent again, the next resend is later."""
        before = self._sent.get(number)
        if before is None:
            self._sent[number] = _Sent(size, now_s, now_s + FIRST_RESEND_S, FIRST_RESEND_S, backlog)
            self._size += size
            if backlog:
                self._backlog_batches += 1
                self._backlog_size += size
        else:
            wait_s = min(LONGEST_RESEND_S, 2 * before.wait_s)
            self._sent[number] = _Sent(size, before.at_s, now_s + wait_s, wait_s, before.backlog, resent=True)

    def settle(self, number: BatchNumber) -> None:
        """Remove a batch that needs no receipt any more."""
        gone = self._sent.pop(number, None)
        if gone is not None:
            self._size -= gone.size
            if gone.backlog:
                self._backlog_batches -= 1
                self._backlog_size -= gone.size

    def settle_range(self, epoch: bytes, first: int, last: int, now_s: float) -> int:
        """Remove the batches of a confirmed range, both ends included. Return how many.

        The centre is working, so the batch that is now the oldest gets its full time again. But batches sent before a settled one were
        overtaken and may be lost: they are sent again when a receipt would have come, however many others are settled meanwhile.
        """
        settled = [(place, one) for place, one in enumerate(self._sent) if one.epoch == epoch and first <= one.seq <= last]
        for _, number in settled:
            sent = self._sent[number]
            if not sent.resent:  # nobody knows which copy of a batch that was resent is confirmed
                self._share.receipt_received(sent.size, sent.at_s, now_s)
            self._receipts.record(min(FIRST_RESEND_S, now_s - sent.at_s))  # rather too long: a slow centre must not get more to do
            self.settle(number)
        # So many of the batches before the last settled one are still here.
        overtaken = settled[-1][0] + 1 - len(settled) if settled else 0
        for number in list(islice(self._sent, overtaken)):
            self._sent[number] = self._overtaken(self._sent[number])
        if settled and self._sent:
            number, sent = next(iter(self._sent.items()))
            self._sent[number] = sent._replace(due_s=max(sent.due_s, now_s + FIRST_RESEND_S)) if not sent.wanted else sent
        return len(settled)

    def _overtaken(self, sent: _Sent) -> _Sent:
        if sent.resent or sent.wanted:
            return sent._replace(wanted=True)
        wait_s = self._receipts.at_most_s
        return sent._replace(due_s=min(sent.due_s, sent.at_s + wait_s), wait_s=wait_s, wanted=True)

    def schedule_retry(self, number: BatchNumber, now_s: float, after_s: float = RETRY_S) -> None:
        """Schedule a batch to be sent again soon: the centre asked for it again, or the broker refused it."""
        sent = self._sent.get(number)
        if sent is not None:
            self._sent[number] = sent._replace(due_s=now_s + after_s, wanted=True)

    def due(self, now_s: float) -> BatchNumber | None:
        """Return a batch to send again now: the oldest if its receipt is late, or one that was overtaken or is wanted again."""
        return next((number for number, sent in self._candidates() if sent.due_s <= now_s), None)

    def next_due_s(self) -> float | None:
        """Return when `due` has the next batch, None for an empty window."""
        return min((sent.due_s for _, sent in self._candidates()), default=None)

    def _candidates(self) -> Iterator[tuple[BatchNumber, _Sent]]:
        """Yield the batches that may be sent again: the oldest, those overtaken, and those wanted."""
        return ((number, sent) for position, (number, sent) in enumerate(self._sent.items()) if position == 0 or sent.wanted)

    def reset(self) -> None:
        """Forget all batches: the connection or the centre is new."""
        self._sent.clear()
        self._size = self._backlog_batches = self._backlog_size = 0
        self._share, self._receipts = _BacklogShare(), _ReceiptTime()
