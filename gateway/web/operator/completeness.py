"""How complete the readings of the last days are: what was due and what came, by hour, and the recorded gaps. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from gateway.centre.stores.port import Span, StoreReader
from gateway.model.batch import Value

HOUR_MS = 3_600_000
_LATE_MS = 60_000
"""A gateway counts until the full hour, and reports within this time."""

_CAUSES = ("silent", "missed", "bad", "off", "partly")
_GAPS_MOST = 200


class HourCounts(msgspec.Struct, array_like=True):
    """Readings of an hour: how many were due, and how many came."""

    expected: int
    read: int


class CompletenessRow(msgspec.Struct):
    """A gateway, or a device of one, hour by hour; None where nothing was reported. `causes`: what became of readings that did not come."""

    operator: str
    name: str
    hours: list[HourCounts | None]
    expected: int
    read: int
    causes: dict[str, int]


class ShownGap(msgspec.Struct, omit_defaults=True):
    """Readings that a gateway lost, when it reported that, and why."""

    operator: str
    gateway: str
    reported_ms: int
    reason: str
    readings: int | None = None
    from_ms: int | None = None
    to_ms: int | None = None


class CompletenessView(msgspec.Struct):
    """Completeness from an hour on, the least complete rows first, and the newest gaps first."""

    from_ms: int
    rows: list[CompletenessRow]
    gaps: list[ShownGap]


def completeness(reader: StoreReader, now_ms: int, hours: int, gateway: tuple[str, str] | None = None) -> CompletenessView:
    """Return the completeness of the last full hours: of every gateway, or of every device of one (its operator and name).

    Raises:
        StoreUnavailable: The store does not answer.
    """
    to_ms = (now_ms - _LATE_MS) // HOUR_MS * HOUR_MS
    from_ms = to_ms - hours * HOUR_MS
    where = {} if gateway is None else {"operator": gateway[0], "gateway": gateway[1]}
    counts: dict[tuple[str, str], dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    fields = ("expected", "read", *_CAUSES)
    for tags, points in reader.select("completeness", fields, where, Span(from_ms + _LATE_MS, to_ms + _LATE_MS)):
        named = dict(tags)
        mine = counts[named.get("operator", ""), named.get("gateway" if gateway is None else "device", "")]
        for t_ms, values in points:
            hour = mine[(t_ms - _LATE_MS) // HOUR_MS]
            for field, value in zip(fields, values, strict=True):
                hour[field] += _whole(value)
    rows = [_row(*key, by_hour, from_ms // HOUR_MS, hours) for key, by_hour in counts.items()]
    rows.sort(key=lambda one: (_estimated_share(one), one.operator, one.name))
    return CompletenessView(from_ms, rows, _gaps(reader, where, Span(from_ms, now_ms + 1)))


def _estimated_share(row: CompletenessRow) -> float:
    """Return the share of the readings that came, as if in hours without a report as many had been due as in others, and none had come."""
    reported = sum(hour is not None for hour in row.hours)
    return row.read / row.expected * reported / len(row.hours) if row.expected else 2.0


def _row(operator: str, name: str, by_hour: Mapping[int, Mapping[str, int]], first: int, hours: int) -> CompletenessRow:
    sums = {field: sum(hour.get(field, 0) for hour in by_hour.values()) for field in ("expected", "read", *_CAUSES)}
    shown = [HourCounts(one["expected"], one["read"]) if (one := by_hour.get(first + place)) else None for place in range(hours)]
    causes = {field: sums[field] for field in _CAUSES if sums[field]}
    return CompletenessRow(operator, name, shown, sums["expected"], sums["read"], causes)


def _gaps(reader: StoreReader, where: Mapping[str, str], span: Span) -> list[ShownGap]:
    found = []
    for tags, points in reader.select("gap", ("readings", "reason", "from_time", "to_time"), where, span):
        named = dict(tags)
        for t_ms, values in points:
            found.append(_gap(named.get("operator", ""), named.get("gateway", ""), t_ms, values))
    found.sort(key=lambda one: one.reported_ms, reverse=True)
    return found[:_GAPS_MOST]


def _gap(operator: str, gateway: str, t_ms: int, values: Sequence[Value]) -> ShownGap:
    readings, reason, from_s, to_s = values
    from_ms, to_ms = (round(1000 * one) if isinstance(one, int | float) else None for one in (from_s, to_s))
    return ShownGap(operator, gateway, t_ms, str(reason or ""), readings if isinstance(readings, int) else None, from_ms, to_ms)


def _whole(value: Value) -> int:
    return round(value) if isinstance(value, int | float) else 0
