"""What the devices served, compared with what is stored, number by number and value by value. Pure.

A device returns a number that rises by one with every read, and values that follow from it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tests.faults.rig import MISDATED_MS

VALUES = 24
"""The number of values beside the number."""

_ON_THE_WAY_MS = 150
"""Longest transit of a response: gaps have the times of readings, numbers those when the device returned them."""


class Tally(NamedTuple):
    """The outcome of a comparison. `lost` counts what no recorded gap accounts for, `wrong` the values that differ or were never served."""

    served: int = 0
    stored: int = 0
    lost: int = 0
    doubled: int = 0
    misdated: int = 0
    wrong: int = 0
    in_gaps: int = 0
    notes: tuple[str, ...] = ()

    def plus(self, other: "Tally") -> "Tally":
        """Return the sum of two tallies, with the first notes of both."""
        return Tally(
            self.served + other.served, self.stored + other.stored, self.lost + other.lost, self.doubled + other.doubled,
            self.misdated + other.misdated, self.wrong + other.wrong, self.in_gaps + other.in_gaps, (self.notes + other.notes)[:20],
        )  # fmt: skip


class Device(NamedTuple):
    """What is known of one device: when it served each number, from 1 on, and what is stored of it."""

    name: str
    served_ms: Sequence[int]
    numbers: Iterable[tuple[int, object]]
    """The stored numbers, with their times."""
    values: Mapping[int, Sequence[object]]
    """The stored values by their time."""


def raw(number: int, place: int) -> int:
    """Return the register of the value at a place, from 0, that a device serves with a number: below 1000, so that every field can have it."""
    return (7919 * number + 104_729 * place) % 1000


def value(number: int, place: int) -> float:
    """Return the value that a device serves with a number: the register in thousandths."""
    return raw(number, place) / 1000


def compare(device: Device, gaps: Sequence[tuple[int, int]]) -> Tally:
    """Compare a device's stored readings with what it served; `gaps` are the recorded gaps of its gateway."""
    times: dict[int, list[int]] = defaultdict(list)
    notes: list[str] = []
    wrong = 0
    for t_ms, number in device.numbers:
        if isinstance(number, (int, float)) and 1 <= number <= len(device.served_ms):
            times[int(number)].append(t_ms)
        else:
            wrong += 1
            notes.append(f"{device.name}: {number!r} at {t_ms} was never served")
    lost = doubled = misdated = in_gaps = 0
    for number, served_ms in enumerate(device.served_ms, 1):
        found = times.get(number)
        if found is None:
            in_gap = any(first - _ON_THE_WAY_MS <= served_ms <= last + _ON_THE_WAY_MS for first, last in gaps)
            in_gaps, lost = in_gaps + in_gap, lost + (not in_gap)
            notes += [] if in_gap else [f"{device.name}: {number} of {served_ms} is not stored"]
            continue
        if len(found) > 1:
            doubled += len(found) - 1
            notes.append(f"{device.name}: {number} of {served_ms} is stored at {found}")
        if any(abs(t_ms - served_ms) > MISDATED_MS for t_ms in found):
            misdated += 1
            notes.append(f"{device.name}: {number} of {served_ms} is stored at {found}")
        expected = [value(number, place) for place in range(VALUES)]
        differing = [t_ms for t_ms in found if list(device.values.get(t_ms, ())) != expected]
        if differing:
            wrong += 1
            notes.append(f"{device.name}: the values of {number} at {differing} are not those served")
    return Tally(len(device.served_ms), len(times), lost, doubled, misdated, wrong, in_gaps, tuple(notes[:5]))
