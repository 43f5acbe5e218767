"""The quality of the voltage, as EN 50160 defines it for low voltage: ten-minute means within 10 % of the nominal voltage. Pure.

The norm asks for 95 % of the means of each week within ±10 %. Interruptions (below 5 %) are not counted. Readings are means of what a meter
reports every few seconds, not the RMS values of a class-A instrument: a first look, not a proof.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gateway.analytics.panel import PanelMinute

_WINDOW_MS = 600_000
_BAND, _INTERRUPTED = 0.10, 0.05
REQUIRED_SHARE = 95.0
"""In percent of the ten-minute means of a week."""


class VoltageDay(NamedTuple):
    """The ten-minute means of all phases in a day: their number, those outside of ±10 %, the lowest and highest in volts."""

    intervals: int
    outside: int
    lowest_v: float | None
    highest_v: float | None


def voltage_day(minutes: Iterable[PanelMinute], nominal_v: float) -> VoltageDay:
    """Return the quality of the voltage of a panel's minutes."""
    windows: dict[tuple[int, int], list[float]] = {}
    for minute in minutes:
        for phase, voltage in enumerate(minute.voltages_v):
            if voltage is not None:
                windows.setdefault((minute.t_ms // _WINDOW_MS, phase), []).append(voltage)
    means = [mean for values in windows.values() if (mean := sum(values) / len(values)) >= _INTERRUPTED * nominal_v]
    outside = sum(abs(mean - nominal_v) > _BAND * nominal_v for mean in means)
    return VoltageDay(len(means), outside, min(means, default=None), max(means, default=None))


def share_in_band(days: Sequence[tuple[int, int]]) -> float | None:
    """Return the share of ten-minute means within the band, in percent, of days with their number of means and of those outside."""
    intervals, outside = sum(day[0] for day in days), sum(day[1] for day in days)
    return None if not intervals else round(100 * (1 - outside / intervals), 3)
