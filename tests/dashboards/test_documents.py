"""Whole dashboards: places, variables, annotations, links."""

from dashboards.documents import (
    Settings,
    Variable,
    area_variable,
    asset_variable,
    board_link,
    dashboard_json,
    operator_variable,
    queries_of,
    say_in,
)
from dashboards.panels import Column, curves, number, table

SAY = say_in("en")
TABLE = table("d", "d", "4", [Column("a", "a")])


def test_panels_are_placed_side_by_side_until_a_row_is_full() -> None:
    made = dashboard_json(
        "x", "X", [number("a", "d", "1"), number("b", "d", "2"), curves("c", "d", "3"), TABLE, curves("e", "d", "5")], Settings(), "en"
    )
    places = [(panel["id"], panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in made["panels"]]
    assert places == [(1, 0, 0), (2, 4, 0), (3, 8, 0), (4, 0, 8), (5, 12, 8)]


def test_placing_leaves_the_panels_that_were_given_unchanged() -> None:
    panel = number("a", "d", "1")
    dashboard_json("x", "X", [panel, panel], Settings(), "en")
    assert "id" not in panel
    assert panel["gridPos"]["x"] == 0


def test_a_panel_without_words_for_missing_data_gets_those_of_the_language() -> None:
    made = [dashboard_json("x", "X", [number("a", "d", "1")], Settings(), language) for language in ("en", "it")]
    assert [board["panels"][0]["fieldConfig"]["defaults"]["noValue"] for board in made] == ["no data", "nessun dato"]


def test_the_queries_of_a_dashboard_are_those_of_its_panels_variables_and_annotations() -> None:
    settings = Settings((operator_variable(SAY), area_variable(SAY, "lamp")))
    asked = queries_of(dashboard_json("x", "X", [TABLE], settings, "en"))
    assert asked[:3] == [
        "4",
        'SHOW TAG VALUES WITH KEY = "operator"',
        'SHOW TAG VALUES FROM "lamp" WITH KEY = "area" WHERE "operator" =~ /^${operator:regex}$/',
    ]
    assert sum("scheduled_level" in one for one in asked) == 2
    assert sum('"event"' in one for one in asked) == 1


def test_a_dashboard_without_areas_has_no_annotations() -> None:
    assert dashboard_json("x", "X", [TABLE], Settings((operator_variable(SAY),)), "en")["annotations"] == {"list": []}


def test_annotations_of_alarms_are_in_the_language_of_the_dashboard() -> None:
    settings = Settings((operator_variable(SAY), area_variable(SAY, "lamp")))
    queries = [
        dashboard_json("x", "X", [TABLE], settings, language)["annotations"]["list"][2]["target"]["query"] for language in ("en", "it")
    ]
    assert ['"text_it"' in one for one in queries] == [False, True]


def test_everything_is_selected_at_first_unless_one_asset_is_shown() -> None:
    settings = Settings((operator_variable(SAY), asset_variable(SAY, "lamp")))
    variables = {one["name"]: one for one in dashboard_json("x", "X", [TABLE], settings, "en")["templating"]["list"]}
    assert variables["operator"]["current"] == {"text": "All", "value": "$__all"}
    assert (variables["asset"]["includeAll"], variables["asset"]["current"]) == (False, {"text": "", "value": ""})
    assert Variable("a", "A", "q").all_


def test_a_link_leads_to_the_board_of_the_same_language_and_keeps_time_and_operator() -> None:
    assert board_link("city", SAY, "var-asset=a") == "/d/street-city?${__url_time_range}&${operator:queryparam}&var-asset=a"
    assert board_link("city", say_in("it")).startswith("/d/street-city-it?")
