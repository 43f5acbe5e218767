"""The embedded history: time series in one SQLite file, for the demo and for centres that are one machine."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from gateway.centre.schemas import SchemaStreams
from gateway.centre.series_rows import Origin, StoredRow, tags_of
from gateway.centre.stores.port import (
    RefusedRow,
    SelectedPoint,
    SelectedSeries,
    Series,
    Span,
    StoreUnavailable,
    Tags,
    UnfitRow,
    is_averaged,
    whole_windows,
)
from gateway.host.sqlite import open_durable
from gateway.model.batch import LATEST_MS, Batch, BatchRow, Value
from gateway.model.topics import GatewayId

_SAMPLES_AT_ONCE = 300
"""Samples in one statement. After each, the thread waits for the interpreter's lock; SQLite allows 999 values (sqlite.org/limits.html)."""

_PRUNED_AT_ONCE = 5000
"""Values deleted in one transaction: a write waits some ten milliseconds at most."""

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
    """Writes the history. Readings older than `keep_s` expire; without it, none do.

    Raises:
        StoreUnavailable: The file can't be opened.
    """

    def __init__(self, path: Path, keep_s: float | None = None) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = open_durable(path)
            self._database.executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailable(f"{path}: {error}") from error
        self._keep_ms = None if keep_s is None else int(1000 * keep_s)
        self._series: dict[str, list[int]] = {}

    def prepare(
        self, batch: Batch, rows: Sequence[BatchRow], document: SchemaStreams, extra: StoredRow
    ) -> tuple[list[StoredRow], list[UnfitRow]]:
        """Convert a batch's values to their units and types."""
        unfit: list[tuple[int, str]] = []
        prepared = [*document.stored_rows(batch, rows, unfit), extra]
        return prepared, [UnfitRow(*one) for one in unfit]

    def prepare_row(self, row: StoredRow) -> list[StoredRow]:
        """Return the row unchanged."""
        return [row]

    def write(self, parts: Sequence[list[StoredRow]]) -> list[RefusedRow]:
        """Write batches in one transaction, or one by one if something in them is refused."""
        try:
            self._write([row for part in parts for row in part])
        except (sqlite3.IntegrityError, sqlite3.InterfaceError, OverflowError) as error:
            self._series.clear()  # the transaction that added them is rolled back
            if len(parts) == 1:
                return [RefusedRow(0, None, str(error))]
            return [one._replace(part=number) for number, part in enumerate(parts) for one in self.write([part])]
        except sqlite3.Error as error:
            self._series.clear()
            raise StoreUnavailable(str(error)) from error
        return []

    def _write(self, rows: Sequence[StoredRow]) -> None:
        with self._database:
            samples: list[Value] = []
            for origin, t_ms, values in rows:
                for one, value in zip(self._series_of(origin), values, strict=True):
                    if value is not None:
                        samples += one, t_ms, value
            for at in range(0, len(samples), 3 * _SAMPLES_AT_ONCE):
                some = samples[at : at + 3 * _SAMPLES_AT_ONCE]
                places = ", ".join(["(?, ?, ?)"] * (len(some) // 3))
                self._database.execute(f"INSERT OR REPLACE INTO samples VALUES {places}", some)  # noqa: S608 — only places for values

    def remove(self, rows: Sequence[StoredRow]) -> None:
        """Delete rows in one transaction."""
        try:
            with self._database:
                gone = [(one, t_ms) for origin, t_ms, _ in rows for one in self._series_of(origin)]
                self._database.executemany("DELETE FROM samples WHERE series = ? AND t_ms = ?", gone)
        except sqlite3.Error as error:
            self._series.clear()
            raise StoreUnavailable(str(error)) from error

    def prune(self, now_ms: int) -> bool:
        """Delete expired values, a bounded number in one transaction. SQLite reuses their pages; the file does not shrink."""
        if self._keep_ms is None:
            return False
        left, oldest_ms = _PRUNED_AT_ONCE, now_ms - self._keep_ms
        statement = (
            "DELETE FROM samples WHERE series = ?1 AND t_ms IN"
            " (SELECT t_ms FROM samples WHERE series = ?1 AND t_ms < ?2 ORDER BY t_ms LIMIT ?3)"
        )
        try:
            with self._database:
                for (series,) in self._database.execute("SELECT id FROM series").fetchall():
                    left -= self._database.execute(statement, (series, oldest_ms, left)).rowcount
                    if not left:
                        return True
        except sqlite3.Error as error:
            raise StoreUnavailable(str(error)) from error
        return False

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
        added = self._database.execute(
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
        if added.rowcount and added.lastrowid is not None:
            return added.lastrowid
        found = self._database.execute(
            "SELECT id FROM series WHERE measurement = ? AND field = ? AND tags = ?",
            (stream.measurement, field.name, tags),
        ).fetchone()
        return int(found[0])


class _Column(NamedTuple):
    """One field of a series: its name, its number in the file, and whether its values are booleans, which SQLite stores as 0 and 1."""

    field: str
    id: int
    is_bool: bool


_MEANS = "SELECT t_ms / ?4 * ?4, avg(value) FROM samples WHERE series = ?1 AND t_ms >= ?2 AND t_ms < ?3 GROUP BY 1"
# SQLite takes a bare column from the row that holds the maximum (sqlite.org/lang_select.html#bareagg).
_LASTS = "SELECT t_ms / ?4 * ?4, value, max(t_ms) FROM samples WHERE series = ?1 AND t_ms >= ?2 AND t_ms < ?3 GROUP BY 1"
_RAW = "SELECT t_ms, value FROM samples WHERE series = ?1 AND t_ms >= ?2 AND t_ms < ?3"


class HistoryReader:
    """Reads the history while another process writes it.

    Raises:
        StoreUnavailable: The file does not exist yet, or is not a history.
    """

    shows_within_s = 0.0

    def __init__(self, path: Path) -> None:
        try:
            self._database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10, check_same_thread=False)
            self._database.execute("SELECT 1 FROM series LIMIT 1")
        except sqlite3.Error as error:
            raise StoreUnavailable(f"{path}: {error}") from error

    def select(
        self, measurement: str, fields: Sequence[str], where: Mapping[str, str], span: Span, step_ms: int | None = None
    ) -> Iterator[SelectedSeries]:
        """Yield series with their points, as the port describes."""
        position = {field: number for number, field in enumerate(fields)}
        for tags, columns in self._columns(measurement, where).items():
            rows: dict[int, list[Value]] = {}
            for column in columns:
                if column.field not in position:
                    continue
                if step_ms is None:
                    found = self._query(_RAW, column.id, *span)
                else:
                    query = _MEANS if is_averaged(measurement, column.field) else _LASTS
                    found = self._query(query, column.id, *whole_windows(span, step_ms), step_ms)
                for t_ms, value, *_ in found:
                    row = rows.setdefault(t_ms, [None] * len(fields))
                    row[position[column.field]] = bool(value) if column.is_bool else value
            if rows:
                yield SelectedSeries(tags, [SelectedPoint(t_ms, tuple(row)) for t_ms, row in sorted(rows.items())])

    def latest(self, measurement: str, fields: Sequence[str], where: Mapping[str, str], since_ms: int) -> Iterator[SelectedSeries]:
        """Yield the newest point of each series."""
        query = "SELECT t_ms, value FROM samples WHERE series = ? AND t_ms >= ? ORDER BY t_ms DESC LIMIT 1"
        for tags, columns in self._columns(measurement, where).items():
            newest: dict[str, tuple[int, Value]] = {}
            for column in columns:
                if column.field not in fields:
                    continue
                for t_ms, value in self._query(query, column.id, since_ms):
                    newest[column.field] = t_ms, bool(value) if column.is_bool else value
            if newest:
                last_ms = max(t_ms for t_ms, _ in newest.values())
                present = {field: value for field, (t_ms, value) in newest.items() if t_ms == last_ms}
                yield SelectedSeries(tags, [SelectedPoint(last_ms, tuple(present.get(field) for field in fields))])

    def counts(
        self, of: GatewayId, measurement: str, from_ms: int, part_ms: int, to_ms: int | None = None
    ) -> Iterator[tuple[Series, int, int]]:
        """Count a gateway's values by series and part of time."""
        query = "SELECT t_ms / ?1 * ?1, count(*) FROM samples WHERE series = ?2 AND t_ms >= ?3 AND t_ms < ?4 GROUP BY 1"
        for tags, columns in self._columns(measurement, {"operator": of.operator, "gateway": of.gateway}).items():
            for column in columns:
                for part, count in self._query(query, part_ms, column.id, from_ms, LATEST_MS + 1 if to_ms is None else to_ms):
                    yield Series(measurement, tags, column.field), part, count

    def rows(self, measurement: str) -> Iterator[tuple[str, int, str, Value]]:
        """Yield every value of a measurement: asset, time in milliseconds, field, value; ordered by asset and time."""
        query = (
            "SELECT asset, t_ms, field, value, type FROM samples JOIN series ON series.id = samples.series"
            " WHERE measurement = ? ORDER BY asset, t_ms"
        )
        for asset, t_ms, field, value, type_ in self._query(query, measurement):
            yield asset, t_ms, field, bool(value) if type_ == "bool" else value

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _columns(self, measurement: str, where: Mapping[str, str]) -> dict[Tags, list[_Column]]:
        """Return the fields of the series whose tags equal `where`, by the tags of the series."""
        found: dict[Tags, list[_Column]] = {}
        query = "SELECT tags, field, id, type FROM series WHERE measurement = ?1 AND (?2 IS NULL OR asset = ?2)"
        for text, field, number, type_ in self._query(query, measurement, where.get("asset")):
            tags = msgspec.json.decode(text, type=dict[str, str])
            if where.items() <= tags.items():
                found.setdefault(tuple(sorted(tags.items())), []).append(_Column(field, number, type_ == "bool"))
        return found

    def _query(self, query: str, *values: int | str | None) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._database.execute(query, values)
        except (sqlite3.Error, OverflowError) as error:
            raise StoreUnavailable(str(error)) from error
