"""Adaptive light (TAI of UNI 11248): by how many lighting categories the traffic allows to reduce the light.

From secondary sources; the text of the standard was not read: counts of ten minutes, of the lanes served the one with the greatest flow;
below 50 % of the road's capacity one category less, below 25 % two, not below M6. Down only after two samples that agree, up at once.
"""

from typing import NamedTuple

from gateway.control.sensors.sensed import NOT_BELIEVED, Sensed

SAMPLE_S = 600.0
_AGREEING = 2
_SHARES = ((0.25, 2), (0.5, 1))
"""Below which share of the capacity the light may be reduced, and by how many categories."""

CATEGORIES = ("M1", "M2", "M3", "M4", "M5", "M6")
"""The lighting categories of roads for motor traffic (EN 13201-2), the brightest first."""

_LATE = 1.5
"""A sample that is later than this many samples does not come: the light is that of the design category."""


class TrafficSample(NamedTuple):
    """The vehicles in each lane served within ten minutes, and when they ended, in seconds of a clock that never steps."""

    at_s: float
    counts: tuple[int, ...]

    def flow(self) -> float:
        """Return the hourly flow of the lane with the most vehicles."""
        return max(self.counts, default=0) * 3600 / SAMPLE_S


class TrafficCounter(NamedTuple):
    """The last samples of a counter, the newest last."""

    capacity: float
    samples: tuple[TrafficSample, ...] = ()

    def counted(self, sample: TrafficSample) -> "TrafficCounter":
        """Return the counter with another sample. After a gap, earlier ones do not count: two in a row must agree."""
        follows = self.samples and sample.at_s - self.samples[-1].at_s <= _LATE * SAMPLE_S
        return self._replace(samples=(*self.samples, sample)[-_AGREEING:] if follows else (sample,))

    def sensed(self, at_s: float) -> Sensed:
        """Return by how many categories the light may be reduced at a time, or that the counter is silent.

        The least reduction of the last samples: more only if they agree, less at once.
        """
        if not self.samples or at_s - self.samples[-1].at_s > _LATE * SAMPLE_S:
            return NOT_BELIEVED
        steps = [_steps(one.flow() / self.capacity) for one in self.samples]
        reduction = min(steps) if len(steps) == _AGREEING else 0
        return Sensed(active=True, for_s=at_s - self.samples[-1].at_s, reduction=reduction)


def reduced(category: str, steps: int) -> str:
    """Return the category that is some steps darker than another, not below M6."""
    return CATEGORIES[min(CATEGORIES.index(category) + steps, len(CATEGORIES) - 1)]


def _steps(share: float) -> int:
    return next((steps for limit, steps in _SHARES if share < limit), 0)
