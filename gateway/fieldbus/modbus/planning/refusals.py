"""Which of a device's reads may bridge what, and which of its points it refuses: learned from its "illegal address". Pure.

A read that is refused is repeated once, then cut in two until what is refused stands alone. Where both parts of a cut are good, the
cut itself is what can't be read across. A refused point backs off; one that has once been good never for long.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.modbus.planning.learned import Learned
from gateway.fieldbus.modbus.planning.read_plan import Hole, Read, RegisterSpan, in_whole, span

_FIRST_RETRY_S = 30.0
_LAST_RETRY_S, _LAST_RETRY_ONCE_GOOD_S = 3600.0, 300.0
"""How long a refused point is left out: doubled each time, up to these."""


class _Refusal(NamedTuple):
    """How often a point was refused in a row, and when it is asked for again (monotonic seconds)."""

    times: int
    again_s: float


class Refusals:
    """What one device has shown; times are monotonic seconds."""

    def __init__(self, device: BoundDevice, learned: Learned, now_s: float) -> None:
        self._names = [name_of(device, number) for number in range(len(device.slots))]
        self._spans = in_whole([span(number, slot) for number, slot in enumerate(device.slots)], device)
        self._profile = device.profile.profile
        self.holes = set(learned.holes)
        self._good: set[int] = set()
        known = set(learned.refused)
        self._refused = {n: _Refusal(1, now_s + _FIRST_RETRY_S) for n, name in enumerate(self._names) if name in known}

    def left_out(self, now_s: float) -> frozenset[int]:
        """Give the slots that are not asked for now."""
        return frozenset(slot for slot, refusal in self._refused.items() if refusal.again_s > now_s)

    def asked_apart(self, now_s: float) -> frozenset[int]:
        """Give the slots that are tried again, each in a read of its own."""
        return frozenset(slot for slot, refusal in self._refused.items() if refusal.again_s <= now_s)

    def good(self, slots: Iterable[int]) -> bool:
        """Note that slots were read; tells whether one of them had been refused."""
        self._good.update(slots)
        back = self._refused.keys() & set(slots)
        for slot in back:
            del self._refused[slot]
        return bool(back)

    def refuse(self, slots: Iterable[int], now_s: float) -> None:
        """Note that slots, alone in a read, were refused."""
        for slot in slots:
            times = self._refused[slot].times if slot in self._refused else 0
            most = _LAST_RETRY_ONCE_GOOD_S if slot in self._good else _LAST_RETRY_S
            self._refused[slot] = _Refusal(times + 1, now_s + min(most, _FIRST_RETRY_S * 2**times))

    def uncovered(self) -> list[str]:
        """Give the names of the points that no read covers at present."""
        return sorted(self._names[slot] for slot in self._refused)

    def learned(self) -> Learned:
        """Give what is worth keeping: points that were once good are not struck off."""
        refused = tuple(sorted(self._names[slot] for slot in self._refused if slot not in self._good))
        return Learned(self._profile, tuple(sorted(self.holes)), refused)

    def cut(self, read: Read) -> tuple[Read, Hole, Read] | None:
        """Cut a read in two, at its middlemost gap if it has any, and give what stands between; None where it is one point's."""
        spans = [self._spans[slot] for slot in read.slots]
        runs = _runs(spans)
        if len(runs) < 2:
            return None
        cuts = range(1, len(runs))
        wide = [n for n in cuts if _end(runs[n - 1]) < runs[n][0].address]
        at = min(wide or cuts, key=lambda n: abs(2 * n - len(runs)))
        before = [one for run in runs[:at] for one in run]
        after = [one for run in runs[at:] for one in run]
        return _read(read.function, before), Hole(read.function, _end(before), after[0].address), _read(read.function, after)


def name_of(device: BoundDevice, slot: int) -> str:
    """Give the name that people know a slot by."""
    point, channel = device.slots[slot].point, device.slots[slot].channel
    return f"{point.name}@{channel}" if point.stride is not None else point.name


def _runs(spans: Sequence[RegisterSpan]) -> list[list[RegisterSpan]]:
    """Put spans that overlap together: between such runs a read can be cut."""
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
