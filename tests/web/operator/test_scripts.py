"""The page's scripts: their texts are complete in both languages, and what they show of hostile names is those names."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.model.canonical import INTERNAL, MEASUREMENTS
from gateway.model.quality import Quality
from tests.web.front import SOURCES, run_node

PURE = ("operator/assets.ts", "operator/gateways.ts", "operator/texts.ts", "shared/series.ts", "shared/words.ts")
NO_VALUE = "\N{EN DASH}"
SHOWN = {name: fields for name, fields in MEASUREMENTS.items() if name not in INTERNAL | {"event"}}


def evaluate(expression: str, *arguments: object) -> Any:
    """Return the value of an expression over the page's pure modules; `a` is the list of arguments."""
    program = "".join(f"import * as {Path(name).stem} from '{(SOURCES / name).as_uri()}';" for name in PURE) + (
                              f"const a = {json.dumps(arguments)}; process.stdout.write(JSON.stringify({expression}) ?? 'null');")  # fmt: skip
    return msgspec.json.decode(run_node("--no-warnings", "--input-type=module", "-e", program))


def test_both_languages_have_the_same_texts() -> None:
    both = evaluate("['en', 'it'].map((code) => { words.setLanguage(code); return texts.text(); })")
    english, italian = both
    assert english.keys() == italian.keys()
    for key, value in english.items():
        if isinstance(value, dict):
            assert value.keys() == italian[key].keys()


def test_every_text_that_the_page_names_is_there() -> None:
    named = set(re.findall(r'data-(?:text|label)="(\w+)"', (SOURCES / "operator" / "index.html").read_text()))
    assert len(named) > 8
    assert named <= set(evaluate("Object.keys(texts.text())"))


def test_every_field_and_measurement_has_an_italian_name() -> None:
    fields = sorted({name for fields in SHOWN.values() for name in fields})
    kinds = sorted(SHOWN)
    english, italian = evaluate("['en', 'it'].map((code) => { words.setLanguage(code); return [a[0].map(words.fieldName), a[1].map(words.kindName)]; })",
                                fields, kinds)  # fmt: skip
    symbols = {"CO", "NO"}
    untranslated = {one for one, other in zip(english[0], italian[0], strict=True) if one == other and one.islower() and one not in symbols}
    assert untranslated == {"benzene"}
    assert [one for one in italian[1] if one in kinds] == []


@pytest.mark.parametrize("language", ["en", "it"])
def test_every_quality_is_shown_in_words(language: str) -> None:
    names = [quality.name for quality in Quality]
    words = evaluate("(words.setLanguage(a[0]), a[1].map(words.qualityText))", language, names)
    assert all(word and word not in names for word in words)
    assert len(set(words)) == len(names)


def test_values_and_units_are_written_as_in_the_language() -> None:
    shown = "[1234567.8915, true, null, 'on'].map(words.shown).concat(['Cel', '{count}', 'kPa', 'W.h'].map(words.unit), words.fieldName('active_power_l2'))"
    assert evaluate(f"(words.setLanguage('it-IT'), {shown})") == [
        "1.234.567,892",
        "sì",
        NO_VALUE,
        "acceso",
        "°C",
        "",
        "kPa",
        "kWh",
        "potenza attiva L2",
    ]
    assert evaluate(f"(words.setLanguage('de'), {shown})") == [
        "1,234,567.892",
        "yes",
        NO_VALUE,
        "on",
        "°C",
        "",
        "kPa",
        "kWh",
        "active power L2",
    ]
    assert evaluate(
        "[[12346600, 'W.h'], [12, 'W'], [null, 'W.h'], ['on', undefined]].map(([value, code]) => words.inUnit(value, code))"
    ) == [12346.6, 12, None, "on"]


def asset(measurement: str = "lamp", **values: object) -> dict[str, object]:
    reading = {
        "device": "d",
        "time": "2026-11-23T02:15:20.000Z",
        "every_s": 5,
        "values": {name: {"value": value} for name, value in values.items()},
    }
    return {"asset": "pl-1", "measurement": measurement, "operator": "o", "readings": [reading]}


@pytest.mark.parametrize("name", ["constructor", "__proto__", "toString", "hasOwnProperty"])
def test_a_name_that_javascript_uses_itself_is_a_name_like_any_other(name: str) -> None:
    found = evaluate("[words.kindName(a[0]), words.fieldName(a[0]), words.unit(a[0]), words.qualityText(a[0]), words.shown(a[0]),"
                     " assets.stateOf(a[1], [{kind: a[0], subject: 'pl-1'}]), assets.headline(a[1]).map((one) => one.name)]",
                     name, asset(name, speed=1))  # fmt: skip
    words = name.replace("_", " ")
    assert found == [words, words, name, name, name, "good", ["speed"]]


@pytest.mark.parametrize(
    ("fault", "state"),
    [(None, "lit"), ("lamp_failed", "failed"), ("no_answer", "silent"), ("missing", "missing"), ("gateway_offline", "lit")],
)
def test_each_fault_of_an_asset_has_a_state_of_its_own(fault: str | None, state: str) -> None:
    faults = [{"kind": fault, "subject": "pl-1"}] if fault else []
    assert evaluate("assets.stateOf(a[0], a[1])", asset(power_state="on"), faults) == state
    assert evaluate("assets.stateOf(a[0], a[1])", asset(power_state="on"), [{"kind": "lamp_failed", "subject": "pl-2"}]) == "lit"


@pytest.mark.parametrize(
    ("values", "state"),
    [({"dim_level": 40}, "lit"), ({"dim_level": 0}, "off"), ({"power_state": "off"}, "off"), ({"dim_level": None}, "off")],
)
def test_a_lamp_is_lit_if_it_says_so_or_has_a_level(values: dict[str, object], state: str) -> None:
    assert evaluate("assets.stateOf(a[0], [])", asset("lamp", **values)) == state


@pytest.mark.parametrize(
    ("shown", "fields"),
    [
        (asset("lamp", power_state="on", dim_level=40), ["dim_level"]),
        (asset("lamp", power_state="on"), ["power_state"]),
        (asset("weather", precipitation=0.2, dew_point=None), ["precipitation"]),
        (asset("noise", laeq=None), ["laeq"]),
        (asset("ups", a=1, b=2, c=3, d=4), ["a", "b", "c"]),
    ],
)
def test_every_asset_has_values_in_the_table(shown: dict[str, object], fields: list[str]) -> None:
    assert evaluate("assets.headline(a[0]).map((one) => one.name)", shown) == fields


def test_ages_are_in_the_unit_that_fits_and_an_asset_without_a_reading_has_none() -> None:
    assert evaluate("[0, -5, 119, 180, 7300, NaN].map((s) => series.ageText(1e12 - 1000 * s, 1e12))") == [
        "0 s",
        "0 s",
        "119 s",
        "3 min",
        "2 h",
        NO_VALUE,
    ]
    assert evaluate("series.ageText(assets.latest(a[0]), 0)", asset() | {"readings": []}) == NO_VALUE


def test_points_of_a_chart_are_numbers() -> None:
    assert evaluate("[1.5, true, false, 'on', 'off', 'moving', null].map(series.numberOf)") == [1.5, 1, 0, 1, 0, None, None]


def test_a_chart_has_a_gap_where_readings_are_missing_and_nowhere_else() -> None:
    points = [[1000, 1], [2000, True], [4000, 2], [4500, "text"], [8000, 3]]
    assert evaluate("series.seriesOf(a[0], 3.5)", points) == [[1, 2, 4, 6, 8], [1, 1, 2, None, 3]]
    assert evaluate("series.seriesOf(a[0], 4)", points) == [[1, 2, 4, 8], [1, 1, 2, 3]]
    assert evaluate("series.seriesOf([], 4)") == [[], []]


def test_assets_are_filtered_by_measurement_and_words() -> None:
    asked = "[['', ''], ['lamp', 'pl-'], ['lamp', 'palo'], ['weather', ''], ['', 'xyz']].map(([kind, words]) => assets.matches(a[0], kind, words))"
    assert evaluate(asked, asset() | {"name": "Palo 1"}) == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"air_temperature": None, "relative_humidity": None, "precipitation": 0.2}, ["precipitation"]),
        ({"air_temperature": None, "wind_speed": 3}, ["wind_speed"]),
        ({"air_temperature": None, "wind_speed": None}, ["air_temperature"]),
        ({"precipitation": 0.2, "air_temperature": 12}, ["air_temperature", "precipitation"]),
    ],
)
def test_the_table_shows_values_that_are_there_before_any_that_are_not(values: dict[str, object], fields: list[str]) -> None:
    assert evaluate("assets.headline(a[0]).map((one) => one.name)", asset("weather", **values)) == fields


ASSETS = [
    asset("lamp", dim_level=40) | {"asset": "pl-10"},
    asset("lamp", dim_level=None) | {"asset": "pl-9"},
    asset("weather", air_temperature=12) | {"asset": "st-1", "readings": []},
    asset("lighting_meter", active_power=900) | {"asset": "qe-2"},
    asset("lighting_meter", active_power=None) | {"asset": "qe-1"},
]


@pytest.mark.parametrize(
    ("column", "descending", "order"),
    [
        ("asset", False, ["qe-1", "qe-2", "st-1", "pl-9", "pl-10"]),
        ("asset", True, ["pl-10", "pl-9", "st-1", "qe-2", "qe-1"]),
        ("values", False, ["pl-10", "qe-2", "pl-9", "qe-1", "st-1"]),
        ("values", True, ["qe-2", "pl-10", "pl-9", "qe-1", "st-1"]),
        ("state", False, ["qe-2", "pl-10", "pl-9", "qe-1", "st-1"]),
        ("age", False, ["pl-9", "pl-10", "qe-1", "qe-2", "st-1"]),
    ],
)
def test_the_table_is_sorted_by_a_column_and_assets_without_a_value_are_last(column: str, *, descending: bool, order: list[str]) -> None:
    faults = [{"kind": "no_answer", "subject": "qe-2"}]
    keys = evaluate("assets.sortedKeys(a[0], a[1], a[2], (one) => assets.stateOf(one, a[3]))", ASSETS, column, descending, faults)
    assert [key.split("/")[-1] for key in keys] == order


@pytest.mark.parametrize(
    ("fragment", "key"), [("#o/lamp/pl-1", "o/lamp/pl-1"), ("#o/lamp/Palo%201", "o/lamp/Palo 1"), ("#%", ""), ("", "")]
)
def test_the_fragment_of_an_address_names_an_asset_or_nothing(fragment: str, key: str) -> None:
    assert evaluate("assets.decodedHash(a[0])", fragment) == key


def test_a_time_axis_names_the_day_where_it_begins() -> None:
    labels = evaluate(
        "series.axisLabels([0, 1, 2].map((n) => Date.UTC(2026, 10, 29, 12) / 1000 + n * 43200 + new Date(2026, 10, 29).getTimezoneOffset() * 60), 'it')"
    )
    assert labels == ["12:00", "00:00\nlun", "12:00"]
    six = evaluate("series.axisLabels([18, 22, 26].map((hours) => new Date(2026, 10, 29, hours).getTime() / 1000), 'en')")
    assert six == ["18:00", "22:00", "02:00\nMon"]
    assert evaluate("series.axisLabels([new Date(2026, 10, 29).getTime() / 1000], 'en')") == ["00:00\nSun"]


def test_a_gateway_was_heard_when_its_health_or_a_reading_arrived_and_has_the_alarms_of_its_assets() -> None:
    stored = [
        {
            "operator": "o",
            "gateway": "gw-1",
            "state": "online",
            "seen_ms": 1,
            "line_load": 40.5,
            "delay_s": 0.5,
            "backlog_batches": 2,
            "version": "1",
            "clock": "synced",
        },
        {"operator": "o", "gateway": "gw-3", "state": "online", "seen_ms": 7},
    ]
    states = {"o/gw-1": "online", "o/gw-2": "offline", "o/gw-10": "online"}
    known = [asset("lamp") | {"gateway": "gw-1"}, asset("weather") | {"gateway": "gw-1"}, asset("lamp") | {"gateway": "gw-9"}]
    alarms = {"o/pl-1": 1, "o/gw-2": 1}
    counted = "(operator, asset) => a[3][`${operator}/${asset}`] ?? 0"
    rows = evaluate(f"gateways.gatewayRows(a[0], a[1], a[2], {counted})", states, stored, known, alarms)
    assert [(one["name"], one["state"], one["heardMs"], one["alarms"]) for one in rows] == [
        ("o/gw-2", "offline", None, 1),
        ("o/gw-1", "online", 1795400120000, 1),
        ("o/gw-3", "online", 7, 0),
        ("o/gw-10", "online", None, 0),
    ]
    assert rows[1].items() >= {"version": "1", "clock": "synced", "backlog": 2, "lineLoad": 40.5, "delayS": 0.5}.items()
