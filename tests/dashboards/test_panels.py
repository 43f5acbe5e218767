"""Panels: their kinds, and their places on the dashboard."""

import pytest

from dashboards.panels import RED_FROM_ONE, RED_WITHOUT_ANY, Panel, curves, dashboard_json, days, number, queries_of, table
from tests.dashboards.grafana import colour_of


@pytest.mark.parametrize(
    ("panel", "colours"),
    [
        (number("Power", "Now.", "q"), {None: "text", 0: "text", 80: "text", 1e9: "text"}),
        (number("Lost", "Now.", "q", colours=RED_FROM_ONE), {None: "text", 0: "green", 1: "red", 80: "red"}),
        (number("Reporting", "Now.", "q", colours=RED_WITHOUT_ANY), {None: "red", 0: "red", 1: "text", 80: "text"}),
        (curves("Load", "By gateway.", "q"), {None: "text", 99: "text"}),
        (table("Gaps", "Newest.", "q"), {None: "text", 99: "text"}),
    ],
)
def test_a_value_has_the_colour_that_its_panel_was_given_and_none_of_grafanas(panel: Panel, colours: dict[float | None, str]) -> None:
    assert {value: colour_of(panel, value) for value in colours} == colours


def test_a_number_without_data_says_so_in_its_own_words() -> None:
    assert number("Lost", "Now.", "q", none="none recorded")["fieldConfig"]["defaults"]["noValue"] == "none recorded"
    assert number("Lost", "Now.", "q")["fieldConfig"]["defaults"]["noValue"] == "no data"


def test_days_are_bars_of_the_last_month() -> None:
    panel = days("Energy", "By panel.", "q", unit="watth")
    assert (panel["type"], panel["timeFrom"], panel["fieldConfig"]["defaults"]["custom"]["drawStyle"]) == ("timeseries", "31d", "bars")


def test_curves_are_named_after_their_tag() -> None:
    panel = curves("Lamp level", "By operator.", "q", unit="percent", by="operator")
    assert (panel["type"], panel["targets"][0]["alias"], panel["targets"][0]["resultFormat"]) == (
        "timeseries",
        "$tag_operator",
        "time_series",
    )
    assert panel["fieldConfig"]["defaults"]["unit"] == "percent"


def test_a_table_asks_for_rows() -> None:
    assert table("Gaps", "Newest.", "q")["targets"][0]["resultFormat"] == "table"


def test_panels_are_placed_side_by_side_until_a_row_is_full() -> None:
    made = dashboard_json(
        "x", "X", [number("a", "d", "1"), number("b", "d", "2"), curves("c", "d", "3"), table("d", "d", "4"), curves("e", "d", "5")]
    )
    places = [(panel["id"], panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in made["panels"]]
    assert places == [(1, 0, 0), (2, 6, 0), (3, 12, 0), (4, 0, 8), (5, 12, 8)]


def test_placing_leaves_the_panels_that_were_given_unchanged() -> None:
    panel = number("a", "d", "1")
    dashboard_json("x", "X", [panel, panel])
    assert "id" not in panel
    assert panel["gridPos"]["x"] == 0


def test_the_queries_of_a_dashboard_are_those_of_its_panels_and_variables() -> None:
    assert queries_of(dashboard_json("x", "X", [table("a", "d", "1")])) == ["1", 'SHOW TAG VALUES WITH KEY = "operator"']
