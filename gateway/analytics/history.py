"""What the days before say about a panel's next day: baseline, past days, findings that go on. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gateway.analytics.baseline import NIGHTS, Baseline, LitQuarter, learn
from gateway.analytics.day import PastDay
from gateway.analytics.findings import Carried, PanelFinding
from gateway.analytics.lasting import StateRun
from gateway.analytics.panel import LitPanel
from gateway.analytics.results import FindingKind

BACK_MS = NIGHTS * 86_400_000
"""How far back the days before are read."""


class DayContext(NamedTuple):
    """What a day is analysed with besides its own readings."""

    baseline: Baseline
    past: Sequence[PastDay]
    carried: Carried


def context_of(
    panel: LitPanel, begin_ms: int, lit: Sequence[LitQuarter], past: Sequence[PastDay], findings: Iterable[PanelFinding]
) -> DayContext:
    """Return the context of the day that begins at a time, from the results of those before, oldest first."""
    lasts = [one for one in lit if one.t_ms < begin_ms][-4:]
    lamps = panel.lighting.lamps
    last_share = 1 - min(max(0.0, one.lamps_out) for one in lasts) / lamps if lasts else None
    return DayContext(learn(panel, (one for one in lit if one.t_ms < begin_ms), last_share), past, _carried(begin_ms, findings))


def _carried(begin_ms: int, findings: Iterable[PanelFinding]) -> Carried:
    """Return the findings from before a time that go on: active ones, and those that ended later, if the day is computed again."""
    found: dict[FindingKind, PanelFinding] = {}
    for one in sorted(findings, key=lambda one: one.run.from_ms):
        kind, run, _ = one
        if run.from_ms < begin_ms and (run.active or run.to_ms > begin_ms):
            found[kind] = one._replace(run=StateRun(run.from_ms, min(run.to_ms, begin_ms), active=True))
    return found
