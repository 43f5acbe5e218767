"""What analytics finds in the simulated town."""

from datetime import UTC, datetime

import pytest

from gateway.centre.series_rows import StoredRow
from gateway.model.batch import Value
from gateway.simulate.history.findings import DAY_S, QUARTER_S, PanelFindings
from gateway.simulate.history.lighting import LightingPanel
from gateway.simulate.history.sky import NoiseTable
from gateway.simulate.history.town import Period, Troubles, town, troubles

PANEL = town(100).panels[0]
WELL = troubles(town(100), Period(0, 1))._replace(dark={}, burning={}, phase_lost={}, failed={})
NOON = datetime(2026, 11, 29, 11, tzinfo=UTC).timestamp()


def day(what: Troubles) -> list[StoredRow]:
    """Return the rows from one noon to the next, that one included."""
    made = PanelFindings(PANEL, LightingPanel(0, PANEL, what, NoiseTable(1)), what)
    list(made.quarter(NOON))
    return [row for number in range(1, 97) for row in made.quarter(NOON + number * QUARTER_S)]


def named(row: StoredRow) -> dict[str, Value]:
    return dict(zip([field.name for field in row.origin.stream.fields], row.values, strict=True))


def of(rows: list[StoredRow], measurement: str) -> list[dict[str, Value]]:
    return [named(row) for row in rows if row.origin.stream.measurement == measurement]


def test_a_panel_without_trouble_draws_what_is_expected_and_nothing_is_found() -> None:
    rows = day(WELL)
    (night,) = of(rows, "lighting_day")
    assert night["energy_deviation"] == 0
    assert night["availability"] == 100
    assert night["burning_time"] == night["scheduled_time"]
    assert of(rows, "lighting_finding") == []
    assert len(of(rows, "lighting_quarter")) == 96


def test_a_day_is_stored_at_its_beginning() -> None:
    (row,) = (one for one in day(WELL) if one.origin.stream.measurement == "lighting_day")
    assert row.t_ms == int(1000 * NOON)
    assert DAY_S == 86_400


def test_a_dark_panel_is_found_and_lowers_the_availability() -> None:
    night_s = NOON + 9 * 3600
    rows = day(WELL._replace(dark={PANEL.asset: Period(night_s, night_s + 3600)}))
    found = of(rows, "lighting_finding")
    assert [one["active"] for one in found] == [True] * 4 + [False]
    assert {one["critical"] for one in found} == {True}
    assert {row.t_ms for row in rows if row.origin.stream.measurement == "lighting_finding"} == {int(1000 * night_s)}
    (night,) = of(rows, "lighting_day")
    assert isinstance(night["availability"], float)
    assert 85 < night["availability"] < 97


def test_failed_lamps_are_counted_at_night() -> None:
    rows = day(WELL._replace(failed={PANEL.lamps[0]: Period(0, 1e10)}))
    assert {one["lamps_out"] for one in of(rows, "lighting_quarter")} == {None, 1.0}
    (night,) = of(rows, "lighting_day")
    assert night["lamps_out"] == 1.0
    assert night["energy_deviation"] == pytest.approx(-6, abs=3)
