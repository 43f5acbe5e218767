"""The queries of the dashboards: InfluxQL, which InfluxDB 1.x, 2.x and 3.x understand. Pure.

`$timeFilter` and `$__interval` are Grafana's; `$operator` is the variable at the top of each dashboard.
"""

from collections.abc import Mapping

CHOSEN = '"operator" =~ /^$operator$/'
"""Rows of the operator that is selected at the top."""

CENTRE = "\"operator\" = 'centre'"
"""The centre's own rows."""

GATEWAY_HEALTH = "\"profile\" = 'gateway'"
"""Rows about gateways themselves; other profiles of the same measurement are about their lines."""

_RANGE = "$timeFilter"

OPERATORS = 'SHOW TAG VALUES WITH KEY = "operator"'


def over_time(measurement: str, value: str, *, where: str = "", by: str = "asset", whose: str = CHOSEN) -> str:
    """Return the query of a value over time, one series for each value of the tag `by`."""
    return f'SELECT {value} FROM "{measurement}" WHERE {_condition(whose, where)} GROUP BY time($__interval), "{by}" fill(none)'  # noqa: S608 — ours


def latest(measurement: str, fields: Mapping[str, str], *, where: str = "", whose: str = CHOSEN) -> str:
    """Return the query of the latest values of every asset, one column for each field, under its title."""
    values = ", ".join(f'last("{field}") AS "{title}"' for field, title in fields.items())
    return f'SELECT {values} FROM "{measurement}" WHERE {_condition(whose, where)} GROUP BY "asset"'  # noqa: S608 — ours


def total(measurement: str, inner: str, outer: str, *, where: str = "", whose: str = CHOSEN, within: str | None = None) -> str:
    """Return the query of one number: `inner` gives a value for each asset, `outer` combines them.

    With `within`, such as 3m, only what is that recent counts, whatever time range is selected: what reported before an outage does not.
    """
    when = _RANGE if within is None else f"time > now() - {within}"
    each = f'SELECT {inner} FROM "{measurement}" WHERE {_condition(whose, where, when)} GROUP BY "asset"'  # noqa: S608 — ours
    return f"SELECT {outer} FROM ({each})"  # noqa: S608 — ours


def by_day(measurement: str, field: str, *, whose: str = CHOSEN) -> str:
    """Return the query of a field's roll-up by day, one series for each asset."""
    return f'SELECT "{field}" FROM "days"."{measurement}" WHERE {_condition(whose)} GROUP BY "asset"'  # noqa: S608 — ours


def newest(measurement: str, fields: list[str], *, most: int, whose: str = CHOSEN) -> str:
    """Return the query of the newest rows, newest first."""
    columns = ", ".join(f'"{field}"' for field in fields)
    return f'SELECT {columns} FROM "{measurement}" WHERE {_condition(whose)} ORDER BY time DESC LIMIT {most}'  # noqa: S608 — ours


def _condition(whose: str, where: str = "", when: str = _RANGE) -> str:
    return f"{when} AND {whose}" + (f" AND {where}" if where else "")
