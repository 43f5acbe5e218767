"""Days of panels, computed from a store."""

from pathlib import Path

import pytest

from gateway.analytics.panel import PanelMinute
from gateway.analytics.results import FindingKind
from gateway.analytics.sun import Interval
from gateway.centre.analytics.stored_results import read_findings
from gateway.centre.analytics.worker import FIRST_DAYS, SETTLE_MS, PanelWorker, days_due, next_run_s
from gateway.centre.stores.port import Span
from gateway.centre.stores.sqlite import HistoryReader
from tests.analytics.panels import DAY, HOUR_MS, PANEL, ROME, minutes
from tests.analytics.test_day import NIGHT
from tests.centre.analytics.lit_store import counter_rows, filled, minute_rows, register_of

DAY_MS = 24 * HOUR_MS


def test_at_first_the_last_days_are_due_then_the_present_one_and_at_noon_the_two_before_again() -> None:
    first = days_due(None, DAY.from_ms + HOUR_MS, ROME)
    assert len(first) == FIRST_DAYS + 1
    assert first[-1] == DAY
    assert days_due(DAY.from_ms, DAY.to_ms - 1, ROME) == [DAY]
    after_noon = days_due(DAY.from_ms, DAY.to_ms + 1, ROME)
    assert [one.from_ms for one in after_noon] == [DAY.from_ms - DAY_MS, DAY.from_ms, DAY.to_ms]
    assert len(days_due(DAY.from_ms - 90 * DAY_MS, DAY.from_ms, ROME)) == FIRST_DAYS + 1


def test_a_round_follows_each_quarter_hour_when_its_readings_are_stored() -> None:
    assert next_run_s(DAY.from_ms + SETTLE_MS) == 900
    assert next_run_s(DAY.from_ms + SETTLE_MS + 840_000) == 60


def store_of(tmp_path: Path, read: list[PanelMinute]) -> PanelWorker:
    store = filled(tmp_path / "h", minute_rows(read) + counter_rows(register_of(read)))
    return PanelWorker("prato", HistoryReader(tmp_path / "h"), store)


def rows(tmp_path: Path, measurement: str, field: str) -> list[object]:
    reader = HistoryReader(tmp_path / "h")
    found: list[object] = [
        value for one in reader.select(measurement, [field], {"asset": PANEL.asset}, Span(*DAY)) for _, (value,) in one.points
    ]
    reader.close()
    return found


def test_a_day_is_stored_up_to_now_and_overwrites_itself(tmp_path: Path) -> None:
    worker = store_of(tmp_path, minutes(*NIGHT))
    assert worker.compute(PANEL, DAY, DAY.from_ms + 10 * HOUR_MS + SETTLE_MS)
    assert len(rows(tmp_path, "lighting_quarter", "active_power")) == 40
    assert worker.compute(PANEL, DAY, DAY.to_ms + SETTLE_MS)
    once = rows(tmp_path, "lighting_quarter", "energy")
    (day,) = rows(tmp_path, "lighting_day", "energy")
    assert worker.compute(PANEL, DAY, DAY.to_ms + SETTLE_MS)
    assert rows(tmp_path, "lighting_quarter", "energy") == once
    assert rows(tmp_path, "lighting_day", "energy") == [day]
    assert day == pytest.approx(sum(float(str(one)) for one in once))
    worker.close()


def test_a_restart_goes_on_with_the_newest_day_that_is_stored(tmp_path: Path) -> None:
    worker = store_of(tmp_path, minutes(*NIGHT))
    assert len(worker.due(PANEL, DAY.from_ms + 10 * HOUR_MS)) == FIRST_DAYS + 1
    worker.compute(PANEL, DAY, DAY.from_ms + 10 * HOUR_MS)
    worker.close()
    again = PanelWorker("prato", HistoryReader(tmp_path / "h"), filled(tmp_path / "h", []))
    assert again.due(PANEL, DAY.from_ms + 11 * HOUR_MS) == [DAY]
    assert not again.compute(PANEL._replace(asset="qe-9"), DAY, DAY.to_ms)
    assert not again.compute(PANEL, Interval(DAY.to_ms, DAY.to_ms + DAY_MS), DAY.to_ms)
    again.close()


def test_late_readings_disprove_a_finding(tmp_path: Path) -> None:
    dark = [one._replace(power_w=10.0) for one in minutes((7.5, 9, 10.0))]
    worker = store_of(tmp_path, dark)
    worker.compute(PANEL, DAY, DAY.to_ms + SETTLE_MS)
    reader = HistoryReader(tmp_path / "h")
    assert [one.kind for one in read_findings(reader, PANEL.asset, DAY)] == [FindingKind.OUTAGE]
    filled(tmp_path / "h", minute_rows(minutes(*NIGHT))).close()
    worker.compute(PANEL, DAY, DAY.to_ms + SETTLE_MS)
    assert FindingKind.OUTAGE not in [one.kind for one in read_findings(reader, PANEL.asset, DAY)]
    reader.close()
    worker.close()


def test_a_panel_that_gets_an_area_has_its_findings_there_alone(tmp_path: Path) -> None:
    dark = [one._replace(power_w=10.0) for one in minutes((7.5, 9, 10.0))]
    worker = store_of(tmp_path, dark)
    worker.compute(PANEL, DAY, DAY.to_ms + SETTLE_MS)
    later = [one._replace(t_ms=DAY.to_ms - 60_000 + number * 60_000, power_w=10.0) for number, one in enumerate(dark[:1])]
    filled(tmp_path / "h", minute_rows(later, area="centro")).close()
    worker.compute(PANEL, DAY, DAY.to_ms + SETTLE_MS)
    reader = HistoryReader(tmp_path / "h")
    found = {
        dict(one.tags).get("area"): [duration > 0 for _, (duration,) in one.points if isinstance(duration, float)]
        for one in reader.select("lighting_finding", ["duration"], {"asset": PANEL.asset}, Span(*DAY))
    }
    assert found == {None: [False], "centro": [True]}
    reader.close()
    worker.close()
