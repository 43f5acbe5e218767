"""Whether what a process holds grows: the Theil-Sen slope of its floors, with an interval, against a bound. Pure."""

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise
from math import sqrt
from statistics import fmean, median
from typing import Literal, NamedTuple

Growth = Literal["flat", "grows", "not shown"]

_Z = 1.96
"""The interval has the true slope in it 19 times of 20."""

_MOST_DEPENDENT = 0.9

LEAST_POINTS = 6
"""Fewer have no interval: of five, even the least and the greatest slope between two of them are within it."""


class Trend(NamedTuple):
    """Growth per minute, and between which values it lies with a confidence of 95 %."""

    per_minute: float
    low: float
    high: float

    def growth(self, bound: float) -> Growth:
        """Return whether it grows no faster than a bound. Only an interval that lies below shows that; one with the bound in it shows nothing."""
        if self.high <= bound:
            return "flat"
        return "grows" if self.low > bound else "not shown"


def trend(points: Sequence[tuple[float, float]]) -> Trend:
    """Return the trend of values over their times in seconds.

    The slope is the median of the slopes between any two points (Theil 1950, Sen 1968): single steps and outliers move it little. The
    interval follows from the variance of Kendall's statistic, n (n - 1) (2 n + 5) / 18. What a process holds in one pause may depend on the
    pause before, so that its points say less than so many independent ones: the variance is multiplied by (1 + r) / (1 - r), r being the
    correlation of each residual with the next (Bayley and Hammersley 1946; Yue and Wang 2004).

    Raises:
        ValueError: There are too few points, or two have the same time.
    """
    count = len(points)
    if count < LEAST_POINTS:
        raise ValueError(f"a trend needs {LEAST_POINTS} points, found {count}")
    if len({t_s for t_s, _ in points}) < count:
        raise ValueError("two points have the same time")
    slopes = sorted(60 * (late[1] - early[1]) / (late[0] - early[0]) for early, late in combinations(sorted(points), 2))
    middle = median(slopes)
    spread = sqrt(_dependence(points, middle) * count * (count - 1) * (2 * count + 5) / 18)
    outside = int((len(slopes) - _Z * spread) / 2)  # of the slopes, so many at either end
    if outside < 1:
        return Trend(middle, float("-inf"), float("inf"))
    return Trend(middle, slopes[outside - 1], slopes[-outside])


def _dependence(points: Sequence[tuple[float, float]], per_minute: float) -> float:
    """Return by how much the variance is larger than that of independent points; never less than 1."""
    rest = [value - per_minute * t_s / 60 for t_s, value in sorted(points)]
    mean = fmean(rest)
    square = sum((one - mean) ** 2 for one in rest)
    if not square:
        return 1.0
    r = sum((one - mean) * (other - mean) for one, other in pairwise(rest)) / square
    r = min(_MOST_DEPENDENT, max(0.0, r))
    return (1 + r) / (1 - r)


def floors(samples: Iterable[tuple[int, float, float]]) -> list[tuple[float, float]]:
    """Return the least value of each pause, at the pause's middle: what is held when nothing else is going on.

    Args:
        samples: The number of the pause, a time in seconds, a value.
    """
    pauses: dict[int, list[tuple[float, float]]] = {}
    for pause, t_s, value in samples:
        pauses.setdefault(pause, []).append((t_s, value))
    return [(fmean(t_s for t_s, _ in one), min(value for _, value in one)) for one in pauses.values()]
