"""The figures of a month."""

import msgspec
import pytest

from gateway.analytics.calendar import month_span
from gateway.analytics.findings import PanelFinding
from gateway.analytics.lasting import StateRun
from gateway.analytics.report.figures import MonthQuarter, PanelMonth, figures_of, totals
from gateway.analytics.results import FindingKind
from gateway.model.site.centre import EnergySettings
from tests.analytics.panels import HOUR_MS, ROME

SPAN = month_span(2026, 10, ROME)
PRICES = EnergySettings(price=0.25, co2=280.0)
QUARTERS = [
    MonthQuarter(1000.0, 1200.0, 900.0, 900.0, 2.2),
    MonthQuarter(1000.0, 1200.0, 850.0, 900.0, 0.3),
    MonthQuarter(2.0, 2.0, 0.0, 0.0, None),
]
FAILURES = [
    PanelFinding(FindingKind.LAMPS_OUT, StateRun(SPAN.from_ms - 40 * HOUR_MS, SPAN.from_ms + 8 * HOUR_MS, active=False), 2.0),
    PanelFinding(FindingKind.OUTAGE, StateRun(SPAN.from_ms + HOUR_MS, SPAN.from_ms + 3 * HOUR_MS, active=False), 40.0),
    PanelFinding(FindingKind.CABLE_THEFT, StateRun(SPAN.to_ms - HOUR_MS, SPAN.to_ms, active=True), 40.0),
    PanelFinding(FindingKind.CLOCK_DRIFT, StateRun(SPAN.from_ms, SPAN.to_ms, active=True), 40.0),
]
MONTH = PanelMonth("qe-041", "Quadro 41", "citelum", 40, 2100.0, {SPAN.from_ms: 2100.0}, QUARTERS, FAILURES)


def test_figures_follow_from_registers_quarter_hours_and_findings() -> None:
    found = figures_of(MONTH, SPAN, PRICES)
    assert (found.energy_wh, found.expected_wh, found.full_wh, found.kwh_per_lamp) == (2100.0, 2002.0, 2402.0, 0.053)
    assert (found.cost_eur, found.co2_kg) == (0.53, 0.59)
    assert found.savings == pytest.approx(100 * (1 - 2100 / 2402), abs=0.01)
    assert found.deviation == pytest.approx(4.9, abs=0.01)
    assert (found.lamp_hours_due, found.lamp_hours_lost, found.availability) == (20.0, 0.5, 97.5)
    assert (found.burning_h, found.scheduled_h) == (0.49, 0.5)
    assert found.completeness == pytest.approx(100 / 2980, abs=0.01)


def test_the_time_to_repair_is_the_mean_of_failures_that_ended() -> None:
    found = figures_of(MONTH, SPAN, PRICES)
    assert (found.failures, found.repaired, found.mttr_h) == (3, 2, 25.0)
    assert figures_of(MONTH._replace(findings=[]), SPAN, PRICES).mttr_h is None


def test_what_is_not_known_is_absent() -> None:
    found = figures_of(MONTH._replace(energy_wh=None, quarters=[], findings=[]), SPAN, EnergySettings())
    assert {found.energy_wh, found.expected_wh, found.cost_eur, found.availability, found.burning_h, found.savings, found.deviation} == {
        None
    }
    assert figures_of(MONTH, SPAN, EnergySettings()).cost_eur is None


def test_the_totals_of_an_operator_are_the_sums_of_its_panels() -> None:
    one = figures_of(MONTH, SPAN, PRICES)
    others = [msgspec.structs.replace(one, panel="qe-2"), msgspec.structs.replace(one, operator="consiag")]
    citelum, consiag = totals([one, *others], PRICES)
    assert (citelum.operator, citelum.panels, citelum.lamps, citelum.energy_wh, citelum.failures) == ("citelum", 2, 80, 4200.0, 6)
    assert (citelum.kwh_per_lamp, citelum.availability, citelum.mttr_h) == (one.kwh_per_lamp, one.availability, one.mttr_h)
    assert citelum.cost_eur == pytest.approx(1.05)
    assert consiag.panels == 1
    assert totals([], PRICES) == []
