"""Reads from InfluxDB in InfluxQL, which 1.x, 2.x and 3.x understand."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.centre.stores.influx.influxql import identifier, literal
from gateway.centre.stores.port import SelectedPoint, SelectedSeries, Series, Span, Tags, is_averaged, whole_windows
from gateway.model.site.store import InfluxSettings
from gateway.model.topics import GatewayId


class InfluxReader:
    """Reads over one connection to one server."""

    shows_within_s = 0.0

    def __init__(self, settings: InfluxSettings) -> None:
        self._connection, self._database = InfluxConnection(settings.reading()), settings.database

    def select(
        self, measurement: str, fields: Sequence[str], where: Mapping[str, str], span: Span, step_ms: int | None = None
    ) -> Iterator[SelectedSeries]:
        """Yield series with their points, as the port describes."""
        if step_ms is None:
            chosen, grouping = [identifier(field) for field in fields], "*"
        else:
            span, grouping = whole_windows(span, step_ms), f"time({step_ms}ms), * fill(none)"
            chosen = [f"{'mean' if is_averaged(measurement, field) else 'last'}({identifier(field)})" for field in fields]
        times = [f"time >= {span.from_ms}ms", f"time < {span.to_ms}ms"]
        yield from self._selected(measurement, chosen, [*_conditions(where), *times], grouping)

    def latest(self, measurement: str, fields: Sequence[str], where: Mapping[str, str], since_ms: int) -> Iterator[SelectedSeries]:
        """Yield the newest point of each series."""
        conditions = [*_conditions(where), f"time >= {since_ms}ms"]
        yield from self._selected(measurement, [identifier(field) for field in fields], conditions, "* ORDER BY time DESC LIMIT 1")

    def counts(
        self, of: GatewayId, measurement: str, from_ms: int, part_ms: int, to_ms: int | None = None
    ) -> Iterator[tuple[Series, int, int]]:
        """Count a gateway's values by series and part of time."""
        conditions = [*_conditions({"operator": of.operator, "gateway": of.gateway}), f"time >= {from_ms}ms"]
        conditions += [] if to_ms is None else [f"time < {to_ms}ms"]
        for found in self._grouped(measurement, ["count(*)"], conditions, f"time({part_ms}ms), * fill(none)"):
            tags = _tags(found)
            fields = [column.removeprefix("count_") for column in found["columns"]]
            for part, *counted in found["values"]:
                for field, count in zip(fields[1:], counted, strict=True):
                    if count:
                        yield Series(measurement, tags, field), part, count

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _selected(self, measurement: str, chosen: Sequence[str], conditions: Sequence[str], grouping: str) -> Iterator[SelectedSeries]:
        for found in self._grouped(measurement, chosen, conditions, grouping):
            yield SelectedSeries(_tags(found), [SelectedPoint(t_ms, tuple(values)) for t_ms, *values in found["values"]])

    def _grouped(self, measurement: str, chosen: Sequence[str], conditions: Sequence[str], grouping: str) -> list[dict[str, Any]]:
        statement = f"SELECT {', '.join(chosen)} FROM {identifier(measurement)} WHERE {' AND '.join(conditions)} GROUP BY {grouping}"  # noqa: S608 — quoted
        return query(self._connection, self._database, statement)


def _conditions(where: Mapping[str, str]) -> list[str]:
    return [f"{identifier(key)}={literal(value)}" for key, value in where.items()]


def _tags(found: dict[str, Any]) -> Tags:
    """Return the tags of a series grouped by all tags; those that only other series have are empty."""
    return tuple(sorted((key, value) for key, value in found["tags"].items() if value))
