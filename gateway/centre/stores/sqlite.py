"""The embedded history: time series in one SQLite file, for the demo and for sites that are one box."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from gateway.centre.schemas import SchemaStreams
from gateway.centre.series_rows import Origin, StoredRow
from gateway.centre.stores.influx.line_protocol import tags_of
from gateway.centre.stores.port import RefusedRow, Series, StoreUnavailable, UnfitRow
from gateway.host import clock
from gateway.model.batch import Batch, BatchRow, Value
from gateway.model.canonical import HEALTH_PROFILE
from gateway.model.topics import GatewayId

_DAY_MS = 86_400_000

_TABLES = """
CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY,
    measurement TEXT NOT NULL, asset TEXT NOT NULL, device TEXT NOT NULL, field TEXT NOT NULL, operator TEXT NOT NULL,
    tags TEXT NOT NULL, type TEXT NOT NULL, unit TEXT,
    UNIQUE (measurement, field, tags)
);
CREATE INDEX IF NOT EXISTS series_by_asset ON series (asset, measurement, field);
CREATE TABLE IF NOT EXISTS samples (
    series INTEGER NOT NULL, t_ms INTEGER NOT NULL, value,
    PRIMARY KEY (series, t_ms)
) WITHOUT ROWID;
"""


class HistoryStore:
    """Writes the history.

    Raises:
        StoreUnavailable: the file can't be opened.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, timeout=10, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailable(f"{path}: {error}") from error
        self._series: dict[str, list[int]] = {}

    def prepare(
        self, batch: Batch, rows: Sequence[BatchRow], document: SchemaStreams, extra: StoredRow
    ) -> tuple[list[StoredRow], list[UnfitRow]]:
        """Bring a batch's values into their units and types."""
        unfit: list[tuple[int, str]] = []
        prepared = [*document.stored_rows(batch, rows, unfit), extra]
        return prepared, [UnfitRow(*one) for one in unfit]

    def own(self, row: StoredRow) -> list[StoredRow]:
        """Take a row of the centre's own as it is."""
        return [row]

    def write(self, parts: Sequence[list[StoredRow]]) -> list[RefusedRow]:
        """Keep rows, in one transaction; batch by batch when something is refused."""
        try:
            self._write([row for part in parts for row in part])
        except (sqlite3.IntegrityError, sqlite3.InterfaceError, OverflowError) as error:
            self._series.clear()  # what this transaction had added to it is undone
            if len(parts) == 1:
                return [RefusedRow(0, None, str(error))]
            return [one._replace(part=number) for number, part in enumerate(parts) for one in self.write([part])]
        except sqlite3.Error as error:
            self._series.clear()
            raise StoreUnavailable(str(error)) from error
        return []

    def _write(self, rows: Sequence[StoredRow]) -> None:
        with self._database:
            samples: list[tuple[int, int, Value]] = []
            for origin, t_ms, values in rows:
                series = self._series_of(origin)
                samples.extend((one, t_ms, value) for one, value in zip(series, values, strict=True) if value is not None)
            self._database.executemany("INSERT OR REPLACE INTO samples VALUES (?, ?, ?)", samples)

    def remove(self, rows: Sequence[StoredRow]) -> None:
        """Forget rows, in one transaction."""
        try:
            with self._database:
                gone = [(one, t_ms) for origin, t_ms, _ in rows for one in self._series_of(origin)]
                self._database.executemany("DELETE FROM samples WHERE series = ? AND t_ms = ?", gone)
        except sqlite3.Error as error:
            self._series.clear()
            raise StoreUnavailable(str(error)) from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _series_of(self, origin: Origin) -> list[int]:
        if origin.key not in self._series:
            self._series[origin.key] = [self._one(origin, number) for number in range(len(origin.stream.fields))]
        return self._series[origin.key]

    def _one(self, origin: Origin, number: int) -> int:
        stream, field = origin.stream, origin.stream.fields[number]
        tags = msgspec.json.encode(tags_of(origin), order="sorted").decode()
        self._database.execute(
            "INSERT OR IGNORE INTO series (measurement, asset, device, field, operator, tags, type, unit) VALUES (?,?,?,?,?,?,?,?)",
            (
                stream.measurement,
                stream.asset,
                stream.device,
                field.name,
                origin.sender.operator,
                tags,
                field.type.value,
                field.unit,
            ),
        )
        found = self._database.execute(
            "SELECT id FROM series WHERE measurement = ? AND field = ? AND tags = ?",
            (stream.measurement, field.name, tags),
        ).fetchone()
        return int(found[0])


class HistoryReader:
    """Reads the history that another process writes.

    Raises:
        StoreUnavailable: there is no such file yet.
    """

    shows_within_s = 0.0

    def __init__(self, path: Path) -> None:
        try:
            self._database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10, check_same_thread=False)
            self._database.execute("SELECT 1 FROM series LIMIT 1")
        except sqlite3.Error as error:
            raise StoreUnavailable(f"{path}: {error}") from error

    def points(self, asset: str, measurement: str, field: str, device: str, from_ms: int, to_ms: int, most: int) -> list[tuple[int, Value]]:
        """Give the points of a series in a span, oldest first; of numbers, means of at most `most` equal parts of the span.

        Raises:
            StoreUnavailable: the file can't be read.
        """
        try:
            return self._points(asset, measurement, field, device, from_ms, to_ms, most)
        except (sqlite3.Error, OverflowError) as error:
            raise StoreUnavailable(str(error)) from error

    def rows(self, measurement: str) -> Iterator[tuple[str, int, str, Value]]:
        """Give every value of a measurement: asset, time in milliseconds, field, value; ordered by asset and time."""
        query = (
            "SELECT asset, t_ms, field, value, type FROM samples JOIN series ON series.id = samples.series"
            " WHERE measurement = ? ORDER BY asset, t_ms"
        )
        for asset, t_ms, field, value, type_ in self._database.execute(query, (measurement,)):
            yield asset, t_ms, field, bool(value) if type_ == "bool" else value

    def counts(self, of: GatewayId, measurement: str, from_ms: int, part_ms: int) -> Iterator[tuple[Series, int, int]]:
        """Count values by series and part."""
        query = (
            "SELECT tags, field, t_ms / ?1 * ?1, count(*) FROM samples JOIN series ON series.id = samples.series"
            " WHERE measurement = ?2 AND t_ms >= ?3 GROUP BY 1, 2, 3"
        )
        for text, field, part, count in self._asked(query, part_ms, measurement, from_ms):
            tags = _tags(text)
            if (tags["operator"], tags["gateway"]) == (of.operator, of.gateway):
                yield Series(measurement, tuple(sorted(tags.items())), field), part, count

    def times(self, series: Series, from_ms: int, to_ms: int) -> set[int]:
        """Give the times of a series' values."""
        query = (
            "SELECT t_ms FROM samples JOIN series ON series.id = samples.series"
            " WHERE measurement = ? AND field = ? AND tags = ? AND t_ms >= ? AND t_ms < ?"
        )
        named = msgspec.json.encode(dict(series.tags), order="sorted").decode()
        return {row[0] for row in self._asked(query, series.measurement, series.field, named, from_ms, to_ms)}

    def batches(self, since_ms: int) -> Iterator[tuple[dict[str, str], int]]:
        """Give the numbers of batches."""
        query = (
            "SELECT tags, value FROM samples JOIN series ON series.id = samples.series"
            " WHERE measurement = 'uplink' AND field = 'seq' AND t_ms >= ?"
        )
        for tags, seq in self._asked(query, since_ms):
            yield _tags(tags), seq

    def health(self) -> Iterator[tuple[dict[str, str], int, dict[str, Value]]]:
        """Give the latest health of gateways, field by field."""
        query = (
            "SELECT tags, field, t_ms, value, type FROM series JOIN samples ON samples.series = series.id"
            " AND t_ms = (SELECT max(t_ms) FROM samples AS all_of_it WHERE all_of_it.series = series.id)"
            " WHERE measurement = 'gateway' AND t_ms > ?"
        )
        for text, field, t_ms, value, type_ in self._asked(query, clock.now_ms() - _DAY_MS):
            tags = _tags(text)
            if tags["profile"] == HEALTH_PROFILE:
                yield tags, t_ms, {field: bool(value) if type_ == "bool" else value}

    def _asked(self, query: str, *values: int | str) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._database.execute(query, values)
        except (sqlite3.Error, OverflowError) as error:
            raise StoreUnavailable(str(error)) from error

    def _points(
        self, asset: str, measurement: str, field: str, device: str, from_ms: int, to_ms: int, most: int
    ) -> list[tuple[int, Value]]:
        found = self._database.execute(
            "SELECT id, type FROM series WHERE asset = ? AND measurement = ? AND field = ? AND device = ?",
            (asset, measurement, field, device),
        ).fetchall()
        points: list[tuple[int, Value]] = []
        for series, type_ in found:
            count = self._database.execute(
                "SELECT count(*) FROM samples WHERE series = ? AND t_ms BETWEEN ? AND ?", (series, from_ms, to_ms)
            ).fetchone()[0]
            if count > most and type_ in ("float", "int"):
                part = max(1, (to_ms - from_ms) // most)
                query = "SELECT max(t_ms), avg(value) FROM samples WHERE series = ? AND t_ms BETWEEN ? AND ? GROUP BY t_ms / ? ORDER BY 1"
                points += self._database.execute(query, (series, from_ms, to_ms, part)).fetchall()
            else:
                query = "SELECT t_ms, value FROM samples WHERE series = ? AND t_ms BETWEEN ? AND ? ORDER BY t_ms"
                points += [
                    (t_ms, bool(value) if type_ == "bool" else value)
                    for t_ms, value in self._database.execute(query, (series, from_ms, to_ms))
                ]
        return sorted(points, key=lambda point: point[0])

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _tags(text: str) -> dict[str, str]:
    return msgspec.json.decode(text, type=dict[str, str])
