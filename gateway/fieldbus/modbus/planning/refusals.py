"""Learns from a device's "illegal address" exceptions which points it refuses and which addresses no read may span. Pure.

A refused read is repeated once, then split in two until the refused part is isolated. If both parts of a split can be read, the
gap between them can't be spanned. A refused point is retried at growing intervals, which stay short if it was ever readable.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.modbus.planning.learned import Learned
from gateway.fieldbus.modbus.planning.read_plan import Hole, Read, RegisterSpan, in_whole, span

_FIRST_RETRY_S = 30.0
_LAST_RETRY_S, _LAST_RETRY_ONCE_READ_S = 3600.0, 300.0
"""The retry interval of a refused point doubles each time, up to these limits."""


class _Refusal(NamedTuple):
    """How often a point was refused in a row, and when to retry it (monotonic seconds)."""

    times: int
    retry_at_s: float


class Refusals:
    """The holes and refused points of one device; times are monotonic seconds."""

    def __init__(self, device: BoundDevice, learned: Learned, now_s: float) -> None:
        self._names = [slot_name(device, number) for number in range(len(device.slots))]
        self._spans = in_whole([span(number, slot) for number, slot in enumerate(device.slots)], device)
        self._profile = device.profile.profile
        self.holes = set(learned.holes)
        self._once_read: set[int] = set()
        known = set(learned.refused)
        self._refused = {n: _Refusal(1, now_s + _FIRST_RETRY_S) for n, name in enumerate(self._names) if name in known}

    def left_out(self, now_s: float) -> frozenset[int]:
        """Return the slots to leave out for now."""
        return frozenset(slot for slot, refusal in self._refused.items() if refusal.retry_at_s > now_s)

    def due_for_retry(self, now_s: float) -> frozenset[int]:
        """Return the refused slots to try again, each in a read of its own."""
        return frozenset(slot for slot, refusal in self._refused.items() if refusal.retry_at_s <= now_s)

    def record_read(self, slots: Iterable[int]) -> bool:
        """Record that slots were read; return whether one of them had been refused before."""
        self._once_read.update(slots)
        back = self._refused.keys() & set(slots)
        for slot in back:
            del self._refused[slot]
        return bool(back)

    def record_refused(self, slots: Iterable[int], now_s: float) -> None:
        """Record that the slots of an unsplittable read were refused."""
        for slot in slots:
            times = self._refused[slot].times if slot in self._refused else 0
            most = _LAST_RETRY_ONCE_READ_S if slot in self._once_read else _LAST_RETRY_S
            self._refused[slot] = _Refusal(times + 1, now_s + min(most, _FIRST_RETRY_S * 2**times))

    def uncovered(self) -> list[str]:
        """Return the names of the points that no read covers at present."""
        return sorted(self._names[slot] for slot in self._refused)

    def to_store(self) -> Learned:
        """Return what to store across restarts: refused points that were never read, and holes."""
        refused = tuple(sorted(self._names[slot] for slot in self._refused if slot not in self._once_read))
        return Learned(self._profile, tuple(sorted(self.holes)), refused)

    def split(self, read: Read) -> tuple[Read, Hole, Read] | None:
        """Split a read in two, at its middlemost gap if it has one; return both parts and the gap, or None if it can't be split."""
        spans = [self._spans[slot] for slot in read.slots]
        runs = _runs(spans)
        if len(runs) < 2:
            return None
        positions = range(1, len(runs))
        gaps = [n for n in positions if _end(runs[n - 1]) < runs[n][0].address]
        at = min(gaps or positions, key=lambda n: abs(2 * n - len(runs)))
        before = [one for run in runs[:at] for one in run]
        after = [one for run in runs[at:] for one in run]
        return _read(read.function, before), Hole(read.function, _end(before), after[0].address), _read(read.function, after)


def slot_name(device: BoundDevice, slot: int) -> str:
    """Return the name of a slot for people: `point`, or `point@channel`."""
    point, channel = device.slots[slot].point, device.slots[slot].channel
    return f"{point.name}@{channel}" if point.stride is not None else point.name


def _runs(spans: Sequence[RegisterSpan]) -> list[list[RegisterSpan]]:
    """Group overlapping spans; a read can be split between groups."""
    runs: list[list[RegisterSpan]] = []
    for one in sorted(spans, key=lambda one: (one.address, -one.end)):
        if runs and one.address < _end(runs[-1]):
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _end(spans: Sequence[RegisterSpan]) -> int:
    return max(one.end for one in spans)


def _read(function: int, spans: Sequence[RegisterSpan]) -> Read:
    return Read(function, spans[0].address, _end(spans) - spans[0].address, tuple(one.slot for one in spans))
