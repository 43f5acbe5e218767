"""Roll-ups of counters and counts."""

from gateway.centre.stores.influx.rollups import continuous_query, roll_ups, task
from gateway.model.canonical import INTERNAL, MEASUREMENTS, FieldKind


def test_counters_and_counts_are_rolled_up_and_nothing_else() -> None:
    rolled = {
        (one.measurement, name): kind
        for one in roll_ups()
        for kind, names in ((FieldKind.COUNTER, one.last), (FieldKind.INTERVAL, one.summed))
        for name in names
    }
    expected = {
        (measurement, name): field.kind
        for measurement, fields in MEASUREMENTS.items()
        if measurement not in INTERNAL
        for name, field in fields.items()
        if field.kind in (FieldKind.COUNTER, FieldKind.INTERVAL)
    }
    assert rolled == expected
    assert ("lighting_meter", "active_energy") in rolled


def test_continuous_queries_and_tasks_cover_more_than_the_last_day() -> None:
    (one,) = (one for one in roll_ups() if one.name == "lighting_meter_quarter_hours")
    query = continuous_query(one, "street")
    assert query.startswith(
        'CREATE CONTINUOUS QUERY "lighting_meter_quarter_hours" ON "street" RESAMPLE EVERY 15m FOR 26h BEGIN SELECT last("active_energy") AS "active_energy"'
    )
    assert query.endswith(
        'INTO "street"."quarter_hours"."lighting_meter" FROM "street"."autogen"."lighting_meter" GROUP BY time(15m), * END'
    )
    script = task(one, "street")
    assert script.startswith(
        'option task = {name: "lighting_meter_quarter_hours", every: 15m, offset: 1m}\nfrom(bucket: "street")\n  |> range(start: -26h)'
    )
    assert (
        '|> aggregateWindow(every: 15m, fn: last, timeSrc: "_start", createEmpty: false)\n  |> to(bucket: "street_quarter_hours")' in script
    )
