"""Panels: what Grafana is told about each kind."""

import pytest

from dashboards.panels import BAD_FROM_ONE, GREY, SHARES, Colours, Column, Panel, curves, heat, number, table, timeline
from tests.dashboards.grafana import colour_of

STATES = {"true": ("failed", "red"), "false": ("well", "green")}


@pytest.mark.parametrize(
    ("panel", "colours"),
    [
        (number("Power", "Now.", "q"), {None: "text", 0: "text", 80: "text", 1e9: "text"}),
        (number("Lost", "Now.", "q", colours=BAD_FROM_ONE), {None: GREY, 0: "green", 1: "red", 80: "red"}),
        (heat("Complete", "By hour.", "q", SHARES), {None: GREY, 80: "red", 95: "orange", 99.4: "orange", 99.5: "green", 100: "green"}),
        (curves("Load", "By gateway.", "q"), {None: "text", 99: "text"}),
    ],
)
def test_a_value_has_the_colour_that_its_panel_was_given_and_none_of_grafanas(panel: Panel, colours: dict[float | None, str]) -> None:
    assert {value: colour_of(panel, value) for value in colours} == colours


def test_a_number_is_named_after_the_time_of_its_newest_reading_and_shows_no_other_time() -> None:
    panel = number("Lost", "Now.", "q", newest="n", as_of="[as of] HH:mm")
    assert [(target["refId"], target["query"], target["resultFormat"]) for target in panel["targets"]] == [
        ("A", "q", "table"),
        ("B", "n", "table"),
    ]
    *chosen, _, to_text = panel["transformations"]
    assert {step["filter"]["options"]: step["options"]["excludeByName"] for step in chosen} == {"A": {"Time": True}, "B": {"newest": True}}
    assert to_text["options"]["conversions"] == [{"targetField": "Time", "destinationType": "string", "dateFormat": "[as of] HH:mm"}]
    assert panel["options"]["textMode"] == "value_and_name"


def test_a_number_without_a_time_has_no_name() -> None:
    assert number("Lost", "Now.", "q")["options"]["textMode"] == "value"


def test_a_number_without_data_says_so_in_its_own_words() -> None:
    assert number("Lost", "Now.", "q", none="none recorded")["fieldConfig"]["defaults"]["noValue"] == "none recorded"


def test_curves_leave_gaps_and_are_named() -> None:
    panel = curves("Lamp level", "By lamp.", {"$tag_asset wanted": "a", "$tag_asset actual": "b"}, unit="percent", steps=True, least=0)
    assert [(target["alias"], target["refId"]) for target in panel["targets"]] == [("$tag_asset wanted", "A"), ("$tag_asset actual", "B")]
    defaults = panel["fieldConfig"]["defaults"]
    assert (defaults["custom"]["spanNulls"], defaults["custom"]["lineInterpolation"], defaults["min"]) == (False, "stepAfter", 0)


def test_the_limits_of_curves_are_dashed_lines() -> None:
    panel = curves("Dust", "By station.", "q", colours=Colours("green", ((50, "red"),)))
    assert panel["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"] == {"mode": "dashed"}
    assert colour_of(panel, 51) == "red"


def test_bars_of_a_fixed_period_ignore_the_selected_time() -> None:
    panel = curves("Energy", "By panel.", "q", bars=True, stacked=True, period="31d", every="1d")
    assert (panel["timeFrom"], panel["interval"]) == ("31d", "1d")
    assert panel["fieldConfig"]["defaults"]["custom"]["stacking"] == {"mode": "normal"}


def test_a_timeline_shows_states_in_their_colours_and_nothing_in_a_gap() -> None:
    panel = timeline("Failure", "By lamp.", "q", STATES)
    defaults = panel["fieldConfig"]["defaults"]
    assert defaults["mappings"][0]["options"]["true"] == {"text": "failed", "color": "red", "index": 0}
    assert defaults["custom"]["spanNulls"] is False


def test_only_a_timeline_of_many_rows_has_pages() -> None:
    assert ["perPage" in timeline("Failure", "By lamp.", "q", STATES, paged=paged)["options"] for paged in (True, False)] == [True, False]


def test_a_table_shows_the_age_of_each_row_and_its_columns_in_order() -> None:
    columns = [Column("asset", "lamp", link="/d/x"), Column("failed", "failed", states=STATES), Column("level", "level", unit="percent")]
    panel = table("Lamps", "Newest.", "q", columns, age="as of", by="level")
    assert panel["transformations"][0]["options"]["indexByName"] == {"asset": 0, "Time": 1, "failed": 2, "level": 3}
    assert panel["transformations"][0]["options"]["excludeByName"] == {}
    assert panel["options"]["sortBy"] == [{"displayName": "level", "desc": True}]
    titles = [one["matcher"]["options"] for one in panel["fieldConfig"]["overrides"]]
    assert titles == ["Time", "asset", "failed", "level"]


def test_a_table_hides_what_every_row_has_in_common_and_filters_only_where_there_is_room() -> None:
    narrow, wide = (table("Lamps", "Newest.", "q", [Column("asset", "lamp")], age="as of", hidden=("failed",), width=w) for w in (8, 24))
    assert narrow["transformations"][0]["options"]["excludeByName"] == {"failed": True}
    assert [one["fieldConfig"]["defaults"]["custom"]["filterable"] for one in (narrow, wide)] == [False, True]


def test_a_column_of_long_texts_has_a_width_of_its_own() -> None:
    panel = table("Lamps", "Newest.", "q", [Column("kind", "what", width=220), Column("asset", "lamp")])
    widths = [[one["value"] for one in of["properties"] if one["id"] == "custom.width"] for of in panel["fieldConfig"]["overrides"]]
    assert widths == [[220], []]


def test_a_cell_that_needs_no_attention_has_no_background() -> None:
    panel = table("Lamps", "Newest.", "q", [Column("waiting", "waiting", colours=Colours("text", ((0, "green"), (100, "red"))))])
    steps = next(one["value"]["steps"] for one in panel["fieldConfig"]["overrides"][0]["properties"] if one["id"] == "thresholds")
    assert [step["color"] for step in steps] == ["transparent", "transparent", "red"]


def test_a_table_of_computed_values_hides_the_beginning_of_the_time_that_was_selected() -> None:
    panel = table("Speeds", "Computed.", "q", [Column("v", "V85")])
    assert panel["transformations"][0]["options"]["excludeByName"] == {"Time": True}
