"""Roll-ups of energy, counts and means by quarter hour and by day, computed by the store: continuous queries (1.x) or tasks (2.x). Pure.

A counter is rolled up to its last value, from which readers take differences; counts per interval are summed. Of the gauges that charts of
months show, the mean is stored: not of sound levels, whose decibels have no meaningful mean. Every run covers more than
the last day again, because the backlog of an outage arrives late (gateways store a day). Each run covers whole windows: of a part of one,
InfluxDB 2 would store another point, at the beginning of that part. Days are those of the site's time zone.

A row has the time at which its interval ends: that of midnight, such as the energy of the last quarter hour, belongs to the day before. So
days begin a millisecond after midnight, and their rows have this time.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from gateway.centre.stores.influx.influxql import identifier, literal
from gateway.model.canonical import INTERNAL, MEASUREMENTS, Field, FieldKind, FieldType

RollUpSpan = Literal["15m", "1d"]


class RollUp(NamedTuple):
    """How one measurement is rolled up: counters to their last value, counts per interval to their sum, some gauges to their mean."""

    name: str
    measurement: str
    span: RollUpSpan
    last: tuple[str, ...]
    summed: tuple[str, ...]
    averaged: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """The retention policy (1.x), or the suffix of the bucket's name (2.x), that it is written to."""
        return TARGETS[self.span]


TARGETS: dict[RollUpSpan, str] = {"15m": "quarter_hours", "1d": "days"}
_BACK: dict[RollUpSpan, str] = {"15m": "26h", "1d": "3d"}
_EVERY: dict[RollUpSpan, str] = {"15m": "15m", "1d": "1h"}
_BORDER: dict[RollUpSpan, str] = {"15m": "1h", "1d": "1d"}
"""What the beginning of a run in 2.x is truncated to: `date.truncate` accepts only 1 of a unit."""

_PAST_MIDNIGHT_MS = 1

UTC = "UTC"

_AVERAGED = {
    "lighting_meter": ("active_power", "power_factor"),
    "traffic": ("average_speed", "occupancy"),
    "air_quality": ("pm1", "pm25", "pm10", "no2", "o3", "so2", "co", "co2"),
    "weather": ("air_temperature", "relative_humidity", "wind_speed"),
}
"""The gauges whose mean is stored."""

_DAYS_ALONE = ("completeness",)
"""Measurements of the system of which charts show a year: a gateway reports them by the hour."""


def roll_ups() -> list[RollUp]:
    """Return the roll-ups of all canonical measurements with counters, counts, or gauges whose mean is stored, and of completeness."""
    return [
        RollUp(f"{measurement}_{TARGETS[span]}", measurement, span, last, summed, _AVERAGED.get(measurement, ()))
        for measurement, fields in MEASUREMENTS.items()
        if measurement not in INTERNAL or measurement in _DAYS_ALONE
        for last, summed in [(tuple(_of(fields, FieldKind.COUNTER)), tuple(_of(fields, FieldKind.INTERVAL)))]
        if last or summed or measurement in _AVERAGED
        for span in TARGETS
        if span == "1d" or measurement not in _DAYS_ALONE
    ]


def _of(fields: dict[str, Field], kind: FieldKind) -> Iterator[str]:
    return (name for name, field in fields.items() if field.kind is kind and field.type in (FieldType.FLOAT, FieldType.INT))


def continuous_query(one: RollUp, database: str, time_zone: str) -> str:
    """Return a roll-up as a continuous query of InfluxDB 1.x."""
    resample = f"RESAMPLE EVERY {_EVERY[one.span]} FOR {_BACK[one.span]}"
    head = f"CREATE CONTINUOUS QUERY {identifier(one.name)} ON {identifier(database)} {resample}"
    return f"{head} BEGIN {_select(one, database, time_zone)} END"


def fill_statement(one: RollUp, database: str, time_zone: str, from_ms: int, to_ms: int) -> str:
    """Return the statement that computes a roll-up of InfluxDB 1.x once, for a period of whole windows, such as between two midnights."""
    begin_ms, end_ms = (at_ms + _offset_ms(one) for at_ms in (from_ms, to_ms))
    return _select(one, database, time_zone, f" WHERE time >= {begin_ms}ms AND time < {end_ms}ms")


def _select(one: RollUp, database: str, time_zone: str, where: str = "") -> str:
    functions = (("last", one.last), ("sum", one.summed), ("mean", one.averaged))
    chosen = [f"{function}({identifier(name)}) AS {identifier(name)}" for function, names in functions for name in names]
    target = ".".join(map(identifier, (database, one.target, one.measurement)))
    source = ".".join(map(identifier, (database, "autogen", one.measurement)))
    zone = f" TZ({literal(time_zone)})" if _has_days_of(one, time_zone) else ""
    window = f"{one.span}, {_offset_ms(one)}ms" if _offset_ms(one) else one.span
    return f"SELECT {', '.join(chosen)} INTO {target} FROM {source}{where} GROUP BY time({window}), *{zone}"  # noqa: S608 — canonical names


def task_name(one: RollUp, bucket: str) -> str:
    """Return the name of a roll-up's task: an organisation's tasks are those of all its buckets."""
    return f"{bucket}.{one.name}"


def task(one: RollUp, bucket: str, time_zone: str) -> str:
    """Return a roll-up as the Flux script of a task of InfluxDB 2.x."""
    head = ['import "date"']
    if _has_days_of(one, time_zone):
        head += ['import "timezone"', f"option location = timezone.location(name: {_text(time_zone)})"]
    head.append(f"option task = {{name: {_text(task_name(one, bucket))}, every: {_EVERY[one.span]}, offset: 1m}}")
    parts = [
        _flux(one, bucket, function, names, number)
        for number, (function, names) in enumerate((("last", one.last), ("sum", one.summed), ("mean", one.averaged)))
        if names
    ]
    return "\n".join([*head, *parts])


def reads_from(script: str, bucket: str) -> bool:
    """Return whether the script of a task reads from a bucket."""
    return f"from(bucket: {_text(bucket)})" in script


def _has_days_of(one: RollUp, time_zone: str) -> bool:
    """Return whether a roll-up depends on the time zone: quarter hours are the same in all."""
    return one.span == "1d" and time_zone != UTC


def _offset_ms(one: RollUp) -> int:
    """Return how long after the clock's boundary a window begins."""
    return _PAST_MIDNIGHT_MS if one.span == "1d" else 0


def _flux(one: RollUp, bucket: str, function: str, names: tuple[str, ...], number: int) -> str:
    fields = " or ".join(f"r._field == {_text(name)}" for name in names)
    start, offset_ms = f"date.truncate(t: -{_BACK[one.span]}, unit: {_BORDER[one.span]})", _offset_ms(one)
    if offset_ms:
        start = f"time(v: int(v: {start}) + {offset_ms}000000)"
    window = f"every: {one.span}, offset: {offset_ms}ms" if offset_ms else f"every: {one.span}"
    return "\n  |> ".join(
        [
            f"from(bucket: {_text(bucket)})",
            f"range(start: {start})",
            f"filter(fn: (r) => r._measurement == {_text(one.measurement)} and ({fields}))",
            f'aggregateWindow({window}, fn: {function}, timeSrc: "_start", createEmpty: false)',
            f"to(bucket: {_text(f'{bucket}_{one.target}')})",
            f'yield(name: "{function}_{number}")',
        ]
    )


def _text(text: str) -> str:
    return literal(text, '"')
