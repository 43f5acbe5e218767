"""What is wrong with a panel, from its minutes and quarter hours. Pure.

Day-burner, outage, stuck contactor, phase loss and theft are states of single minutes that last; lamps that are out are estimated by
quarter hour. Around sunset and sunrise the lamps may be on or off: there, nothing is concluded, as no clock is exact.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from gateway.analytics.baseline import Baseline, least_out
from gateway.analytics.calendar import LightingCalendar
from gateway.analytics.lasting import StateRun, TimedState, lasting
from gateway.analytics.panel import MARGIN_MS, MINUTE_MS, QUARTER_MS, LitPanel, PanelMinute
from gateway.analytics.quarters import PanelQuarter
from gateway.analytics.results import FindingKind

_STEP_MARGIN_MS = 3 * MINUTE_MS
_DAY_BURNER_MS, _OUTAGE_MS, _STUCK_MS, _PHASE_MS, _THEFT_MS = (minutes * MINUTE_MS for minutes in (15, 5, 3, 3, 60))
_LAMPS_MS = 8 * QUARTER_MS
_DEAD_PHASE, _LIVE_PHASE = 0.5, 0.8
"""Shares of the nominal voltage below which a phase is lost, and above which it is present."""

_STOLEN_SHARE, _STEP_SHARE = 0.8, 0.15
"""Cables are missing if less than this share of the lamps burns, and the step down to it was at least so large."""

_BEFORE, _AFTER = 15, 15
"""Minutes before and after a step that are compared."""

_LAMPS_CLEAR = 0.5
"""The share of the lamps that must seem out below which none does any more."""

_EXPLAINED_MS = MARGIN_MS + QUARTER_MS
"""How long before and after another finding it explains missing power."""

_FIRST_SEEN = 4
"""Quarter hours of an evening in which noise may hide that lamps are out."""

_BEFORE_THEFT = 4
"""Quarter hours before a theft that say how many lamps were out."""

_UNEXPLAINING = (FindingKind.DAY_BURNER, FindingKind.CABLE_THEFT)
"""Findings that do not explain missing power: a theft explains only the lamps that went with it."""


class PanelFinding(NamedTuple):
    """Something found at a panel: since when, how long, and how much, as `FindingKind` describes."""

    kind: FindingKind
    run: StateRun
    magnitude: float


Carried = Mapping[FindingKind, PanelFinding]
"""The findings that were active before a day."""


def _carried_run(carried: Carried, kind: FindingKind) -> StateRun | None:
    return carried[kind].run if kind in carried else None


class MinuteWatch:
    """Searches the minutes of one day for what is wrong."""

    def __init__(
        self, panel: LitPanel, calendar: LightingCalendar, baseline: Baseline, minutes: Sequence[PanelMinute], carried: Carried
    ) -> None:
        self._panel, self._calendar, self._baseline = panel, calendar, baseline
        self._minutes, self._carried = minutes, carried
        nights = list(calendar.nights())
        self._borders = [border for night in nights for border in night]
        self._starts_dark = not nights or nights[0].from_ms > calendar.steps[0].from_ms
        self._shares = [self._share(minute) for minute in minutes]

    def findings(self) -> Iterator[PanelFinding]:
        """Yield what the minutes show."""
        lamps = float(self._panel.lighting.lamps)
        yield from self._of(FindingKind.DAY_BURNER, self._burns_by_day, _DAY_BURNER_MS, self._mean_power_w)
        yield from self._of(FindingKind.OUTAGE, self._dark_with_voltage, _OUTAGE_MS, lambda _: lamps)
        yield from self._of(FindingKind.SUPPLY_OUTAGE, self._without_voltage, _OUTAGE_MS, lambda _: lamps)
        yield from self._of(FindingKind.STUCK_CONTACTOR, self._disobeys, _STUCK_MS, self._mean_power_w)
        yield from self._of(FindingKind.PHASE_LOSS, self._phase_lost, _PHASE_MS, self._lost_phases)
        yield from self._thefts()

    def _of(
        self, kind: FindingKind, state: Callable[[PanelMinute], bool | None], hold_ms: int, magnitude: Callable[[StateRun], float | None]
    ) -> Iterator[PanelFinding]:
        states = (TimedState(minute.t_ms, state(minute)) for minute in self._minutes)
        for run in lasting(states, hold_ms=hold_ms, step_ms=MINUTE_MS, carried=_carried_run(self._carried, kind)):
            yield self._found(kind, run, magnitude(run))

    def _found(self, kind: FindingKind, run: StateRun, magnitude: float | None) -> PanelFinding:
        """Return a finding; one that ended before the day's first reading of it is as large as it was."""
        if magnitude is None:
            magnitude = self._carried[kind].magnitude if kind in self._carried else 0.0
        return PanelFinding(kind, run, magnitude)

    def _wanted(self, t_ms: int) -> bool | None:
        """Return whether the lamps should burn; None around the times at which they switch."""
        at = bisect_right(self._borders, t_ms)
        near = (at and t_ms - self._borders[at - 1] < MARGIN_MS) or (at < len(self._borders) and self._borders[at] - t_ms <= MARGIN_MS)
        return None if near else self._calendar.at(t_ms).level > 0

    def _burns(self, minute: PanelMinute) -> bool | None:
        return None if minute.power_w is None else minute.power_w > self._panel.threshold_w

    def _burns_by_day(self, minute: PanelMinute) -> bool | None:
        burns, wanted = self._burns(minute), self._wanted(minute.t_ms)
        if burns is False:
            return False
        return None if burns is None or wanted is None else not wanted

    def _dark(self, minute: PanelMinute) -> bool | None:
        """Return whether lamps that should burn do not; by day this is unknown."""
        burns, wanted = self._burns(minute), self._wanted(minute.t_ms)
        if burns:
            return False if wanted else None
        return True if burns is False and wanted else None

    def _has_voltage(self, minute: PanelMinute) -> bool | None:
        voltages = [one for one in minute.voltages_v if one is not None]
        return None if not voltages else max(voltages) > _DEAD_PHASE * self._panel.lighting.nominal_voltage

    def _dark_with_voltage(self, minute: PanelMinute) -> bool | None:
        dark = self._dark(minute)
        return dark and self._has_voltage(minute) is not False

    def _without_voltage(self, minute: PanelMinute) -> bool | None:
        dark = self._dark(minute)
        return dark and self._has_voltage(minute) is False

    def _disobeys(self, minute: PanelMinute) -> bool | None:
        burns = self._burns(minute)
        if burns is None or minute.contactor is None or self._has_voltage(minute) is False:
            return None
        if minute.contactor and not burns:
            # A circuit breaker opens behind the contactor: only if none did, the contactor is to blame.
            return None if minute.breaker_tripped is None else not minute.breaker_tripped
        return burns != minute.contactor

    def _phase_lost(self, minute: PanelMinute) -> bool | None:
        if any(one is None for one in minute.voltages_v):
            return None
        nominal_v = self._panel.lighting.nominal_voltage
        voltages = [one for one in minute.voltages_v if one is not None]
        return min(voltages) < _DEAD_PHASE * nominal_v and max(voltages) > _LIVE_PHASE * nominal_v

    def _share(self, minute: PanelMinute) -> float | None:
        """Return the share of the lamps that burn; None by day, in outages, and around the steps of the calendar."""
        step = self._calendar.at(minute.t_ms)
        near = minute.t_ms - step.from_ms < _STEP_MARGIN_MS or step.to_ms - minute.t_ms <= _STEP_MARGIN_MS
        if (
            near
            or not self._wanted(minute.t_ms)
            or not self._burns(minute)
            or self._phase_lost(minute)
            or not self._baseline.knows(step.level)
        ):
            return None
        base_w = self._panel.lighting.base_power
        expected_w = self._baseline.power_w(step.level, minute.voltage_v)
        return ((minute.power_w or 0.0) - base_w) / (expected_w - base_w)

    def _thefts(self) -> Iterator[PanelFinding]:
        kind = FindingKind.CABLE_THEFT
        states = [
            TimedState(minute.t_ms, None if share is None else share < _STOLEN_SHARE)
            for minute, share in zip(self._minutes, self._shares, strict=True)
        ]
        for run in lasting(states, hold_ms=_THEFT_MS, step_ms=MINUTE_MS, carried=_carried_run(self._carried, kind)):
            before, after = self._around(run.from_ms)
            is_carried = kind in self._carried and run.from_ms == self._carried[kind].run.from_ms
            if is_carried or (before is not None and after is not None and before - after >= _STEP_SHARE):
                yield self._found(kind, run, self._missing(run))

    def _around(self, t_ms: int) -> tuple[float | None, float | None]:
        """Return the share of the lamps that burned before and after a time; before the first of them, that of the night before."""
        pairs = [(minute.t_ms, share) for minute, share in zip(self._minutes, self._shares, strict=True) if share is not None]
        before = [share for at_ms, share in pairs if at_ms < t_ms][-_BEFORE:]
        after = [share for at_ms, share in pairs if at_ms >= t_ms][:_AFTER]
        return median(before) if before else self._baseline.last_share, median(after) if after else None

    def _missing(self, run: StateRun) -> float | None:
        """Return what went with the cables: the share that is missing in the first hour, before lamps fail as well."""
        shares = [
            share
            for minute, share in zip(self._minutes, self._shares, strict=True)
            if share is not None and run.from_ms <= minute.t_ms < run.from_ms + _THEFT_MS
        ]
        return round(100 * (1 - median(shares)), 1) if shares else None

    def _mean_power_w(self, run: StateRun) -> float | None:
        powers = [minute.power_w for minute in self._within(run) if minute.power_w is not None]
        return round(sum(powers) / len(powers), 1) if powers else None

    def _lost_phases(self, run: StateRun) -> float | None:
        limit_v = _DEAD_PHASE * self._panel.lighting.nominal_voltage
        counts = [sum(one is not None and one < limit_v for one in minute.voltages_v) for minute in self._within(run)]
        return float(max(counts)) if counts else None

    def _within(self, run: StateRun) -> Iterator[PanelMinute]:
        return (minute for minute in self._minutes if run.from_ms <= minute.t_ms < run.to_ms)


class _LampsSeen(NamedTuple):
    """How many lamps seem out in a quarter hour, and from how many on they count as out."""

    t_ms: int
    out: float
    raised: float


def lamps_out(
    panel: LitPanel,
    quarters: Sequence[PanelQuarter],
    others: Sequence[PanelFinding],
    carried: Carried,
    unseen_until_ms: int | None = None,
) -> Iterator[PanelFinding]:
    """Yield the spans in which single lamps do not burn.

    Args:
        panel: The panel.
        quarters: The quarter hours of a day.
        others: The findings that explain missing power otherwise.
        carried: The findings that were active before the day.
        unseen_until_ms: The end of the night before, if no lamp was seen to burn in it: lamps that are out from the evening's first
            quarter hours on failed in that night.
    """
    before = carried.get(FindingKind.LAMPS_OUT)
    seen = _smooth(list(_LampsWatch(panel.lighting.lamps, others, before).seen(quarters)))
    states = _lamp_states(seen, before)
    for run in lasting(states, hold_ms=_LAMPS_MS, step_ms=QUARTER_MS, carried=before.run if before is not None else None):
        inside = [one for one in seen if run.from_ms <= one.t_ms < run.to_ms]
        out = median(one.out for one in inside) if inside else 0.0
        if before is not None and run.from_ms == before.run.from_ms:
            yield PanelFinding(FindingKind.LAMPS_OUT, run, float(max(1, round(out))) if inside else before.magnitude)
        elif out >= inside[0].raised:
            if unseen_until_ms is not None and run.from_ms <= seen[:_FIRST_SEEN][-1].t_ms:
                run = run._replace(from_ms=unseen_until_ms)  # noqa: PLW2901 — the same run, which began earlier
            yield PanelFinding(FindingKind.LAMPS_OUT, run, float(max(1, round(out))))


def _lamp_states(seen: Sequence[_LampsSeen], before: PanelFinding | None) -> Iterator[TimedState]:
    """Yield whether lamps are out. Those of the day before are replaced when fewer than half of them are missing."""
    half = before.magnitude // 2 if before is not None else 0.0
    for one in seen:
        replaced = one.out < max(half, _LAMPS_CLEAR * one.raised)
        half = 0.0 if replaced else half
        yield TimedState(one.t_ms, False if replaced else one.out >= one.raised or None)


class _LampsWatch:
    """Counts the lamps that seem out in the quarter hours of a day, beside other findings."""

    def __init__(self, lamps: int, others: Sequence[PanelFinding], before: PanelFinding | None) -> None:
        self._lamps, self._least, self._before = lamps, least_out(lamps), before
        self._explained = [one.run for one in others if one.kind not in _UNEXPLAINING]
        self._thefts = [one for one in others if one.kind is FindingKind.CABLE_THEFT]

    def seen(self, quarters: Sequence[PanelQuarter]) -> Iterator[_LampsSeen]:
        """Yield the quarter hours that say something about single lamps."""
        plain: list[_LampsSeen] = []
        for quarter in quarters:
            if quarter.lamps_out is None or _overlaps(quarter, self._explained):
                continue
            theft = next((one for one in self._thefts if _overlaps(quarter, [one.run])), None)
            if theft is None:
                plain.append(_LampsSeen(quarter.t_ms, quarter.lamps_out, self._least))
                yield plain[-1]
            elif theft.run.from_ms + _EXPLAINED_MS <= quarter.t_ms < theft.run.to_ms - _EXPLAINED_MS:
                yield from self._beside(theft, quarter.t_ms, quarter.lamps_out, plain[-_BEFORE_THEFT:])

    def _beside(self, theft: PanelFinding, t_ms: int, out: float, plain: Sequence[_LampsSeen]) -> Iterator[_LampsSeen]:
        """Yield a quarter hour in which cables are missing: what is missing beside them are lamps that failed since.

        Noise is a share of the power that is left, and so is the number from which lamps count as out. If there is clearly more power than
        since the theft, lamps were replaced. A second step is more theft.
        """
        left = 1 - theft.magnitude / 100
        failed, raised = out - self._lamps * (1 - left), left * self._least
        if failed < _STEP_SHARE * self._lamps:
            yield _LampsSeen(t_ms, failed + self._failed_before(theft, plain) if failed > -2 * raised else 0.0, raised)

    def _failed_before(self, theft: PanelFinding, plain: Sequence[_LampsSeen]) -> float:
        """Return the lamps that were out when the cables went: they are among what is missing with them."""
        if plain:
            out = median(one.out for one in plain)
            return out if out >= self._least else 0.0
        before = self._before
        return before.magnitude if before is not None and before.run.from_ms < theft.run.from_ms else 0.0


def _smooth(seen: Sequence[_LampsSeen]) -> list[_LampsSeen]:
    """Return the quarter hours with the median of each and its neighbours."""
    return [
        one._replace(out=median(near.out for near in seen[max(0, at - 1) : at + 2] if abs(near.t_ms - one.t_ms) <= 2 * QUARTER_MS))
        for at, one in enumerate(seen)
    ]


def _overlaps(quarter: PanelQuarter, runs: Sequence[StateRun]) -> bool:
    begin_ms, end_ms = quarter.t_ms - _EXPLAINED_MS, quarter.t_ms + QUARTER_MS + _EXPLAINED_MS
    return any(run.from_ms < end_ms and begin_ms < run.to_ms for run in runs)
