"""The report as CSV."""

import csv
import io

from gateway.analytics.report.table import COLUMNS, csv_of
from tests.analytics.report.figures import REPORT


def test_csv_has_a_line_for_each_panel_and_each_operator() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of(REPORT))))
    assert [row["panel"] for row in rows] == ["qe-041", "qe-042", "qe-041"]
    assert (rows[0]["energy_wh"], rows[0]["mttr_h"], rows[0]["month"], rows[0]["lamps"]) == ("1234567", "36.5", "2026-10", "40")
    assert (rows[1]["energy_wh"], rows[1]["availability"]) == ("", "")
    assert tuple(rows[0]) == COLUMNS


def test_a_name_that_looks_like_a_formula_is_a_text() -> None:
    assert next(csv.DictReader(io.StringIO(csv_of(REPORT).replace("Quadro <41>", "x"))))["name"] == "x"
    assert "'=qe-042" in csv_of(REPORT)
