"""The page of the report."""

import pytest

from gateway.analytics.report.figures import MonthReport
from gateway.analytics.report.page import ReportPage
from gateway.analytics.report.page_texts import ReportLanguage
from tests.analytics.report.figures import REPORT


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["Report for October 2026", "1,234.567", "Availability", "97.50", "Total: 1 panels", "Operator citelum"]),
        ("it", ["Rapporto di ottobre 2026", "1.234,567", "Disponibilità", "97,50", "Totale: 1 quadri", "Gestore citelum"]),
    ],
)
def test_the_page_is_in_the_language_with_its_numbers(language: ReportLanguage, texts: list[str]) -> None:
    page = ReportPage(REPORT, language).html()
    assert [text for text in texts if text not in page] == []
    assert f'<html lang="{language}">' in page


def test_names_are_escaped_and_nothing_comes_from_elsewhere() -> None:
    page = ReportPage(REPORT, "en").html()
    assert "Quadro &lt;41&gt;" in page
    assert "http" not in page
    assert "<script" not in page


def test_what_is_bad_is_marked_and_what_is_absent_is_a_dash() -> None:
    page = ReportPage(REPORT, "en").html()
    assert "<td class=bad>97.50</td>" in page
    assert "<td>-</td>" in page
    assert "Where less than 100 % was read" in page


def test_columns_without_a_value_are_left_out() -> None:
    assert "<th>Cost" in ReportPage(REPORT, "en").html()
    without = MonthReport("prato", "2026-10", REPORT.panels[1:], [REPORT.panels[1]], {})
    page = ReportPage(without, "en").html()
    assert "<th>Cost" not in page
    assert "<svg" not in page


def test_a_month_without_readings_says_so() -> None:
    assert "No readings." in ReportPage(MonthReport("prato", "2026-10", [], [], {}), "en").html()
