"""The analysis of one panel for one day, from noon to noon. Pure: what is returned depends on the arguments alone."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from gateway.analytics.baseline import Baseline
from gateway.analytics.calendar import LightingCalendar
from gateway.analytics.findings import Carried, MinuteWatch, PanelFinding, lamps_out
from gateway.analytics.lasting import TimedState, lasting
from gateway.analytics.panel import MINUTE_MS, QUARTER_MS, LitPanel, PanelMinute
from gateway.analytics.quarters import PanelQuarter, mean, minutes_share, quarters_of
from gateway.analytics.results import FindingKind
from gateway.analytics.sun import Interval
from gateway.analytics.voltage import REQUIRED_SHARE, share_in_band, voltage_day

_SWITCHING_MS = 60 * MINUTE_MS
"""How far from the calendar's time the lamps may switch for it to count as the clock's fault."""

_SEEN_MS = 5 * MINUTE_MS
"""The longest gap in the readings at which the time of switching is still known."""

_DRIFT_NIGHTS, _DRIFT_S = 7, 300
"""A clock drifts if it was wrong by more than this, to the same side, in each of so many nights."""

_POWER_FACTOR, _DEVIATION, _COMPLETE = 0.9, 5.0, 90.0
_CALENDAR_MARGIN_MS = 3_600_000
_NIGHT_BEFORE_MS = 86_400_000
_DAYS_OF_WEEK = 7
_QUARTER_S = QUARTER_MS / 1000


class PastDay(NamedTuple):
    """What is needed of a day before: the offset of the clock in seconds, the number of voltages and of those outside of the band."""

    clock_offset_s: float | None
    voltages: int
    voltages_outside: int


class PanelDay(NamedTuple):
    """What one panel's day is computed from; `until_ms` is when its readings end, the end of the day if it is over."""

    panel: LitPanel
    span: Interval
    until_ms: int
    minutes: Sequence[PanelMinute]
    energies: Mapping[int, float]
    baseline: Baseline
    past: Sequence[PastDay] = ()
    carried: Carried = {}  # noqa: RUF012 — a default that nobody changes


class AnalysedDay(NamedTuple):
    """The results of a day: its quarter hours, the fields of `lighting_day`, and the findings."""

    quarters: list[PanelQuarter]
    fields: dict[str, float | int | None]
    findings: list[PanelFinding]


def analyse(day: PanelDay) -> AnalysedDay:
    """Return the results of one panel's day."""
    around = Interval(day.span.from_ms - _CALENDAR_MARGIN_MS, day.span.to_ms + _CALENDAR_MARGIN_MS)
    calendar = LightingCalendar(day.panel.lighting, day.panel.place, day.panel.zone, around)
    read = Interval(day.span.from_ms, day.until_ms)
    quarters = quarters_of(day.panel, calendar, day.baseline, day.minutes, day.energies, read)
    findings = list(MinuteWatch(day.panel, calendar, day.baseline, day.minutes, day.carried).findings())
    findings += lamps_out(day.panel, quarters, findings, day.carried, _unseen_until_ms(day))
    fields = _Figures(day, calendar, quarters).fields()
    if day.until_ms >= day.span.to_ms:
        findings += _of_the_day(day, calendar, fields)
    return AnalysedDay(quarters, fields, findings)


def _unseen_until_ms(day: PanelDay) -> int | None:
    """Return the end of the night before a day, if no lamp was seen to burn in it."""
    before = Interval(day.span.from_ms - _NIGHT_BEFORE_MS, day.span.from_ms)
    nights = list(LightingCalendar(day.panel.lighting, day.panel.place, day.panel.zone, before).nights())
    last_ms = day.baseline.last_ms
    return nights[-1].to_ms if nights and last_ms is not None and last_ms < nights[-1].from_ms else None


class _Figures:
    """Computes the fields of `lighting_day`."""

    def __init__(self, day: PanelDay, calendar: LightingCalendar, quarters: Sequence[PanelQuarter]) -> None:
        self._day, self._calendar, self._quarters = day, calendar, quarters
        self._burning = [minute for minute in day.minutes if minute.power_w is not None and minute.power_w > day.panel.threshold_w]

    def fields(self) -> dict[str, float | int | None]:
        """Return all fields; those that are not known are None."""
        return self._energy() | self._hours() | self._switching() | self._lamps() | self._supply()

    def _energy(self) -> dict[str, float | int | None]:
        measured = [one for one in self._quarters if one.energy_wh is not None]
        energy = sum(one.energy_wh or 0.0 for one in measured)
        expected = sum(one.expected_energy_wh for one in self._quarters)
        comparable = sum(one.expected_energy_wh for one in measured)
        return {
            "energy": round(energy, 3) if measured else None,
            "expected_energy": round(expected, 3),
            "full_energy": round(sum(one.full_power_w for one in self._quarters) * QUARTER_MS / 3_600_000, 3),
            "energy_deviation": round(100 * (energy / comparable - 1), 2) if measured and comparable else None,
        }

    def _hours(self) -> dict[str, float | int | None]:
        return {
            "burning_time": sum(one.burning_s for one in self._quarters),
            "scheduled_time": round(sum(one.scheduled_s for one in self._quarters), 3),
            "completeness": round(min(100.0, minutes_share(self._day.minutes, Interval(self._day.span.from_ms, self._day.until_ms))), 2),
        }

    def _switching(self) -> dict[str, float | int | None]:
        nights = [one for one in self._calendar.nights() if self._day.span.from_ms < one.from_ms and one.to_ms < self._day.span.to_ms]
        on_s = self._delay_s(nights[0].from_ms, to_on=True) if len(nights) == 1 else None
        off_s = self._delay_s(nights[0].to_ms, to_on=False) if len(nights) == 1 else None
        known = _known_offsets(self._day.past, on_s, off_s)
        return {"switch_on_delay": on_s, "switch_off_delay": off_s, "clock_offset": median(known) if known else None}

    def _delay_s(self, due_ms: int, *, to_on: bool) -> float | None:
        """Return how long after a time the lamps switched, in seconds; None if no switching near it was seen."""
        before: PanelMinute | None = None
        for minute in self._day.minutes:
            if minute.power_w is None or abs(minute.t_ms - due_ms) > _SWITCHING_MS:
                continue
            if before is not None and before.power_w is not None and minute.t_ms - before.t_ms <= _SEEN_MS:
                was, burns = (one > self._day.panel.threshold_w for one in (before.power_w, minute.power_w))
                if burns is to_on and was is not to_on:
                    return round((minute.t_ms - due_ms) / 1000, 1)
            before = minute
        return None

    def _lamps(self) -> dict[str, float | int | None]:
        lamps = self._day.panel.lighting.lamps
        out = {one.t_ms: one.lamps_out for one in self._quarters if one.lamps_out is not None}
        due_s = lost_s = 0.0
        for one in self._quarters:
            if one.t_ms in out:
                due_s += lamps * _QUARTER_S
                lost_s += _QUARTER_S * max(0, round(out[one.t_ms]))
        last = [one for one in self._quarters if one.lamps_out is not None][-4:]
        return {
            "lamps": lamps,
            "lamps_out": round(max(0.0, median(one.lamps_out or 0.0 for one in last)), 2) if last else None,
            "lamp_time_due": due_s,
            "lamp_time_lost": lost_s,
            "availability": round(100 * (1 - lost_s / due_s), 4) if due_s else None,
        }

    def _supply(self) -> dict[str, float | int | None]:
        voltages = voltage_day(self._day.minutes, self._day.panel.lighting.nominal_voltage)
        week = [(one.voltages, one.voltages_outside) for one in self._day.past[-_DAYS_OF_WEEK + 1 :]]
        factor = mean(minute.power_factor for minute in self._burning)
        return {
            "power_factor": None if factor is None else round(factor, 4),
            "voltage_min": None if voltages.lowest_v is None else round(voltages.lowest_v, 2),
            "voltage_max": None if voltages.highest_v is None else round(voltages.highest_v, 2),
            "voltage_intervals": voltages.intervals,
            "voltage_outside": voltages.outside,
            "voltage_in_band": share_in_band([*week, (voltages.intervals, voltages.outside)]),
        }


def clock_offset(on_s: float | None, off_s: float | None) -> float | None:
    """Return how late a clock is, in seconds, from the delays of switching on and off.

    A twilight switch that is set too dark switches on late and off early, which is no fault of a clock: the mean of both is 0.
    """
    return None if on_s is None or off_s is None else (on_s + off_s) / 2


def _known_offsets(past: Sequence[PastDay], on_s: float | None, off_s: float | None) -> list[float]:
    """Return the offsets of the clock in a night, whose delays are given, and in those before that are known; empty if they are too few."""
    offset_s = clock_offset(on_s, off_s)
    known = [one.clock_offset_s for one in past if one.clock_offset_s is not None]
    return [*known[1 - _DRIFT_NIGHTS :], offset_s] if offset_s is not None and len(known) >= _DRIFT_NIGHTS - 1 else []


def _drifts(offsets: Sequence[float]) -> bool:
    """Return whether a clock is wrong to the same side in all nights: for some, a technician or a dark sky may have switched."""
    return min(offsets) > _DRIFT_S or max(offsets) < -_DRIFT_S


def _of_the_day(day: PanelDay, calendar: LightingCalendar, fields: Mapping[str, float | int | None]) -> Iterator[PanelFinding]:
    """Yield what can only be said of a whole night."""
    night = next((one for one in calendar.nights() if one.from_ms >= day.span.from_ms), None)
    if night is None:
        return
    factor, deviation = fields["power_factor"], fields["energy_deviation"]
    offsets = _known_offsets(day.past, fields["switch_on_delay"], fields["switch_off_delay"])
    complete = (fields["completeness"] or 0) >= _COMPLETE
    in_band = fields["voltage_in_band"]
    judged = (
        (FindingKind.CLOCK_DRIFT, fields["clock_offset"], bool(offsets) and _drifts(offsets)),
        (FindingKind.POWER_FACTOR, factor, factor is not None and factor < _POWER_FACTOR),
        (FindingKind.ENERGY, deviation if complete else None, deviation is not None and abs(deviation) > _DEVIATION),
        (FindingKind.VOLTAGE, None if in_band is None else round(100 - in_band, 3), in_band is not None and in_band < REQUIRED_SHARE),
    )
    for kind, magnitude, holds in judged:
        before = day.carried.get(kind)
        states = [TimedState(night.from_ms, None if magnitude is None else holds)]
        for run in lasting(states, hold_ms=0, step_ms=night.to_ms - night.from_ms, carried=before.run if before is not None else None):
            yield PanelFinding(kind, run, magnitude if magnitude is not None else before.magnitude if before is not None else 0.0)
