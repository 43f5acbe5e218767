"""The boards: their structure, what they name, and that each query returns data from a real InfluxDB with a simulated town."""

import re
from pathlib import Path
from typing import Any

import pytest

import dashboards.boards
from dashboards.boards.common import FINDINGS
from dashboards.documents import LANGUAGES, DashboardJson
from dashboards.panels import GREY, RED, Panel
from dashboards.registry import BOARDS
from gateway.analytics.results import FindingKind
from gateway.model.canonical import MEASUREMENTS
from gateway.simulate.history.rows import History
from gateway.simulate.history.town import Period
from tests.dashboards.grafana import asked_of, colour_of
from tests.dashboards.queries import Measured, chosen_in, filled, run
from tests.system.servers import influxdb

RENDERED = [pytest.param(one.render(language), id=one.file_name(language)) for one in BOARDS for language in LANGUAGES]
TAGS = {"operator", "area", "asset", "gateway", "device", "profile", "line", "lane", "direction", "vehicle_class", "kind", "meter"}
KINDS = {"stat", "timeseries", "table", "state-timeline", "status-history"}
UNITS = {
    "none", "short", "watt", "watth", "volt", "percent", "celsius", "velocitykmh", "velocityms", "lengthmm", "pressurehpa", "s", "h", "d",
    "dB", "conμgm3", "dateTimeFromNow",
}  # fmt: skip
"""Units of Grafana 12.3 (packages/grafana-data/src/valueFormats/categories.ts)."""


def stats(board: DashboardJson) -> list[Panel]:
    return [panel for panel in board["panels"] if panel["type"] == "stat"]


def overrides(panel: Panel) -> dict[str, dict[str, Any]]:
    return {
        one["matcher"]["options"]: {item["id"]: item["value"] for item in one["properties"]} for one in panel["fieldConfig"]["overrides"]
    }


def test_ids_of_boards_are_their_own_and_the_same_in_every_version() -> None:
    uids = [one.uid(language) for one in BOARDS for language in LANGUAGES]
    assert len(set(uids)) == len(uids)
    assert {one.uid("en") for one in BOARDS} == {
        f"street-{name}" for name in ("city", "lighting", "traffic", "environment", "firmware", "gateways", "completeness", "situation")
    }
    assert all(len(uid) <= 40 for uid in uids)


@pytest.mark.parametrize("board", RENDERED)
def test_panels_fill_rows_and_do_not_overlap(board: DashboardJson) -> None:
    taken = set[tuple[int, int]]()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert max(x for x, _ in cells) < 24
        assert not cells & taken
        taken |= cells


@pytest.mark.parametrize("board", RENDERED)
def test_panels_have_ids_titles_and_sentences_of_their_own(board: DashboardJson) -> None:
    panels = board["panels"]
    assert [panel["id"] for panel in panels] == list(range(1, len(panels) + 1))
    assert len({panel["title"] for panel in panels}) == len(panels)
    assert {panel["type"] for panel in panels} <= KINDS
    assert all(panel["description"].endswith(".") for panel in panels)
    assert all(panel["fieldConfig"]["defaults"]["noValue"] for panel in panels)


def test_both_languages_have_the_same_queries_but_not_the_same_titles() -> None:
    for one in BOARDS:
        english, italian = one.render("en"), one.render("it")
        texts = [[asked.statement.replace("text_it", "text") for asked in asked_of(board, 0, {})] for board in (english, italian)]
        assert texts[0] == texts[1]
        same = [a["title"] for a, b in zip(english["panels"], italian["panels"], strict=True) if a["title"] == b["title"]]
        assert same == []
        assert "street-" in english["links"][0]["url"]
        assert all(link["url"].endswith("-it") for link in italian["links"])


@pytest.mark.parametrize("board", RENDERED)
def test_every_variable_that_is_used_exists_and_every_one_that_exists_is_used(board: DashboardJson) -> None:
    names = {one["name"] for one in board["templating"]["list"]}
    used = set(re.findall(r"\$\{(\w+)[:}]", str(board["panels"]) + str(board["templating"]) + str(board["annotations"])))
    assert used - {"__to", "__value", "__url_time_range"} == names


@pytest.mark.parametrize("board", RENDERED)
def test_everything_asks_the_data_source_that_is_selected(board: DashboardJson) -> None:
    asked = [panel["datasource"] for panel in board["panels"]]
    asked += [target["datasource"] for panel in board["panels"] for target in panel["targets"]]
    asked += [one["datasource"] for one in board["annotations"]["list"]]
    assert {one["uid"] for one in asked} == {"${datasource}"}


@pytest.mark.parametrize("board", RENDERED)
def test_every_query_names_canonical_measurements_and_fields_and_tags_alone(board: DashboardJson) -> None:
    for asked in asked_of(board, 0, {}):
        if asked.kind == "variable":
            continue
        measurements = set(re.findall(r'FROM (?:"days"\.)?"(\w+)"', asked.statement))
        assert measurements, asked
        assert measurements <= MEASUREMENTS.keys(), asked
        known = {field for measurement in measurements for field in MEASUREMENTS[measurement]}
        aliases = set(re.findall(r'AS "(\w+)"', asked.statement))
        named = set(re.findall(r'"(\w+)"', asked.statement)) - measurements - {"days"}
        assert named - aliases <= known | TAGS, asked


@pytest.mark.parametrize("board", RENDERED)
def test_units_are_those_of_grafana(board: DashboardJson) -> None:
    for panel in board["panels"]:
        units = {panel["fieldConfig"]["defaults"].get("unit", "none")} | {one.get("unit", "none") for one in overrides(panel).values()}
        assert units <= UNITS, panel["title"]


@pytest.mark.parametrize("board", RENDERED)
def test_every_number_has_colours_and_none_without_data_is_green(board: DashboardJson) -> None:
    for panel in stats(board):
        assert panel["fieldConfig"]["defaults"]["thresholds"]["steps"][1:], panel["title"]
        assert colour_of(panel, None) in {GREY, RED}, panel["title"]


@pytest.mark.parametrize("board", RENDERED)
def test_every_number_shows_the_time_of_the_newest_reading_behind_it(board: DashboardJson) -> None:
    for panel in stats(board):
        assert [target["refId"] for target in panel["targets"]] == ["A", "B"]
        (to_text,) = (one["options"]["conversions"] for one in panel["transformations"] if one["id"] == "convertFieldType")
        assert re.fullmatch(r"\[\w+( \w+)?\] DD/MM HH:mm", to_text[0]["dateFormat"])


@pytest.mark.parametrize("board", RENDERED)
def test_no_gap_is_drawn_as_a_slope_and_every_curve_is_named_after_its_asset_or_place(board: DashboardJson) -> None:
    for panel in board["panels"]:
        if panel["type"] in {"timeseries", "state-timeline"}:
            assert panel["fieldConfig"]["defaults"]["custom"]["spanNulls"] is False
        if panel["type"] not in {"stat", "table"}:
            names = [target["alias"] for target in panel["targets"]]
            assert len(set(names)) == len(names)
            assert all("$tag_" in name for name in names) or len(names) > 1, panel["title"]


@pytest.mark.parametrize("board", RENDERED)
def test_every_query_of_readings_is_bounded_in_time(board: DashboardJson) -> None:
    for panel in board["panels"]:
        for target in panel["targets"]:
            bounds = re.findall(r"WHERE (?:\$timeFilter|time > \$\{__to\})", target["query"])
            assert len(bounds) == target["query"].count("SELECT"), panel["title"]  # a query of a query, too
            if panel["type"] == "table":
                assert re.search(r"LIMIT \d+|top\(", target["query"]), panel["title"]


@pytest.mark.parametrize("board", RENDERED)
def test_shares_are_not_divided_as_whole_numbers(board: DashboardJson) -> None:
    """In a subquery, InfluxDB drops the remainder of a quotient of whole numbers: 99.9 % would be 99, and below the limit."""
    for asked in asked_of(board, 0, {}):
        assert not re.search(r"\b100 \*", asked.statement), asked


@pytest.mark.parametrize("board", RENDERED)
def test_a_cell_without_a_value_says_nothing_of_the_whole_table(board: DashboardJson) -> None:
    for panel in board["panels"]:
        if panel["type"] == "table":
            cells = {name: one.get("noValue") for name, one in overrides(panel).items() if name != "Time"}
            assert set(cells.values()) == {"-"}, panel["title"]


RAISED_THEN = {
    "Raised",
    "Scattati",
    "Alarms raised by hour",
    "Allarmi scattati per ora",
    "Assets with the most alarms",
    "Apparati con più allarmi",
}
"""Panels of what happened in the selected time."""


@pytest.mark.parametrize("board", RENDERED)
def test_what_lasts_is_shown_though_it_began_before_the_selected_time(board: DashboardJson) -> None:
    """An alarm or a finding is stored with the time at which it began."""
    for asked in asked_of(board, 0, {}):
        if (
            asked.kind != "annotation"
            and re.search(r'"(active|value)" = true', asked.statement)
            and re.search(r'FROM "(event|lighting_finding)"', asked.statement)
        ):
            assert "129600m" in asked.statement or asked.panel in RAISED_THEN, asked


@pytest.mark.parametrize("board", RENDERED)
def test_links_keep_the_time_and_lead_to_boards_that_exist(board: DashboardJson) -> None:
    uids = {one.uid(language) for one in BOARDS for language in LANGUAGES}
    assert all(link["keepTime"] for link in board["links"])
    inner = re.findall(r"'(/d/[^']+)'", str(board["panels"]))
    assert all("${__url_time_range}" in link for link in inner)
    assert {re.findall(r"/d/([\w-]+)", link)[0] for link in [*inner, *(one["url"] for one in board["links"])]} <= uids


def test_every_kind_of_finding_has_a_text_and_a_colour() -> None:
    assert FINDINGS.keys() == set(FindingKind)


MAY_BE_EMPTY = {
    "Gaps", "Readings lost", "Cleared", "Assets with the most alarms", "Flow of all crossings a week earlier", "Values that do not change",
}  # fmt: skip
"""What a town of a day without a gap may not have; each panel says what its emptiness means."""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> list[Measured]:
    folder = tmp_path_factory.mktemp("boards")
    until_s = 1_796_063_400.0
    history = History(110, Period(until_s - 1.5 * 86_400, until_s), 300.0, 1)
    server, url = influxdb(folder)
    try:
        return run(filled(url, history), history.town, int(1000 * until_s))
    finally:
        server.stop()


@pytest.mark.system
def test_every_query_returns_data_from_influxdb(measured: list[Measured]) -> None:
    assert len(measured) > 150
    empty = {one.panel for one in measured if not one.rows} - MAY_BE_EMPTY
    assert empty == set(), [one.statement for one in measured if one.panel in empty]


@pytest.mark.system
def test_the_silent_gateway_and_the_failed_lamp_are_counted(measured: list[Measured]) -> None:
    rows = {(one.board, one.panel): one.rows for one in measured}
    assert rows["city", "Silent gateways"] == 1
    assert rows["city", "Failed lamps, by lamp"] >= 1


def test_the_harness_chooses_assets_that_exist() -> None:
    town = History(30, Period(0, 3600), 900.0, 1).town
    chosen = chosen_in(town)
    assert chosen["lighting"]["lamp"] in town.panels[0].lamps


def test_the_folder_of_boards_has_a_module_for_each() -> None:
    modules = {path.stem for path in Path(dashboards.boards.__file__).parent.glob("*.py")} - {"__init__", "common"}
    assert modules == {one.name for one in BOARDS}
