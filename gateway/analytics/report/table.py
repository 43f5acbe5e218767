"""The month's report as CSV. Pure."""

import csv
import io
from collections.abc import Iterator, Sequence

from gateway.analytics.report.figures import MonthFigures, MonthReport

COLUMNS = (
    "month",
    "operator",
    "panel",
    "name",
    "lamps",
    "energy_wh",
    "expected_wh",
    "deviation",
    "full_wh",
    "savings",
    "burning_h",
    "scheduled_h",
    "kwh_per_lamp",
    "cost_eur",
    "co2_kg",
    "availability",
    "lamp_hours_due",
    "lamp_hours_lost",
    "failures",
    "repaired",
    "mttr_h",
    "completeness",
)


def csv_of(report: MonthReport) -> str:
    """Return a line for each panel and one for each operator, whose panel is empty. Numbers have a point, absent ones are empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(report.month, [*report.panels, *report.operators]))
    return text.getvalue()


def _rows(month: str, figures: Sequence[MonthFigures]) -> Iterator[list[str]]:
    for one in figures:
        yield [month if name == "month" else _cell(getattr(one, name)) for name in COLUMNS]


def _cell(value: object) -> str:
    """Return a cell. A text that a spreadsheet would take for a formula is quoted."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") and not isinstance(value, int) else text
