"""The texts of the queries."""

from dashboards.queries import CENTRE, by_day, latest, newest, over_time, total


def test_a_value_over_time_is_one_series_for_each_tag_value() -> None:
    assert over_time("lamp", 'mean("dim_level")', by="operator") == (
        'SELECT mean("dim_level") FROM "lamp" WHERE $timeFilter AND "operator" =~ /^$operator$/ GROUP BY time($__interval), "operator" fill(none)'
    )


def test_the_latest_values_are_one_column_for_each_field() -> None:
    assert latest("worker", {"batches": "b", "rejected": "r"}, whose=CENTRE) == (
        'SELECT last("batches") AS "b", last("rejected") AS "r" FROM "worker" WHERE $timeFilter AND "operator" = \'centre\' GROUP BY "asset"'
    )


def test_a_total_combines_one_value_of_each_asset() -> None:
    assert total("gateway", 'last("uptime") AS "value"', 'count("value")', where="\"profile\" = 'gateway'") == (
        'SELECT count("value") FROM (SELECT last("uptime") AS "value" FROM "gateway"'
        ' WHERE $timeFilter AND "operator" =~ /^$operator$/ AND "profile" = \'gateway\' GROUP BY "asset")'
    )


def test_a_total_of_now_does_not_count_what_reported_before() -> None:
    assert total("gateway", 'last("uptime") AS "value"', 'count("value")', within="3m") == (
        'SELECT count("value") FROM (SELECT last("uptime") AS "value" FROM "gateway"'
        ' WHERE time > now() - 3m AND "operator" =~ /^$operator$/ GROUP BY "asset")'
    )


def test_days_are_read_from_their_roll_up() -> None:
    assert by_day("lighting_meter", "active_energy_interval") == (
        'SELECT "active_energy_interval" FROM "days"."lighting_meter" WHERE $timeFilter AND "operator" =~ /^$operator$/ GROUP BY "asset"'
    )


def test_the_newest_rows_come_first_and_are_bounded() -> None:
    assert newest("gap", ["asset", "reason"], most=5) == (
        'SELECT "asset", "reason" FROM "gap" WHERE $timeFilter AND "operator" =~ /^$operator$/ ORDER BY time DESC LIMIT 5'
    )
