"""Means of a number over the last hour or day, from readings at any interval, in bounded memory. Pure."""

from collections import deque
from typing import NamedTuple

_SHORTEST_PART_S, _PARTS_MOST = 900.0, 24
"""Sensors are read at least every quarter of an hour."""

_FULL_SHARE = 0.75
"""A mean of less than three quarters of its time is not one (Directive 2008/50/EC, annex XI)."""


class _Part(NamedTuple):
    begin_ms: int
    total: float
    values: int


class RunningMean:
    """The mean of the last `mean_s` seconds: the mean of its parts, each with the same weight however many values it has.

    Args:
        mean_s: The time in seconds.
    """

    def __init__(self, mean_s: float) -> None:
        part_s = max(_SHORTEST_PART_S, mean_s / _PARTS_MOST)
        self._most = max(1, round(mean_s / part_s))
        self._part_ms = round(1000 * part_s)
        self._parts = deque[_Part](maxlen=self._most)

    def add(self, t_ms: int, value: float) -> float | None:
        """Add a value, and return the mean; None if too little of the time has values. An older value than the newest part is left out."""
        begin_ms = t_ms - t_ms % self._part_ms
        newest = self._parts[-1] if self._parts else None
        if newest is None or begin_ms > newest.begin_ms:
            self._parts.append(_Part(begin_ms, value, 1))
        elif begin_ms == newest.begin_ms:
            self._parts[-1] = _Part(begin_ms, newest.total + value, newest.values + 1)
        while self._parts[0].begin_ms <= begin_ms - self._most * self._part_ms and len(self._parts) > 1:
            self._parts.popleft()
        if len(self._parts) < _FULL_SHARE * self._most:
            return None
        return sum(one.total / one.values for one in self._parts) / len(self._parts)
