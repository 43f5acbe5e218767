"""The queries of the dashboards: InfluxQL, which InfluxDB 1.x, 2.x and 3.x understand. Pure.

`$timeFilter`, `$__interval` and `${__to}` are Grafana's; `operator`, `area`, `asset` and so on are variables at the top of a dashboard.
What is true "now" is what was true at the end of the selected time: a dashboard of last night shows last night.

A query of a query has the condition on the time in both: without it in the outer one, InfluxDB 1.x opens all that it has ever stored.
"""

from collections.abc import Mapping, Sequence

RANGE = "$timeFilter"

CENTRE = "\"operator\" = 'centre'"
"""The centre's own rows."""

GATEWAY_HEALTH = "\"profile\" = 'gateway'"
"""Rows about gateways themselves; other profiles of the same measurement are about their lines."""

ALL_VEHICLES = "\"vehicle_class\" = ''"
"""Rows of all vehicles; others are about one class of them."""

DAYS = '"days".'
"""The roll-up of days, to be put before a measurement."""

EACH_DAY = "1h"
"""The interval that groups the rows of one day of a roll-up: they have the same time."""


def chosen(*variables: str) -> str:
    """Return the condition that tags have the values that are selected at the top, each variable named like its tag."""
    return " AND ".join(f'"{name}" =~ /^${{{name}:regex}}$/' for name in variables)


def within(minutes: int) -> str:
    """Return the condition that a row is from the last minutes of the selected time."""
    return f"time > ${{__to}}ms - {minutes}m AND time <= ${{__to}}ms"


LASTING_DAYS = 90
LASTING = within(24 * 60 * LASTING_DAYS)
"""Rows of what may have begun long before the selected time and lasts: an alarm or finding is stored with the time at which it began."""


def over_time(
    measurement: str,
    value: str,
    whose: str,
    *,
    by: Sequence[str] = ("asset",),
    where: str = "",
    every: str = "$__interval",
    fill: str = "null",
    roll_up: str = "",
) -> str:
    """Return the query of a value over time: one series for each value of the tags `by`, with an empty value where nothing was read."""
    tags = "".join(f', "{tag}"' for tag in by)
    return f'SELECT {value} FROM {roll_up}"{measurement}" WHERE {_and(RANGE, whose, where)} GROUP BY time({every}){tags} fill({fill})'


def sum_over_time(
    measurement: str, value: str, whose: str, *, outer: str = "sum", by: str = "", where: str = "", every: str = "$__interval"
) -> str:
    """Return the query of the sum over all assets of a value over time, or over those of each value of the tag `by`.

    The interval that has not ended is left out: not all of it is read yet, and the sum would fall.
    """
    tags = f', "{by}"' if by else ""
    each = f'SELECT {value} AS "value" FROM "{measurement}" WHERE {_and(RANGE, whose, where)} GROUP BY time({every}), "asset"{tags}'
    ended = f"time <= ${{__to}}ms - {every}"
    return f'SELECT {outer}("value") FROM ({each}) WHERE {_and(RANGE, ended)} GROUP BY time({every}){tags} fill(null)'


def days_of(measurement: str, value: str, whose: str, *, by: Sequence[str] = (), where: str = "", days: int = 1) -> str:
    """Return the query of a value of every day, or of every few days, from the roll-up of days.

    A day of the roll-up has the time of its midnight where the site is: in days of UTC, it would be the day before.
    """
    tags = "".join(f', "{tag}"' for tag in by)
    every = EACH_DAY if days == 1 else f"{days}d"
    return f'SELECT {value} FROM {DAYS}"{measurement}" WHERE {_and(RANGE, whose, where)} GROUP BY time({every}){tags} fill(none)'


def rows(
    measurement: str,
    fields: Mapping[str, str],
    keys: Sequence[str],
    whose: str,
    *,
    when: str = RANGE,
    where: str = "",
    having: str = "",
    group: Sequence[str] = (),
    most: int = 500,
) -> str:
    """Return the query of the newest row of every asset, with its own time, as one table with a column for each field and key.

    The first field decides which row is the newest; `having` is a condition on the columns.
    """
    (first, source), *others = fields.items()
    values = ", ".join([f'last("{source}") AS "{first}"', *(f'"{field}" AS "{column}"' for column, field in others)])
    groups = ", ".join(f'"{key}"' for key in (*keys, *group))
    each = f'SELECT {values} FROM "{measurement}" WHERE {_and(when, whose, where)} GROUP BY {groups}'
    columns = ", ".join(f'"{name}"' for name in (*keys, *fields))
    return f"SELECT {columns} FROM ({each}) WHERE {_and(when, _either(having))} LIMIT {most}"


def computed(
    measurement: str,
    columns: Mapping[str, str],
    keys: Sequence[str],
    whose: str,
    *,
    when: str = RANGE,
    where: str = "",
    having: str = "",
    most: int = 500,
) -> str:
    """Return the query of values that are computed for every asset over the selected time, as one table."""
    values = ", ".join(f'{expression} AS "{column}"' for column, expression in columns.items())
    groups = ", ".join(f'"{key}"' for key in keys)
    each = f'SELECT {values} FROM "{measurement}" WHERE {_and(when, whose, where)} GROUP BY {groups}'
    names = ", ".join(f'"{name}"' for name in (*keys, *columns))
    return f"SELECT {names} FROM ({each}) WHERE {_and(when, _either(having))} LIMIT {most}"


def share_of_highest(measurement: str, field: str, keys: Sequence[str], whose: str, *, minutes: int, having: str, most: int) -> str:
    """Return the query of the newest value of every asset that reported in the last minutes, also as a share of its highest, in percent."""
    groups = ", ".join(f'"{key}"' for key in keys)
    new = f'SELECT last("{field}") AS "now" FROM "{measurement}" WHERE {_and(within(minutes), whose)} GROUP BY {groups}'
    high = f'SELECT max("{field}") AS "most" FROM "{measurement}" WHERE {_and(RANGE, whose)} GROUP BY {groups}'
    both = f"FROM ({new}), ({high}) WHERE {RANGE} GROUP BY {groups}"
    each = f'SELECT 100.0 * sum("now") / max("most") AS "share", sum("now") AS "value" {both}'
    return f'SELECT {groups}, "share", "value" FROM ({each}) WHERE {_and(RANGE, _either(having))} LIMIT {most}'


def total(measurement: str, inner: str, outer: str, whose: str, *, when: str = RANGE, where: str = "") -> str:
    """Return the query of one number: `inner` gives a value for each asset, `outer` combines them."""
    each = f'SELECT {inner} AS "value" FROM "{measurement}" WHERE {_and(when, whose, where)} GROUP BY "asset"'
    return f'SELECT {outer}("value") AS "value" FROM ({each}) WHERE {when}'


def number_of(
    measurement: str,
    field: str,
    whose: str,
    having: str,
    *,
    when: str = RANGE,
    where: str = "",
    by: Sequence[str] = ("asset",),
    more: Sequence[str] = (),
) -> str:
    """Return the query of the number of assets whose newest `field`, named "value", meets a condition.

    It is 0 if none does; without data there is no row. The condition can also name the fields `more` of the same row.
    """
    values = ", ".join([f'last("{field}") AS "value"', *(f'"{name}"' for name in more)])
    groups = ", ".join(f'"{tag}"' for tag in by)
    each = f'SELECT {values} FROM "{measurement}" WHERE {_and(when, whose, where)} GROUP BY {groups}'
    counted = f'SELECT count("value") AS "number" FROM ({each}) WHERE {_and(when, _either(having))}'
    none = f'SELECT 0 * count("value") AS "number" FROM ({each}) WHERE {when}'  # 0 where nothing is counted, nothing without any data
    return f'SELECT sum("number") AS "value" FROM ({counted}), ({none}) WHERE {when}'


def share_received(whose: str, minutes: int = 90) -> str:
    """Return the query of the readings received of those due, in percent; nothing if no gateway reported any in the last minutes.

    They are reported every hour. During an outage nothing is due any more, and the share of before it would stay good.
    """
    source, reports = 'FROM "completeness" WHERE', 'count("expected")'
    all_ = f'SELECT 100.0 * sum("read") AS "read", sum("expected") AS "due", 0 * sum("expected") AS "fresh" {source} {_and(RANGE, whose)}'
    counted = f'SELECT 0.0 * {reports} AS "read", 0 * {reports} AS "due", {reports} AS "fresh" {source} {_and(within(minutes), whose)}'
    both = f'SELECT sum("read") / sum("due") AS "value", sum("fresh") AS "fresh" FROM ({all_}), ({counted}) WHERE {RANGE}'
    return f'SELECT "value" FROM ({both}) WHERE {RANGE} AND "fresh" > 0'


def newest(measurement: str, field: str, whose: str, *, when: str = RANGE, where: str = "") -> str:
    """Return the query of the newest value of all, whose time is how old a number is."""
    return f'SELECT last("{field}") AS "newest" FROM "{measurement}" WHERE {_and(when, whose, where)}'


def silent(measurement: str, field: str, whose: str, *, minutes: int = 15, where: str = "") -> str:
    """Return the query of the number of assets that reported in the selected time, but not in the last minutes of it."""

    def reporting(when: str, sign: str) -> str:
        each = f'SELECT last("{field}") AS "value" FROM "{measurement}" WHERE {_and(when, whose, where)} GROUP BY "asset"'
        return f'SELECT {sign} * count("value") AS "number" FROM ({each}) WHERE {when}'

    return f'SELECT sum("number") AS "value" FROM ({reporting(RANGE, "1")}), ({reporting(within(minutes), "-1")}) WHERE {RANGE}'


def newest_rows(measurement: str, columns: Sequence[str], whose: str, *, when: str = RANGE, where: str = "", most: int) -> str:
    """Return the query of the newest rows, newest first."""
    names = ", ".join(f'"{column}"' for column in columns)
    return f'SELECT {names} FROM "{measurement}" WHERE {_and(when, whose, where)} ORDER BY time DESC LIMIT {most}'


def tag_values(tag: str, measurement: str = "", *, of: str = "") -> str:
    """Return the query of the values of a tag, for a variable."""
    source = f' FROM "{measurement}"' if measurement else ""
    return f'SHOW TAG VALUES{source} WITH KEY = "{tag}"{f" WHERE {of}" if of else ""}'


def _and(*conditions: str) -> str:
    return " AND ".join(one for one in conditions if one)


def _either(condition: str) -> str:
    """Return a condition that may be one of several, to be combined with others."""
    return f"({condition})" if " OR " in condition else condition
