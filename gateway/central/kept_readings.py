"""Which readings of a gateway a store has: counted by series and part of time, and one by one where that does not suffice."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from gateway.central.history import HistoryReader
from gateway.central.influx import InfluxConnection, identifier, literal, query
from gateway.model.site import Influx, Store
from gateway.model.topics import GatewayId


class Series(NamedTuple):
    """One field of one series; `tags` are sorted, and complete."""

    measurement: str
    tags: tuple[tuple[str, str], ...]
    field: str


class KeptReadings(Protocol):
    """What a store has of one gateway.

    Both raise StoreUnavailable when the store does not answer.
    """

    def counts(self, measurement: str, from_ms: int, part_ms: int) -> Iterator[tuple[Series, int, int]]:
        """Count values since a time: series, beginning of the part, how many."""
        ...

    def times(self, series: Series, from_ms: int, to_ms: int) -> set[int]:
        """Give the times of a series' values in a span, its end excluded."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...


def open_kept(store: Store, of: GatewayId) -> KeptReadings:
    """Open the store of a site file.

    Raises:
        StoreUnavailable: it is not there.
    """
    if store.influx is not None:
        return _InInflux(store.influx, of)
    if store.history is None:
        raise ValueError("the site file names no store")
    return _InHistory(HistoryReader(Path(store.history.path)), of)


class _InHistory:
    def __init__(self, reader: HistoryReader, of: GatewayId) -> None:
        self._reader, self._of = reader, of

    def counts(self, measurement: str, from_ms: int, part_ms: int) -> Iterator[tuple[Series, int, int]]:
        for tags, field, part, count in self._reader.counts(measurement, from_ms, part_ms):
            if (tags["operator"], tags["gateway"]) == (self._of.operator, self._of.gateway):
                yield Series(measurement, tuple(sorted(tags.items())), field), part, count

    def times(self, series: Series, from_ms: int, to_ms: int) -> set[int]:
        return self._reader.times(series.measurement, dict(series.tags), series.field, from_ms, to_ms)

    def close(self) -> None:
        self._reader.close()


class _InInflux:
    """Asks in InfluxQL, which 1.x, 2.x and 3.x speak."""

    def __init__(self, settings: Influx, of: GatewayId) -> None:
        self._connection, self._database, self._of = InfluxConnection(settings), settings.database, of

    def counts(self, measurement: str, from_ms: int, part_ms: int) -> Iterator[tuple[Series, int, int]]:
        mine = f'"operator"={literal(self._of.operator)} AND "gateway"={literal(self._of.gateway)} AND time >= {from_ms}ms'
        statement = f"SELECT count(*) FROM {identifier(measurement)} WHERE {mine} GROUP BY time({part_ms}ms), * fill(none)"  # noqa: S608 — quoted
        for found in query(self._connection, self._database, statement):
            # A series that lacks a tag of another one has it empty here.
            tags = tuple(sorted((key, value) for key, value in found["tags"].items() if value))
            fields = [column.removeprefix("count_") for column in found["columns"]]
            for part, *counted in found["values"]:
                for field, count in zip(fields[1:], counted, strict=True):
                    if count:
                        yield Series(measurement, tags, field), part, count

    def times(self, series: Series, from_ms: int, to_ms: int) -> set[int]:
        tags = " AND ".join(f"{identifier(key)}={literal(value)}" for key, value in series.tags)
        span = f"time >= {from_ms}ms AND time < {to_ms}ms"
        statement = f"SELECT {identifier(series.field)} FROM {identifier(series.measurement)} WHERE {tags} AND {span}"  # noqa: S608 — quoted
        found = query(self._connection, self._database, statement)
        return {row[0] for one in found for row in one["values"]}

    def close(self) -> None:
        self._connection.close()
