"""Losses: how they are counted while nothing can be written, and how they are told to the centre."""

from typing import NamedTuple

from gateway.journal.entries import Gap
from gateway.model.batch import Value
from gateway.model.stream import Stream, canonical_fields


class Loss(NamedTuple):
    """Readings that were lost in memory: between which times, how many, and why."""

    from_ms: int | None = None
    to_ms: int | None = None
    readings: int = 0
    reason: str = ""

    def __bool__(self) -> bool:
        return self.readings > 0

    def of(self, from_ms: int, to_ms: int, readings: int, reason: str) -> "Loss":
        """Give the loss with more readings in it."""
        first = from_ms if self.from_ms is None else min(self.from_ms, from_ms)
        last = to_ms if self.to_ms is None else max(self.to_ms, to_ms)
        return Loss(first, last, self.readings + readings, reason)

    def gap(self, at_ms: int) -> Gap:
        """Give the gap that it is. Its readings never were in a batch, so it has no numbers."""
        return Gap(at_ms, None, None, None, self.from_ms, self.to_ms, self.readings, self.reason)


_FIELDS = canonical_fields("gap")


def gap_stream(gateway: str) -> Stream:
    """Give the stream in which a gateway tells of its gaps."""
    return Stream(gateway, gateway, "gateway", "gap", _FIELDS, 0.0)


def gap_values(gap: Gap) -> list[Value]:
    """Give a gap's reading: how many readings, why, from when to when (seconds since 1970), and which batches."""
    times = [None if ms is None else ms / 1000 for ms in (gap.from_ms, gap.to_ms)]
    return [gap.readings, gap.reason, *times, gap.epoch.hex() if gap.epoch is not None else None, gap.from_seq, gap.to_seq]
