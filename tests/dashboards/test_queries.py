"""The texts of the queries; that they return what they say is tested against a real store with the boards."""

import urllib.parse
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from dashboards.queries import (
    CENTRE,
    chosen,
    computed,
    days_of,
    newest,
    newest_rows,
    number_of,
    over_time,
    rows,
    share_received,
    silent,
    sum_over_time,
    tag_values,
    total,
    within,
)
from tests.dashboards.alerts.evaluation import Influx
from tests.dashboards.grafana import put_in
from tests.system.servers import influxdb

WHOSE = chosen("operator")


def test_variables_select_tags_of_the_same_name() -> None:
    assert chosen("operator", "area") == '"operator" =~ /^${operator:regex}$/ AND "area" =~ /^${area:regex}$/'


def test_now_is_the_end_of_the_selected_time() -> None:
    assert within(15) == "time > ${__to}ms - 15m AND time <= ${__to}ms"


def test_a_value_over_time_is_one_series_for_each_tag_value_with_its_gaps() -> None:
    assert over_time("lamp", 'mean("dim_level")', WHOSE, by=("operator",)) == (
        'SELECT mean("dim_level") FROM "lamp" WHERE $timeFilter AND "operator" =~ /^${operator:regex}$/ GROUP BY time($__interval), "operator" fill(null)'
    )


def test_a_sum_over_time_adds_up_one_value_of_each_asset() -> None:
    assert sum_over_time("lamp", 'mean("active_power")', CENTRE, by="area", every="15m") == (
        'SELECT sum("value") FROM (SELECT mean("active_power") AS "value" FROM "lamp" WHERE $timeFilter AND "operator" = \'centre\''
        ' GROUP BY time(15m), "asset", "area") WHERE $timeFilter AND time <= ${__to}ms - 15m GROUP BY time(15m), "area" fill(null)'
    )


def test_rows_are_the_newest_of_each_asset_in_one_bounded_table() -> None:
    assert rows("lamp", {"f": "lamp_failure", "l": "dim_level"}, ("asset",), CENTRE, having='"f" = true', most=9) == (
        'SELECT "asset", "f", "l" FROM (SELECT last("lamp_failure") AS "f", "dim_level" AS "l" FROM "lamp"'
        ' WHERE $timeFilter AND "operator" = \'centre\' GROUP BY "asset") WHERE $timeFilter AND "f" = true LIMIT 9'
    )


def test_alternatives_are_one_condition_beside_the_time() -> None:
    query = rows("lamp", {"f": "lamp_failure", "m": "control_gear_comm_failure"}, ("asset",), CENTRE, having='"f" = true OR "m" = true')
    assert ' WHERE $timeFilter AND ("f" = true OR "m" = true) LIMIT' in query


def test_computed_values_are_one_bounded_table() -> None:
    assert computed("noise", {"v": 'percentile("laeq", 90)'}, ("asset",), CENTRE) == (
        'SELECT "asset", "v" FROM (SELECT percentile("laeq", 90) AS "v" FROM "noise" WHERE $timeFilter AND "operator" = \'centre\''
        ' GROUP BY "asset") WHERE $timeFilter LIMIT 500'
    )


def test_a_total_combines_one_value_of_each_asset() -> None:
    assert total("lamp", 'last("active_power")', "sum", CENTRE) == (
        'SELECT sum("value") AS "value" FROM (SELECT last("active_power") AS "value" FROM "lamp" WHERE $timeFilter AND "operator" = \'centre\''
        ' GROUP BY "asset") WHERE $timeFilter'
    )


def test_a_number_of_assets_is_zero_if_none_meets_the_condition_but_nothing_without_data() -> None:
    each = 'SELECT last("lamp_failure") AS "value" FROM "lamp" WHERE $timeFilter AND "operator" = \'centre\' GROUP BY "asset"'
    assert number_of("lamp", "lamp_failure", CENTRE, '"value" = true') == (
        f'SELECT sum("number") AS "value" FROM (SELECT count("value") AS "number" FROM ({each}) WHERE $timeFilter AND "value" = true),'
        f' (SELECT 0 * count("value") AS "number" FROM ({each}) WHERE $timeFilter) WHERE $timeFilter'
    )


def test_silent_is_what_reported_but_not_in_the_last_minutes() -> None:
    each = 'SELECT last("uptime") AS "value" FROM "gateway" WHERE {} AND "operator" = \'centre\' GROUP BY "asset"'
    assert silent("gateway", "uptime", CENTRE) == (
        f'SELECT sum("number") AS "value" FROM (SELECT 1 * count("value") AS "number" FROM ({each.format("$timeFilter")}) WHERE $timeFilter),'
        f' (SELECT -1 * count("value") AS "number" FROM ({each.format(within(15))}) WHERE {within(15)}) WHERE $timeFilter'
    )


def test_the_newest_rows_come_first_and_are_bounded() -> None:
    assert newest_rows("gap", ["asset", "reason"], CENTRE, most=5) == (
        'SELECT "asset", "reason" FROM "gap" WHERE $timeFilter AND "operator" = \'centre\' ORDER BY time DESC LIMIT 5'
    )
    assert (
        newest("gap", "readings", CENTRE) == 'SELECT last("readings") AS "newest" FROM "gap" WHERE $timeFilter AND "operator" = \'centre\''
    )


def test_a_variable_asks_for_the_values_of_a_tag() -> None:
    assert tag_values("area", "lamp", of=CENTRE) == 'SHOW TAG VALUES FROM "lamp" WITH KEY = "area" WHERE "operator" = \'centre\''
    assert tag_values("operator") == 'SHOW TAG VALUES WITH KEY = "operator"'


NOW_S = 1_796_063_400
HOUR_S, DAY_S = 3600, 86_400


class Received(NamedTuple):
    """What a share was computed of: the readings of each hour of two devices that were due, and those that came."""

    influx: Influx
    hours: dict[int, tuple[int, int]]

    def share(self, begin_s: int, end_s: int) -> float:
        """Return the share of the hours of a time."""
        chosen = [counts for at_s, counts in self.hours.items() if begin_s <= at_s <= end_s]
        return 100.0 * sum(read for read, _ in chosen) / sum(due for _, due in chosen)

    def asked(self, days: int, end_s: int = NOW_S) -> list[float]:
        """Return what the query returns for the days before a time."""
        query = put_in(share_received(chosen("operator")), {"operator": ".*"}, 1000 * end_s, days * DAY_S, "")
        return [row[1] for one in self.influx.series(query) for row in one["values"]]


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Received]:
    """Return a store with the hours of a year; the last hundred days were better than those before."""
    server, url = influxdb(tmp_path_factory.mktemp("influx"))
    influx = Influx(url, "street")
    hours = {
        at_s: (600 - at_s // HOUR_S % 7 - (0 if at_s > NOW_S - 100 * DAY_S else 60), 600)
        for at_s in range(NOW_S - 365 * DAY_S, NOW_S, HOUR_S)
    }
    lines = (
        f"completeness,operator=citelum,asset=gw-1,device=d{device} expected={due // 2}i,read={read - read // 2 if device else read // 2}i {at_s}"
        for at_s, (read, due) in hours.items()
        for device in (0, 1)
    )
    try:
        influx.post("/query?" + urllib.parse.urlencode({"q": "CREATE DATABASE street"}))
        influx.post("/write?db=street&precision=s", "\n".join(lines))
        yield Received(influx, hours)
    finally:
        server.stop()


@pytest.mark.system
@pytest.mark.parametrize("days", [1, 7, 365])
def test_the_share_received_is_that_of_the_selected_hours(received: Received, days: int) -> None:
    (share,) = received.asked(days)
    assert share == pytest.approx(received.share(NOW_S - days * DAY_S, NOW_S), abs=1e-9)


@pytest.mark.system
def test_the_share_received_is_not_known_without_a_report_of_the_last_minutes(received: Received) -> None:
    assert len(received.asked(7, end_s=NOW_S + 80 * 60 - HOUR_S)) == 1
    assert received.asked(7, end_s=NOW_S + 2 * HOUR_S) == []


def test_a_day_of_the_roll_up_keeps_the_time_of_its_midnight() -> None:
    assert days_of("traffic", 'sum("vehicle_count")', CENTRE, by=("area",)) == (
        'SELECT sum("vehicle_count") FROM "days"."traffic" WHERE $timeFilter AND "operator" = \'centre\' GROUP BY time(1h), "area" fill(none)'
    )
    assert "GROUP BY time(30d) fill(none)" in days_of("traffic", 'sum("vehicle_count")', CENTRE, days=30)
