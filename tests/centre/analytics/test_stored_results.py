"""Results in the store, and back."""

from pathlib import Path

from gateway.analytics.day import AnalysedDay, PanelDay, analyse
from gateway.analytics.findings import PanelFinding
from gateway.analytics.history import context_of
from gateway.analytics.lasting import StateRun
from gateway.analytics.quarters import lit_quarters
from gateway.analytics.results import FindingKind
from gateway.analytics.sun import Interval
from gateway.centre.analytics.stored_results import (
    KnownFinding,
    PanelOwner,
    finding_row,
    outdated,
    read_context,
    read_findings,
    read_known,
    rows_of,
)
from gateway.centre.series_rows import tags_of
from gateway.centre.stores.sqlite import HistoryReader
from tests.analytics.panels import DAY, HOUR_MS, PANEL, minutes
from tests.analytics.test_day import LEARNED, NIGHT
from tests.centre.analytics.lit_store import filled

OWNER = PanelOwner("prato", "citelum")
OUTAGE = PanelFinding(FindingKind.OUTAGE, StateRun(DAY.from_ms + 9 * HOUR_MS, DAY.from_ms + 10 * HOUR_MS, active=True), 40.0)


def a_day() -> AnalysedDay:
    return analyse(PanelDay(PANEL, DAY, DAY.to_ms, minutes(*NIGHT), {}, LEARNED))


def test_results_belong_to_the_panel_and_its_operator() -> None:
    row = finding_row(OWNER, PANEL.asset, OUTAGE)
    assert tags_of(row.origin) == {
        "asset": "qe-041", "device": "qe-041", "gateway": "analytics", "kind": "outage", "operator": "citelum", "profile": "analytics",
    }  # fmt: skip
    assert (row.t_ms, row.values) == (OUTAGE.run.from_ms, [3600.0, True, True, 40.0])
    rows = list(rows_of(OWNER, PANEL.asset, DAY.from_ms, a_day()._replace(findings=[OUTAGE])))
    assert [one.origin.stream.measurement for one in rows] == ["lighting_quarter"] * 96 + ["lighting_day", "lighting_finding"]


def test_the_context_of_the_next_day_is_the_same_from_the_store(tmp_path: Path) -> None:
    day = a_day()._replace(findings=[OUTAGE])
    filled(tmp_path / "h", list(rows_of(OWNER, PANEL.asset, DAY.from_ms, day))).close()
    reader = HistoryReader(tmp_path / "h")
    found = read_context(reader, PANEL, DAY.to_ms)
    expected = context_of(PANEL, DAY.to_ms, list(lit_quarters(day.quarters, PANEL)), found.past, day.findings)
    reader.close()
    assert found.carried == expected.carried != {}
    assert found.baseline.last_share == expected.baseline.last_share == 1.0
    assert [(one.voltages, one.voltages_outside) for one in found.past] == [(432, 0)]


def test_results_have_the_area_of_the_panel() -> None:
    owner = OWNER._replace(area="centro")
    rows = list(rows_of(owner, PANEL.asset, DAY.from_ms, a_day()._replace(findings=[OUTAGE])))
    assert {tags_of(one.origin)["area"] for one in rows} == {"centro"}


def test_a_finding_that_is_not_found_again_lasted_no_time_and_is_no_longer_read(tmp_path: Path) -> None:
    known = KnownFinding(OWNER, OUTAGE)
    ((owner, gone),) = outdated([known], OWNER, a_day(), DAY)
    assert list(outdated([known], OWNER, a_day()._replace(findings=[OUTAGE]), DAY)) == []
    store = filled(tmp_path / "h", [finding_row(OWNER, PANEL.asset, OUTAGE)])
    reader = HistoryReader(tmp_path / "h")
    assert read_findings(reader, PANEL.asset, DAY) == [OUTAGE]
    assert store.write([[finding_row(owner, PANEL.asset, gone)]]) == []
    assert read_findings(reader, PANEL.asset, DAY) == []
    reader.close()
    store.close()


def test_a_finding_is_stored_once_when_the_panel_gets_another_owner(tmp_path: Path) -> None:
    """Else what was active before would stay so for ever, in a series that nobody writes any more."""
    new = OWNER._replace(area="centro")
    before = OUTAGE._replace(run=OUTAGE.run._replace(from_ms=DAY.from_ms - HOUR_MS))  # carried on from the day before
    day = a_day()._replace(findings=[before, OUTAGE])
    rows = [finding_row(OWNER, PANEL.asset, one) for one in day.findings]
    store = filled(tmp_path / "h", [*rows, *rows_of(new, PANEL.asset, DAY.from_ms, day)])
    reader = HistoryReader(tmp_path / "h")
    span = Interval(DAY.from_ms - 24 * HOUR_MS, DAY.to_ms)
    known = read_known(OWNER.site, reader, PANEL.asset, span)
    assert sorted(one.owner.area for one in known) == ["", "", "centro", "centro"]
    closed = list(outdated(known, new, day, DAY))
    assert store.write([[finding_row(one.owner, PANEL.asset, one.finding) for one in closed]]) == []
    assert [one.owner for one in read_known(OWNER.site, reader, PANEL.asset, span)] == [new, new]
    assert read_findings(reader, PANEL.asset, span) == day.findings
    reader.close()
    store.close()
