"""Energy from the registers of meters, by quarter hour and between two instants. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from gateway.analytics.panel import QUARTER_MS
from gateway.analytics.sun import Interval


class RegisterReading(NamedTuple):
    """A meter's register of active energy, in watt-hours, at a time in milliseconds since 1970."""

    t_ms: int
    watt_hours: float


def increase(readings: Sequence[RegisterReading]) -> float:
    """Return how much a register rose, in watt-hours; where it falls, it was set anew, and what it counted in between is unknown."""
    return sum(max(0.0, after.watt_hours - before.watt_hours) for before, after in pairwise(readings))


def register_at(readings: Sequence[RegisterReading], t_ms: int) -> RegisterReading | None:
    """Return a register at a time, on the line between the readings before and after it; None without both, or if it was set anew."""
    before = max((one for one in readings if one.t_ms <= t_ms), default=None)
    after = min((one for one in readings if one.t_ms >= t_ms), default=None)
    if before is None or after is None or after.watt_hours < before.watt_hours:
        return None
    if before.t_ms == after.t_ms:
        return before
    share = (t_ms - before.t_ms) / (after.t_ms - before.t_ms)
    return RegisterReading(t_ms, before.watt_hours + share * (after.watt_hours - before.watt_hours))


def between(borders: Iterable[RegisterReading | None], inside: Sequence[RegisterReading], span: Interval) -> float:
    """Return the energy of a span in watt-hours: from the registers at its borders, where known, and the readings inside, oldest first."""
    readings = [one for one in inside if span.from_ms <= one.t_ms < span.to_ms]
    known = [one for one in borders if one is not None]
    return increase(sorted([*known, *readings]))


def quarter_energies(lasts: Sequence[RegisterReading]) -> dict[int, float]:
    """Return the energy of each quarter hour in watt-hours, by its beginning, from the last reading of each."""
    return {
        after.t_ms: after.watt_hours - before.watt_hours
        for before, after in pairwise(lasts)
        if after.t_ms - before.t_ms == QUARTER_MS and after.watt_hours >= before.watt_hours
    }


def summed(meters: Sequence[Mapping[int, float]]) -> dict[int, float]:
    """Return the energy of several meters in each quarter hour for which all have one."""
    if not meters:
        return {}
    common = set.intersection(*(set(one) for one in meters))
    return {t_ms: sum(one[t_ms] for one in meters) for t_ms in sorted(common)}
