"""Ramps: a level that changes evenly, and ends at its time, whenever it began."""

from typing import NamedTuple


class Ramp(NamedTuple):
    """A change from a level at an instant to another by an instant, in percent and milliseconds since 1970."""

    begin_ms: int
    begin_level: float
    end_ms: int
    level: int

    def at(self, t_ms: int) -> float:
        """Return the level at an instant."""
        if t_ms >= self.end_ms:
            return self.level
        share = max(0, t_ms - self.begin_ms) / (self.end_ms - self.begin_ms)
        return self.begin_level + share * (self.level - self.begin_level)

    def toward(self, level: int, ends_ms: int | None, t_ms: int) -> "Ramp":
        """Return the ramp after an instant at which a level is wanted by another one: a later command wins, from where the ramp is then."""
        end_ms = t_ms if ends_ms is None else max(ends_ms, t_ms)
        if level == self.level and (t_ms >= self.end_ms or end_ms == self.end_ms):
            return self
        return Ramp(t_ms, self.at(t_ms), end_ms, level)


def still(level: int, t_ms: int) -> Ramp:
    """Return a level that does not change."""
    return Ramp(t_ms, level, t_ms, level)
