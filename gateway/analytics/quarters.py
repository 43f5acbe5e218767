"""The quarter hours of a panel: what it drew, what it should have drawn, how many lamps do not burn. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gateway.analytics.baseline import Baseline, LitQuarter
from gateway.analytics.calendar import FULL, LightingCalendar
from gateway.analytics.panel import MARGIN_MS, MINUTE_MS, QUARTER_MS, LitPanel, PanelMinute
from gateway.analytics.sun import Interval

_LEAST_MINUTES = 10


class PanelQuarter(NamedTuple):
    """One quarter hour; powers in W, energies in Wh, `level` if the calendar asks for one light output around it."""

    t_ms: int
    scheduled_level: float
    level: int | None
    power_w: float | None
    expected_power_w: float
    energy_wh: float | None
    lamps_out: float | None
    voltage_v: float | None
    power_factor: float | None
    burning_s: float
    scheduled_s: float
    full_power_w: float

    @property
    def expected_energy_wh(self) -> float:
        """The energy that belongs to the expected power."""
        return self.expected_power_w * QUARTER_MS / 3_600_000

    def fields(self) -> dict[str, float | None]:
        """Return the values of `lighting_quarter`."""
        return {
            "scheduled_level": round(self.scheduled_level, 3),
            "lamps_out": _rounded(self.lamps_out, 2),
            "active_power": _rounded(self.power_w, 3),
            "expected_power": round(self.expected_power_w, 3),
            "energy": _rounded(self.energy_wh, 3),
            "expected_energy": round(self.expected_energy_wh, 3),
            "voltage": _rounded(self.voltage_v, 3),
            "power_factor": _rounded(self.power_factor, 4),
            "burning_time": self.burning_s,
            "scheduled_time": round(self.scheduled_s, 3),
            "full_energy": round(self.full_power_w * QUARTER_MS / 3_600_000, 3),
        }


def mean(values: Iterable[float | None]) -> float | None:
    """Return the mean of the values that are present; None without any."""
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None


def quarters_of(
    panel: LitPanel,
    calendar: LightingCalendar,
    baseline: Baseline,
    minutes: Sequence[PanelMinute],
    energies: Mapping[int, float],
    span: Interval,
) -> list[PanelQuarter]:
    """Return all quarter hours of a span, from its minutes and the energies by quarter hour."""
    by_quarter: dict[int, list[PanelMinute]] = defaultdict(list)
    for minute in minutes:
        by_quarter[minute.t_ms // QUARTER_MS * QUARTER_MS].append(minute)
    first_ms = span.from_ms // QUARTER_MS * QUARTER_MS
    return [
        _quarter(panel, calendar, baseline, t_ms, by_quarter.get(t_ms, ()), energies.get(t_ms))
        for t_ms in range(first_ms, span.to_ms, QUARTER_MS)
    ]


def _quarter(
    panel: LitPanel, calendar: LightingCalendar, baseline: Baseline, t_ms: int, minutes: Sequence[PanelMinute], energy_wh: float | None
) -> PanelQuarter:
    steps = list(calendar.within(Interval(t_ms, t_ms + QUARTER_MS)))
    voltage_v, power_w = mean(minute.voltage_v for minute in minutes), mean(minute.power_w for minute in minutes)
    level = steady_level(calendar, t_ms)
    lit = [minute for minute in minutes if minute.power_w is not None and minute.power_w > panel.threshold_w]
    weighted = [(step.to_ms - step.from_ms, step.level) for step in steps]
    return PanelQuarter(
        t_ms,
        sum(length * one for length, one in weighted) / QUARTER_MS,
        level,
        power_w,
        sum(length * baseline.power_w(one, voltage_v) for length, one in weighted) / QUARTER_MS,
        energy_wh,
        _lamps_out(panel, baseline, level, minutes, voltage_v),
        voltage_v,
        mean(minute.power_factor for minute in lit),
        len(lit) * MINUTE_MS / 1000,
        sum(length for length, one in weighted if one) / 1000,
        sum(length * baseline.power_w(FULL if one else 0, voltage_v) for length, one in weighted) / QUARTER_MS,
    )


def steady_level(calendar: LightingCalendar, t_ms: int) -> int | None:
    """Return the light output of a quarter hour, if the calendar asks for no other within half an hour: clocks are not exact."""
    steps = list(calendar.within(Interval(t_ms - MARGIN_MS, t_ms + QUARTER_MS + MARGIN_MS)))
    return steps[0].level if len(steps) == 1 else None


def _lamps_out(
    panel: LitPanel, baseline: Baseline, level: int | None, minutes: Sequence[PanelMinute], voltage_v: float | None
) -> float | None:
    powers = [minute.power_w for minute in minutes if minute.power_w is not None]
    if not level or len(powers) < _LEAST_MINUTES:
        return None
    power_w = sum(powers) / len(powers)
    if power_w <= panel.threshold_w:
        return float(panel.lighting.lamps)
    found = baseline.lamps_out(level, power_w, voltage_v)
    return None if found is None else min(float(panel.lighting.lamps), found)


def lit_quarters(quarters: Iterable[PanelQuarter], panel: LitPanel) -> Iterator[LitQuarter]:
    """Yield the quarter hours from which a baseline is learned: the lamps burned at one light output throughout."""
    for one in quarters:
        if one.level and one.power_w is not None and one.power_w > panel.threshold_w:
            yield LitQuarter(one.t_ms, one.level, one.power_w, one.voltage_v, one.lamps_out or 0.0)


def minutes_share(minutes: Sequence[PanelMinute], span: Interval) -> float:
    """Return the share of the minutes of a span that have a power, in percent."""
    return 100 * sum(minute.power_w is not None for minute in minutes) * MINUTE_MS / (span.to_ms - span.from_ms)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
