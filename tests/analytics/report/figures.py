"""A report for tests."""

from gateway.analytics.report.figures import MonthFigures, MonthReport

A = MonthFigures(
    panel="qe-041", name="Quadro <41>", operator="citelum", lamps=40, energy_wh=1_234_567.0, expected_wh=1_200_000.0, full_wh=1_500_000.0, burning_h=404.1,
    scheduled_h=404.2, kwh_per_lamp=30.864, cost_eur=308.64, co2_kg=345.68, savings=17.7, lamp_hours_due=16_000, lamp_hours_lost=400, availability=97.5,
    failures=2, repaired=1, repair_h=36.5, completeness=99.5,
)  # fmt: skip
B = MonthFigures(panel="qe-042", name="=qe-042", operator="citelum", lamps=10, completeness=0)
REPORT = MonthReport("prato", "2026-10", [A, B], [A], {"2026-10-01": 40_000.0, "2026-10-02": 39_000.0})
