"""The queries of alert rules: InfluxQL that gives one number for each asset or gateway, and none where there is no data. Pure.

`$timeFilter` is Grafana's: the range of the rule. A count of nothing is no row in InfluxQL, and no row is "no data" to Grafana. So what
counts failures also counts what reported at all, and adds that times zero: a zero is what was looked at and found well.
"""

from collections.abc import Sequence
from math import log

OWNED = '"operator", "asset"'
"""The tags of an alert about an asset."""


def latest(measurement: str, value: str, *, where: str = "", by: str = OWNED) -> str:
    """Return the query of an expression of fields, such as `last("disk_free")`, for each asset."""
    return f'SELECT {value} AS "value" FROM "{measurement}" WHERE {_condition(where)} GROUP BY {by}'


def lowest(measurement: str, field: str, *, by: str) -> str:
    """Return the query of the lowest of the latest values of a field, for each group of tags `by`."""
    each = f'SELECT last("{field}") AS "v" FROM "{measurement}" WHERE $timeFilter GROUP BY {by}, "asset"'
    return f'SELECT min("v") AS "value" FROM ({each}) WHERE $timeFilter GROUP BY {by}'


def recent(measurement: str, field: str, within: str, *, where: str = "", by: str = OWNED) -> str:
    """Return the query of how many values came `within` such as 5m, for each asset that had any in the rule's range."""
    counted = f'SELECT count("{field}") AS "n" FROM "{measurement}" WHERE {_condition(where)}'
    return _sum([f"{counted} AND time > now() - {within} GROUP BY {by}", _zero(f"{counted} GROUP BY {by}", by)], by)


def holding(measurement: str, *fields: str, by: str) -> str:
    """Return the query of how many latest booleans of assets are true, for each group of tags `by`."""
    each = [_each(measurement, field, by) for field in fields]
    wrong = [f'SELECT count("f") AS "n" FROM ({one}) WHERE $timeFilter AND "f" = true GROUP BY {by}' for one in each]
    return _sum([*wrong, *(_zero(f'SELECT count("f") AS "n" FROM ({one}) WHERE $timeFilter GROUP BY {by}', by) for one in each)], by)


def reporting(measurement: str, field: str, *, by: str) -> str:
    """Return the query of how many assets have a latest boolean, for each group of tags `by`."""
    return f'SELECT count("f") AS "value" FROM ({_each(measurement, field, by)}) WHERE $timeFilter GROUP BY {by}'


def declared(kinds: Sequence[str]) -> str:
    """Return the query of how many alarms of these kinds a device has declared and not cleared, for each asset that declared one.

    A device says nothing about alarms that it does not have: gateways stand for all, with a zero while they report. It is one statement:
    of several, Grafana uses only the last.
    """
    by = f'{OWNED}, "profile"'
    active = [
        f'SELECT count("a") AS "n" FROM (SELECT last("active") AS "a" FROM "event" WHERE $timeFilter AND "kind" = \'{kind}\' '
        f'GROUP BY {by}, "device") WHERE $timeFilter AND "a" = true GROUP BY {by}'
        for kind in kinds
    ]
    any_kind = " OR ".join(f"\"kind\" = '{kind}'" for kind in kinds)
    cleared = f'SELECT count("active") AS "n" FROM "event" WHERE $timeFilter AND ({any_kind}) GROUP BY {by}'
    alive = f'SELECT count("uptime") AS "n" FROM "gateway" WHERE $timeFilter GROUP BY {by}'
    return _sum([*active, _zero(cleared, by), _zero(alive, by)], by)


def energy_mean(measurement: str, field: str, *, by: str = OWNED) -> str:
    """Return the query of the mean of a level in decibels, which is that of the energies: 10 · log10 of the mean of 10^(level / 10)."""
    energy = f'SELECT exp("{field}" * {log(10) / 10:.12f}) AS "n" FROM "{measurement}" WHERE $timeFilter GROUP BY {by}'
    return f'SELECT 10 * log10(mean("n")) AS "value" FROM ({energy}) WHERE $timeFilter GROUP BY {by}'


def constant(fields: Sequence[tuple[str, str]], readings: int, *, by: str = OWNED) -> str:
    """Return the query of how many of these fields, each of a measurement, had one value alone in so many readings, for each asset."""
    spreads = [
        f'SELECT spread("{field}") AS "s", count("{field}") AS "n" FROM "{measurement}" WHERE $timeFilter GROUP BY {by}'
        for measurement, field in fields
    ]
    stuck = [f'SELECT count("s") AS "n" FROM ({one}) WHERE $timeFilter AND "s" = 0 AND "n" >= {readings} GROUP BY {by}' for one in spreads]
    return _sum([*stuck, *(_zero(one, by) for one in spreads)], by)


def _condition(where: str) -> str:
    return f"$timeFilter AND {where}" if where else "$timeFilter"


def _each(measurement: str, field: str, by: str) -> str:
    each = by if by == OWNED else f'{by}, "asset"'
    return f'SELECT last("{field}") AS "f" FROM "{measurement}" WHERE $timeFilter GROUP BY {each}'


def _zero(query: str, by: str) -> str:
    return f'SELECT "n" * 0 AS "n" FROM ({query}) WHERE $timeFilter GROUP BY {by}'


def _sum(queries: Sequence[str], by: str) -> str:
    sources = ", ".join(f"({one})" for one in queries)
    return f'SELECT sum("n") AS "value" FROM {sources} WHERE $timeFilter GROUP BY {by}'
