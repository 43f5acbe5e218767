"""The text of the queries of alert rules; tests/dashboards/alerts/test_conditions.py runs every one."""

from dashboards.alerts.queries import constant, declared, energy_mean, holding, latest, lowest, recent, reporting


def test_every_query_is_bounded_by_the_range_of_its_rule_and_so_is_each_query_in_it() -> None:
    queries = [
        latest("gateway", 'last("disk_free")', where="\"profile\" = 'gateway'"),
        lowest("lighting_meter", "voltage_l1", by='"operator"'),
        recent("gateway", "uptime", "5m"),
        holding("lamp", "lamp_failure", by='"operator"'),
        reporting("lamp", "lamp_failure", by='"operator"'),
        declared(["on_battery", "overheated"]),
        energy_mean("noise", "laeq"),
        constant([("weather", "air_temperature"), ("noise", "laeq")], 24),
    ]
    for query in queries:
        assert query.count("SELECT") == query.count("WHERE $timeFilter")


def test_a_query_that_counts_failures_counts_what_was_looked_at_too() -> None:
    assert '"n" * 0' in holding("lamp", "lamp_failure", by='"operator"')
    assert '"n" * 0' in recent("gateway", "uptime", "5m")
