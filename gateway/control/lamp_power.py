"""The power of a lamp at a light output."""

from bisect import bisect_left
from collections.abc import Mapping

from gateway.control.programs.operations import FULL

_SLICES = 64
"""Parts of a ramp whose power counts as even."""


class LampPower:
    """The power of a lamp with its control gear: measured at some light outputs (percent to watts), and even between them."""

    def __init__(self, full_w: float, standby_w: float = 0.0, measured_w: Mapping[int, float] | None = None) -> None:
        points = {0: standby_w, **(measured_w or {}), FULL: full_w}
        self._levels = sorted(points)
        self._powers_w = [points[level] for level in self._levels]

    def at(self, level: float) -> float:
        """Return the power in watts at a light output in percent."""
        number = bisect_left(self._levels, level)
        if self._levels[number] == level:
            return self._powers_w[number]
        (low, high), (low_w, high_w) = self._levels[number - 1 : number + 1], self._powers_w[number - 1 : number + 1]
        return low_w + (high_w - low_w) * (level - low) / (high - low)

    def between(self, level: float, other: float) -> float:
        """Return the mean power in watts while the light output changes evenly."""
        if level == other:
            return self.at(level)
        return sum(self.at(level + (other - level) * (number + 0.5) / _SLICES) for number in range(_SLICES)) / _SLICES
