"""Panels: their kinds, and their places on the dashboard."""

from dashboards.panels import curves, dashboard_json, number, queries_of, table


def test_a_number_is_red_from_its_limit_on() -> None:
    panel = number("Readings lost", "In gaps.", "q", red_from=1)
    assert panel["type"] == "stat"
    assert panel["fieldConfig"]["defaults"]["thresholds"]["steps"][-1] == {"color": "red", "value": 1}
    assert "thresholds" not in number("Power", "Now.", "q")["fieldConfig"]["defaults"]


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
