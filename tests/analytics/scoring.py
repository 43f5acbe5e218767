"""Analyses simulated panels, and counts what was found rightly, wrongly and not at all."""

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from gateway.analytics.baseline import NIGHTS, LitQuarter
from gateway.analytics.day import AnalysedDay, PanelDay, PastDay, analyse, clock_offset
from gateway.analytics.findings import PanelFinding
from gateway.analytics.history import context_of
from gateway.analytics.quarters import lit_quarters
from gateway.analytics.results import FindingKind
from tests.analytics.town import HOUR_MS, MINUTE_MS, SimulatedPanel, TrueFinding, made_panel

SCORED = tuple(kind for kind in FindingKind if kind not in (FindingKind.POWER_FACTOR, FindingKind.VOLTAGE, FindingKind.ENERGY))
"""Kinds that happen to simulated panels. The others are thresholds of one number, which tests hold to it."""

_TOLERANCE_MS = 40 * MINUTE_MS


class KindScore(NamedTuple):
    """How many findings of a kind there really were, how many were found, and how many of either fit the other."""

    true: int
    found: int
    recalled: int
    right: int

    @property
    def recall(self) -> float:
        """The share of the true ones that was found."""
        return self.recalled / self.true if self.true else 1.0

    @property
    def precision(self) -> float:
        """The share of the found ones that is true."""
        return self.right / self.found if self.found else 1.0


class SimulatedRun:
    """Analyses a simulated panel day by day, as the centre does."""

    def __init__(self, simulated: SimulatedPanel) -> None:
        self.simulated = simulated
        self.findings: dict[tuple[FindingKind, int], PanelFinding] = {}
        self.days: list[AnalysedDay] = []
        self._lit: list[LitQuarter] = []
        self._past: list[PastDay] = []

    def run(self) -> None:
        """Analyse all days."""
        panel = self.simulated.panel
        for number, span in enumerate(self.simulated.days):
            context = context_of(panel, span.from_ms, self._lit, self._past, self.findings.values())
            minutes = list(self.simulated.minutes(number))
            found = analyse(PanelDay(panel, span, span.to_ms, minutes, {}, context.baseline, context.past, context.carried))
            self._remember(found, span.from_ms)

    def _remember(self, found: AnalysedDay, begin_ms: int) -> None:
        self.days.append(found)
        self.findings |= {(one.kind, one.run.from_ms): one for one in found.findings}
        self._lit = [one for one in self._lit if one.t_ms >= begin_ms - NIGHTS * 24 * HOUR_MS]
        self._lit += lit_quarters(found.quarters, self.simulated.panel)
        fields = found.fields
        offset_s = clock_offset(fields["switch_on_delay"], fields["switch_off_delay"])
        self._past = [*self._past[-6:], PastDay(offset_s, int(fields["voltage_intervals"] or 0), int(fields["voltage_outside"] or 0))]


def scores(panels: int, nights: int, seed: int = 1) -> dict[FindingKind, KindScore]:
    """Return the scores of each kind over simulated panels."""
    counted: dict[FindingKind, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for number in range(panels):
        run = SimulatedRun(SimulatedPanel(made_panel(number, seed), date(2026, 9, 1), nights, seed))
        run.run()
        for kind, one in scores_of(run).items():
            counted[kind] = [before + more for before, more in zip(counted[kind], one, strict=True)]
    return {kind: KindScore(*counted[kind]) for kind in SCORED}


def scores_of(run: SimulatedRun) -> dict[FindingKind, KindScore]:
    """Return the scores of one panel."""
    found: dict[FindingKind, KindScore] = {}
    for kind in SCORED:
        true = [one for one in run.simulated.truth if one.kind is kind]
        seen = [one for one in run.findings.values() if one.kind is kind]
        recalled = sum(any(fits(one, other) for other in seen) for one in true)
        right = sum(any(fits(other, one) for other in true) for one in seen)
        found[kind] = KindScore(len(true), len(seen), recalled, right)
    return found


def fits(true: TrueFinding, found: PanelFinding) -> bool:
    """Return whether a finding is a true one: their times overlap, and it begins when it could first be seen."""
    begins_ms = 30 * HOUR_MS if true.kind is FindingKind.CABLE_THEFT else _TOLERANCE_MS
    if true.kind is FindingKind.LAMPS_OUT:
        begins_ms = 20 * HOUR_MS  # another fault may hide it in the first night
    if true.kind is FindingKind.CLOCK_DRIFT:
        begins_ms = 6 * 24 * HOUR_MS
    early_ms = 3 * HOUR_MS if true.kind is FindingKind.LAMPS_OUT else _TOLERANCE_MS
    overlap_ms = min(true.to_ms, found.run.to_ms) - max(true.from_ms, found.run.from_ms)
    late_ms = found.run.from_ms - true.from_ms
    if true.kind is FindingKind.LAMPS_OUT and abs(found.magnitude - true.magnitude) > max(1.0, 0.15 * true.magnitude):
        return False
    return overlap_ms > 0 and -early_ms <= late_ms <= begins_ms
