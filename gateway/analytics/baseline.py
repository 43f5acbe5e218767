"""What a panel draws when all of its lamps burn: learned from the nights before, by light output. Pure.

The base is the median of the quarter hours of the last nights, each increased by the lamps that were out by then, so failures that last do
not become normal. Until three nights are known, there is none, and the nominal power of the inventory counts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import median
from typing import NamedTuple

from gateway.analytics.panel import LitPanel

NIGHTS = 14
_LEAST_NIGHTS = 3
_NIGHT_MS = 86_400_000
_PLAUSIBLE = 0.35
"""A base further than this share from the nominal power is not one of this inventory."""

_EXPONENT = {"led": 0.0, "discharge": 2.0}
"""How the power depends on the voltage: electronic control gear keeps it; with magnetic ballasts it rises with the square."""


_LEAST_OUT, _NOISE_SHARE = 0.6, 0.012
"""Lamps that must seem out before one counts as out, and the share of all lamps that noise and weather can hide."""


def least_out(lamps: int) -> float:
    """Return how many of a panel's lamps must seem out before any counts as out."""
    return max(_LEAST_OUT, _NOISE_SHARE * lamps)


class LitQuarter(NamedTuple):
    """A quarter hour of the past in which the calendar asked for one light output throughout: mean power in W, mean voltage in V."""

    t_ms: int
    level: int
    power_w: float
    voltage_v: float | None
    lamps_out: float


class LearnedPower(NamedTuple):
    """The power of all lamps at one light output in W, the base power included, and the voltage that belongs to it."""

    power_w: float
    voltage_v: float | None


class Baseline:
    """The expected power of one panel."""

    def __init__(
        self, panel: LitPanel, learned: Mapping[int, LearnedPower], last_share: float | None = None, last_ms: int | None = None
    ) -> None:
        self._panel, self._learned = panel, dict(learned)
        self.last_ms = last_ms
        """When the last lit quarter hour before began; None if there was none."""
        self.last_share = last_share
        """The share of the lamps that burned in the last lit quarter hour before; None if unknown."""

    def knows(self, level: int) -> bool:
        """Return whether the power at a light output was learned."""
        return level in self._learned

    def power_w(self, level: int, voltage_v: float | None = None) -> float:
        """Return the power to expect at a light output in percent; 0 is off."""
        found = self._learned.get(level) if level else None
        if found is None:
            return self._panel.nominal_at(level)
        exponent = _EXPONENT[self._panel.lighting.source]
        if not exponent or not voltage_v or not found.voltage_v:
            return found.power_w
        base_w = self._panel.lighting.base_power
        return float(base_w + (found.power_w - base_w) * (voltage_v / found.voltage_v) ** exponent)

    def lamps_out(self, level: int, power_w: float, voltage_v: float | None = None) -> float | None:
        """Return how many lamps do not burn, by the power that is missing; negative if there is too much. None before it was learned."""
        if not self.knows(level):
            return None
        expected_w = self.power_w(level, voltage_v)
        a_lamp_w = (expected_w - self._panel.lighting.base_power) / self._panel.lighting.lamps
        return (expected_w - power_w) / a_lamp_w


def _whole_power_w(panel: LitPanel, quarter: LitQuarter) -> float:
    """Return what a panel would have drawn if all lamps had burned."""
    lamps, base_w = panel.lighting.lamps, panel.lighting.base_power
    # Less than the least number is noise: were it added, the base would rise from night to night.
    out = quarter.lamps_out if least_out(lamps) <= quarter.lamps_out < lamps else 0.0
    return base_w + (quarter.power_w - base_w) * lamps / (lamps - out)


def learn(panel: LitPanel, quarters: Iterable[LitQuarter], last_share: float | None = None) -> Baseline:
    """Return the baseline of a panel from the quarter hours of the nights before."""
    by_level: dict[int, list[LitQuarter]] = defaultdict(list)
    last_ms: int | None = None
    for quarter in quarters:
        by_level[quarter.level].append(quarter)
        last_ms = max(last_ms or 0, quarter.t_ms)
    learned = {}
    for level, known in by_level.items():
        nights = {(one.t_ms - 43_200_000) // _NIGHT_MS for one in known}
        power_w = median(_whole_power_w(panel, one) for one in known)
        nominal_w = panel.nominal_at(level)
        if len(nights) >= _LEAST_NIGHTS and abs(power_w - nominal_w) <= _PLAUSIBLE * nominal_w:
            voltages = [one.voltage_v for one in known if one.voltage_v is not None]
            learned[level] = LearnedPower(power_w, median(voltages) if voltages else None)
    return Baseline(panel, learned, last_share, last_ms)
