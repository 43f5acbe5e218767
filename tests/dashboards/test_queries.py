"""The texts of the queries; that they return what they say is tested against a real store with the boards."""

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
        ' WHERE $timeFilter AND "operator" = \'centre\' GROUP BY "asset") WHERE "f" = true LIMIT 9'
    )


def test_computed_values_are_one_bounded_table() -> None:
    assert computed("noise", {"v": 'percentile("laeq", 90)'}, ("asset",), CENTRE) == (
        'SELECT "asset", "v" FROM (SELECT percentile("laeq", 90) AS "v" FROM "noise" WHERE $timeFilter AND "operator" = \'centre\''
        ' GROUP BY "asset") LIMIT 500'
    )


def test_a_total_combines_one_value_of_each_asset() -> None:
    assert total("lamp", 'last("active_power")', "sum", CENTRE) == (
        'SELECT sum("value") AS "value" FROM (SELECT last("active_power") AS "value" FROM "lamp" WHERE $timeFilter AND "operator" = \'centre\''
        ' GROUP BY "asset")'
    )


def test_a_number_of_assets_is_zero_if_none_meets_the_condition_but_nothing_without_data() -> None:
    each = 'SELECT last("lamp_failure") AS "value" FROM "lamp" WHERE $timeFilter AND "operator" = \'centre\' GROUP BY "asset"'
    assert number_of("lamp", "lamp_failure", CENTRE, '"value" = true') == (
        f'SELECT sum("number") AS "value" FROM (SELECT count("value") AS "number" FROM ({each}) WHERE "value" = true),'
        f' (SELECT 0 * count("value") AS "number" FROM ({each}))'
    )


def test_silent_is_what_reported_but_not_in_the_last_minutes() -> None:
    each = 'SELECT last("uptime") AS "value" FROM "gateway" WHERE {} AND "operator" = \'centre\' GROUP BY "asset"'
    assert silent("gateway", "uptime", CENTRE) == (
        f'SELECT sum("number") AS "value" FROM (SELECT 1 * count("value") AS "number" FROM ({each.format("$timeFilter")})),'
        f' (SELECT -1 * count("value") AS "number" FROM ({each.format(within(15))}))'
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


def test_the_share_of_readings_received_is_not_known_without_a_report_of_the_last_minutes() -> None:
    query = share_received(CENTRE, minutes=90)
    assert query.startswith('SELECT "value" FROM (SELECT sum("read") / sum("due") AS "value"')
    assert query.endswith(f'count("expected") AS "fresh" FROM "completeness" WHERE {within(90)} AND {CENTRE})) WHERE "fresh" > 0')


def test_a_day_of_the_roll_up_keeps_the_time_of_its_midnight() -> None:
    assert days_of("traffic", 'sum("vehicle_count")', CENTRE, by=("area",)) == (
        'SELECT sum("vehicle_count") FROM "days"."traffic" WHERE $timeFilter AND "operator" = \'centre\' GROUP BY time(1h), "area" fill(none)'
    )
    assert "GROUP BY time(30d) fill(none)" in days_of("traffic", 'sum("vehicle_count")', CENTRE, days=30)
