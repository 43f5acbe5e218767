"""Looks into InfluxDB, in InfluxQL, which 1.x, 2.x and 3.x speak."""

from collections.abc import Iterator
from typing import Any

from gateway.centre.stores.influx.http import InfluxConnection, identifier, literal, query
from gateway.centre.stores.port import Series
from gateway.model.batch import Value
from gateway.model.canonical import HEALTH_PROFILE, MEASUREMENTS, FieldType
from gateway.model.site import InfluxSettings
from gateway.model.topics import GatewayId


class InfluxReader:
    """One connection to one server."""

    shows_within_s = 0.0

    def __init__(self, settings: InfluxSettings) -> None:
        self._connection, self._database = InfluxConnection(settings), settings.database

    def points(self, asset: str, measurement: str, field: str, device: str, from_ms: int, to_ms: int, most: int) -> list[tuple[int, Value]]:
        """Give the points of a series in a span, oldest first; of numbers, means of at most `most` equal parts of the span."""
        canonical = MEASUREMENTS.get(measurement, {}).get(field)
        if canonical is None:
            return []
        where = f"asset = {literal(asset)} AND device = {literal(device)} AND time >= {from_ms}ms AND time <= {to_ms}ms"
        part_ms = max(1, (to_ms - from_ms) // most)
        numbers = canonical.type in (FieldType.FLOAT, FieldType.INT)
        # Means only where there is more than the chart can show: a part of less than a second holds at most one reading.
        if numbers and part_ms >= 1000:
            statement = f'SELECT mean("{field}") FROM "{measurement}" WHERE {where} GROUP BY time({part_ms}ms) fill(none)'  # noqa: S608 — canonical names
        else:
            statement = f'SELECT "{field}" FROM "{measurement}" WHERE {where}'  # noqa: S608 — canonical names
        return [(row[0], row[1]) for series in query(self._connection, self._database, statement) for row in series["values"]]

    def counts(self, of: GatewayId, measurement: str, from_ms: int, part_ms: int) -> Iterator[tuple[Series, int, int]]:
        """Count values by series and part."""
        mine = f'"operator"={literal(of.operator)} AND "gateway"={literal(of.gateway)} AND time >= {from_ms}ms'
        statement = f"SELECT count(*) FROM {identifier(measurement)} WHERE {mine} GROUP BY time({part_ms}ms), * fill(none)"  # noqa: S608 — quoted
        for found in query(self._connection, self._database, statement):
            tags = _tags(found)
            fields = [column.removeprefix("count_") for column in found["columns"]]
            for part, *counted in found["values"]:
                for field, count in zip(fields[1:], counted, strict=True):
                    if count:
                        yield Series(measurement, tags, field), part, count

    def times(self, series: Series, from_ms: int, to_ms: int) -> set[int]:
        """Give the times of a series' values."""
        tags = " AND ".join(f"{identifier(key)}={literal(value)}" for key, value in series.tags)
        span = f"time >= {from_ms}ms AND time < {to_ms}ms"
        statement = f"SELECT {identifier(series.field)} FROM {identifier(series.measurement)} WHERE {tags} AND {span} GROUP BY *"  # noqa: S608 — quoted
        found = query(self._connection, self._database, statement)
        return {row[0] for one in found if _tags(one) == series.tags for row in one["values"]}

    def batches(self, since_ms: int) -> Iterator[tuple[dict[str, str], int]]:
        """Give the numbers of batches."""
        statement = f'SELECT "seq" FROM "uplink" WHERE time >= {since_ms}ms GROUP BY "operator", "gateway", "epoch"'  # noqa: S608 — a number
        for series in query(self._connection, self._database, statement):
            for row in series["values"]:
                yield series["tags"], int(row[1])

    def health(self) -> Iterator[tuple[dict[str, str], int, dict[str, Value]]]:
        """Give the latest health of gateways."""
        newest = "GROUP BY operator, gateway ORDER BY time DESC LIMIT 1"
        statement = f"SELECT * FROM gateway WHERE profile = '{HEALTH_PROFILE}' AND time > now() - 1d {newest}"  # noqa: S608 — constants
        for series in query(self._connection, self._database, statement):
            t_ms, *values = series["values"][0]
            yield series["tags"], t_ms, dict(zip(series["columns"][1:], values, strict=True))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _tags(found: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Give the tags of a series that was grouped by all; one that it lacks and another has is empty there."""
    return tuple(sorted((key, value) for key, value in found["tags"].items() if value))
