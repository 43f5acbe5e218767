"""Each condition as Grafana evaluates it on a real InfluxDB: data that raises it, a near miss, data that clears it, and no data."""

import time
import urllib.parse
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

import dashboards.boards  # noqa: F401 — registers them
from dashboards.alerts.conditions import CONDITIONS, INTERVAL_S, NOT_ASKED, Condition, ShownIn
from dashboards.alerts.rules import rule
from dashboards.registry import BOARDS
from gateway.alarms.catalogue import KINDS, LIMITS
from tests.dashboards.alerts.evaluation import Influx, Numbers, RuleState, numbers_of
from tests.system.servers import influxdb

pytestmark = pytest.mark.system

A_MINUTE, AN_HOUR = 60, 3600

Row = tuple[str, str, int]
"""A measurement with its tags, its fields, and how many seconds ago."""


class Example(NamedTuple):
    """Rows that raise an alarm, that just do not, and that clear it."""

    raises: list[Row]
    misses: list[Row]
    clears: list[Row]


PANEL = "operator=citelum,asset=qe-1,gateway=gw-1,device=m,profile=meter"
GATEWAY = "operator=citelum,asset=gw-1,gateway=gw-1,device=gw-1,profile=gateway"
STATION = "operator=citelum,asset=st-1,gateway=gw-1,device=s"


def of(measurement: str, tags: str, field: str, raises: object, misses: object, clears: object, ago_s: int = A_MINUTE) -> Example:
    """Return an example of one field."""
    return Example(*[[(f"{measurement},{tags}", f"{field}={value}", ago_s)] for value in (raises, misses, clears)])


def quarter(expected: float, active: float, level: float) -> list[Row]:
    fields = f"expected_power={expected},active_power={active},scheduled_level={level}"
    return [(f"lighting_quarter,{PANEL}", fields, 20 * A_MINUTE)]


def phases(l1: float, l2: float, l3: float) -> list[Row]:
    return [(f"lighting_meter,{PANEL}", f"voltage_l1={l1},voltage_l2={l2},voltage_l3={l3}", A_MINUTE)]


def lamps(failed: int, of_all: int, volts: float = 230.0) -> list[Row]:
    meter: list[Row] = [(f"lighting_meter,{PANEL}", f"voltage_l1={volts}", A_MINUTE)]
    return meter + [
        (f"lamp,operator=citelum,asset=pl-{n},gateway=gw-1,device=d", f"lamp_failure={'true' if n < failed else 'false'}", A_MINUTE)
        for n in range(of_all)
    ]


def events(*states: str) -> list[Row]:
    """Return a gateway that reports, and the states of an alarm one after the other."""
    seen: list[Row] = [(f"gateway,{GATEWAY}", "uptime=5i", A_MINUTE)]
    return seen + [(f"event,{PANEL}", f'kind="on_battery",active={state}', AN_HOUR - n) for n, state in enumerate(states)]


def temperatures(*values: float) -> list[Row]:
    return [(f"weather,{STATION}", f"air_temperature={value}", A_MINUTE + 600 * n) for n, value in enumerate(values)]


def levels(*values: float) -> list[Row]:
    return [(f"noise,{STATION}", f"laeq={value}", A_MINUTE + 600 * n) for n, value in enumerate(values)]


def health(*ago_s: int) -> list[Row]:
    return [(f"gateway,{GATEWAY}", "uptime=5i", ago) for ago in ago_s]


def completeness(read: int) -> list[Row]:
    return [(f"completeness,{PANEL}", f"expected=1000i,read={read}i", AN_HOUR // 2)]


EXAMPLES = {
    "panel_outage": Example(quarter(1000, 40, 100), quarter(1000, 80, 100), quarter(1000, 920, 100)),
    "supply_outage": Example(phases(2, 1, 0), phases(1, 0, 231), phases(230, 231, 229)),
    "phase_loss": Example(phases(230, 0, 231), phases(230, 207, 253), phases(230, 231, 229)),
    "cable_theft": Example(quarter(1000, 750, 100), quarter(1000, 820, 100), quarter(1000, 950, 100)),
    "day_burner": Example(quarter(5, 400, 0), quarter(5, 100, 0), quarter(1000, 1000, 100)),
    "lamp_failures": Example(lamps(3, 10), lamps(2, 10), lamps(0, 10)),
    "door_open": of("lighting_cabinet", PANEL, "door_open", "true", "false", "false"),
    "leakage": of("lighting_cabinet", PANEL, "leakage_detected", "true", "false", "false"),
    "breaker_tripped": of("lighting_cabinet", PANEL, "circuit_breaker_tripped", "true", "false", "false"),
    "switching_failed": of("lighting_cabinet", PANEL, "switching_error_off", "true", "false", "false"),
    "device_alarm": Example(events("true"), events(), events("true", "false")),
    "air_limit_no2": of("air_quality", STATION, "no2", 201.0, 199.0, 100.0),
    "air_limit_o3": of("air_quality", STATION, "o3", 181.0, 179.0, 100.0),
    "air_limit_so2": of("air_quality", STATION, "so2", 351.0, 349.0, 100.0),
    "air_limit_pm10": of("air_quality", STATION, "pm10", 51.0, 49.5, 40.0),
    "air_limit_pm25": of("air_quality", STATION, "pm25", 26.0, 24.5, 20.0),
    "parking_full": of("parking_zone", STATION, "occupancy", 98.5, 97.0, 80.0),
    "flood": of("water", STATION, "flooded", "true", "false", "false"),
    "noise_limit": Example(levels(40.0, 68.5), levels(40.0, 67.5), levels(60.0)),
    "sensor_stuck": Example(temperatures(*[12.5] * 24), temperatures(*[12.5] * 23), temperatures(*[12.5] * 23, 12.6)),
    "implausible": Example(temperatures(-56.0), temperatures(-54.0), temperatures(12.0)),
    "gateway_silent": Example(health(900), health(900, 200), health(900, 30)),
    "backlog_growing": of("gateway", GATEWAY, "backlog_batches", "101i", "99i", "3i"),
    "clock_unsure": of("gateway", GATEWAY, "clock_synchronised", "false", "true", "true"),
    "certificate_ends": of("gateway", GATEWAY, "certificate_days", 13.5, 14.5, 300.0),
    "disk_full": of("gateway", GATEWAY, "disk_free", 9.5, 10.5, 40.0),
    "incomplete": Example(completeness(994), completeness(996), completeness(1000)),
    "dead_letters": of("worker", "operator=centre,asset=worker-1,gateway=worker-1,device=worker-1", "dead_letters", "1i", "0i", "0i"),
    "readings_lost": of("worker", "operator=centre,asset=worker-1,gateway=worker-1,device=worker-1", "lost_parts", "1i", "0i", "0i"),
}

Filled = Callable[[list[Row]], Influx]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """Return a function that returns a new database with these rows."""
    server, url = influxdb(tmp_path_factory.mktemp("influx"))
    made = 0

    def fill(rows: list[Row]) -> Influx:
        nonlocal made
        made += 1
        influx = Influx(url, f"case_{made}")
        influx.post(f"/query?{urllib.parse.urlencode({'q': f'CREATE DATABASE {influx.database}'})}")
        now_s = int(time.time())  # not earlier: a rule asks what came in the last minutes
        lines = "\n".join(f"{series} {fields} {now_s - ago_s}" for series, fields, ago_s in rows)
        if lines:
            influx.post(f"/write?db={influx.database}&precision=s", lines)
        return influx

    yield fill
    server.stop()


def seen(condition: Condition, influx: Influx) -> Numbers:
    return numbers_of(rule(condition, "en"), influx, time.time_ns() // 1_000_000)


def test_every_condition_has_an_example() -> None:
    assert {one.name for one in CONDITIONS} == set(EXAMPLES)


def test_every_kind_of_alarm_has_a_condition_or_a_reason_to_have_none() -> None:
    names = [one.name for one in CONDITIONS]
    assert len(names) == len(set(names))
    assert set(names) | set(NOT_ASKED) == set(KINDS)
    assert not set(names) & set(NOT_ASKED)


@pytest.mark.parametrize(("kind", "shown"), NOT_ASKED.items())
def test_a_kind_without_a_condition_is_shown_by_a_panel(kind: str, shown: ShownIn) -> None:
    (board,) = (one for one in BOARDS if one.name == shown.board)
    queries = [target["query"] for panel in board.render("en")["panels"] for target in panel["targets"]]
    assert [one for one in queries if f'FROM "{shown.measurement}"' in one and f'"{shown.field}"' in one], kind


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda one: one.name)
def test_delays_and_words_are_those_of_the_alarm(condition: Condition) -> None:
    kind = KINDS[condition.name]
    assert condition.for_s >= kind.on_delay_s
    assert condition.for_s % INTERVAL_S == 0
    assert condition.severity == kind.priority.name.lower()
    assert condition.texts("it").title == kind.title.it
    assert condition.texts("en").meaning.lower() == f"{kind.meaning.en.lower()}."


def test_limits_are_those_of_the_catalogue() -> None:
    limits = {one.kind: one for one in LIMITS}
    found = {one.name: (one.set_at, one.clear_at, one.below) for one in CONDITIONS if one.name in limits}
    assert found == {name: (one.raise_at, one.clear_at, not one.is_above) for name, one in limits.items()}


def test_few_readings_in_an_hour_are_not_called_incomplete(filled: Filled) -> None:
    (condition,) = (one for one in CONDITIONS if one.name == "incomplete")
    rows: list[Row] = [(f"completeness,{PANEL}", "expected=19i,read=10i", AN_HOUR // 2)]
    (share,) = seen(condition, filled(rows)).values()
    assert share > condition.clear_at


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda one: one.name)
def test_an_alarm_is_raised_after_its_delay_and_cleared_beyond_its_recovery_limit(condition: Condition, filled: Filled) -> None:
    example = EXAMPLES[condition.name]
    raising, clearing = seen(condition, filled(example.raises)), seen(condition, filled(example.clears))
    state = RuleState(rule(condition, "en"))
    wrong = {
        labels for labels, said in RuleState({**rule(condition, "en"), "for": "0s"}).evaluate(raising, 0.0).items() if said == "Alerting"
    }
    assert len(wrong) == 1, raising
    first = state.evaluate(raising, 0.0)
    assert {said for labels, said in first.items() if labels in wrong} == {"Pending" if condition.for_s else "Alerting"}
    later = state.evaluate(raising, float(condition.for_s))
    assert {labels for labels, said in later.items() if said == "Alerting"} == wrong
    assert set(state.evaluate(clearing, condition.for_s + 60.0).values()) == {"Normal"}


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda one: one.name)
def test_a_near_miss_raises_nothing(condition: Condition, filled: Filled) -> None:
    near = seen(condition, filled(EXAMPLES[condition.name].misses))
    state = RuleState(rule(condition, "en"))
    for now_s in (0.0, float(condition.for_s)):
        assert set(state.evaluate(near, now_s).values()) == {"Normal"}, near


def test_without_data_no_alarm_counts_as_well(filled: Filled) -> None:
    empty = filled([])
    for condition in CONDITIONS:
        assert RuleState(rule(condition, "en")).evaluate(seen(condition, empty), 0.0) == {frozenset(): "NoData"}


def test_between_its_limits_an_alarm_stays_as_it_is() -> None:
    (outage,) = (one for one in CONDITIONS if one.name == "panel_outage")
    state, who = RuleState({**rule(outage, "en"), "for": "0s"}), frozenset({("asset", "qe-1")})
    said = [state.evaluate({who: share}, 0.0)[who] for share in (92.0, 96.0, 92.0, 89.0, 92.0)]
    assert said == ["Normal", "Alerting", "Alerting", "Normal", "Normal"]


def test_a_dark_panel_hides_its_lamps(filled: Filled) -> None:
    (condition,) = (one for one in CONDITIONS if one.name == "lamp_failures")
    assert set(seen(condition, filled(lamps(10, 10, volts=2.0))).values()) == {0.0}
    assert set(seen(condition, filled(lamps(10, 10))).values()) == {100.0}
