"""A controlled output: a lamp, or lamps that are always alike."""

from collections.abc import Mapping
from typing import NamedTuple

from gateway.control.programs.operations import FULL
from gateway.control.sensors.traffic import reduced


class Adaptive(NamedTuple):
    """How the traffic reduces the light of a road (UNI 11248): from its design category, by a counter, to the level of each category."""

    sensor: str
    design_category: str
    levels: Mapping[str, int]
    most_steps: int = 2

    def level(self, steps: int) -> int:
        """Return the level that is enough for the traffic: of the category some steps darker, or the next brighter one with a level."""
        for fewer in range(min(steps, self.most_steps), -1, -1):
            level = self.levels.get(reduced(self.design_category, fewer))
            if level is not None:
                return level
        return FULL

    @property
    def design_level(self) -> int:
        """The level of the design category, which is met if the regulation fails."""
        return self.level(0)


class Output(NamedTuple):
    """An output: its calendar, its level without one, and what it follows without a clock."""

    name: str
    calendar: str | None = None
    default_level: int = FULL
    photocell: str | None = None
    adaptive: Adaptive | None = None

    @property
    def fail_level(self) -> int:
        """The level if the regulation fails, or nobody knows what time it is."""
        return FULL if self.adaptive is None else self.adaptive.design_level
