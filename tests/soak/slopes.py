"""Whether what a process holds grows: the least-squares slope of its samples, and a bound. Pure."""

from collections.abc import Sequence
from math import sqrt
from typing import Literal, NamedTuple

Growth = Literal["flat", "grows", "too noisy to tell"]


class Slope(NamedTuple):
    """Growth per minute, and its standard error."""

    per_minute: float
    error: float

    def growth(self, bound: float) -> Growth:
        """Return whether the slope is below a bound: it grows if it lies above by more than two standard errors.

        Noise must not hide a leak: if the error is itself larger than the bound, nothing can be told.
        """
        if self.per_minute - 2 * self.error > bound:
            return "grows"
        return "flat" if self.error <= bound else "too noisy to tell"


def slope(points: Sequence[tuple[float, float]]) -> Slope:
    """Return the slope of values over their times in seconds, by least squares.

    Raises:
        ValueError: There are less than three points, or all have the same time.
    """
    count = len(points)
    if count < 3:
        raise ValueError(f"a slope with its error needs three points, found {count}")
    middle_s, middle = sum(t_s for t_s, _ in points) / count, sum(value for _, value in points) / count
    spread = sum((t_s - middle_s) ** 2 for t_s, _ in points)
    if spread == 0:
        raise ValueError("all points have the same time")
    per_second = sum((t_s - middle_s) * (value - middle) for t_s, value in points) / spread
    rest = sum((value - middle - per_second * (t_s - middle_s)) ** 2 for t_s, value in points)
    return Slope(60 * per_second, 60 * sqrt(rest / (count - 2) / spread))


def floors(points: Sequence[tuple[float, float]], width_s: float) -> list[tuple[float, float]]:
    """Return the least value of each window of so many seconds, at the middle of the window: what is held when nothing else is going on."""
    windows: dict[int, float] = {}
    for t_s, value in points:
        number = int(t_s // width_s)
        windows[number] = min(value, windows.get(number, value))
    return [((number + 0.5) * width_s, value) for number, value in windows.items()]
