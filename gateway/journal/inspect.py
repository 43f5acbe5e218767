"""A journal looked at from outside, while its gateway runs or after it: what it holds, whether it is whole, what is lost. Reads only."""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.journal.entries import BatchState, Gap
from gateway.model import batch
from gateway.model.batch import BatchError, BatchRow, Value
from gateway.model.quality import name_of
from gateway.model.stream import Stream, decode_schema

_NAMES = {BatchState.WAITING: "waiting", BatchState.STORED: "stored", BatchState.REJECTED: "rejected"}


class BatchTotals(msgspec.Struct):
    """The batches of one state."""

    batches: int = 0
    readings: int = 0
    bytes: int = 0
    oldest_ms: int | None = None
    newest_ms: int | None = None


class JournalStats(msgspec.Struct):
    """What a journal holds. `bytes_a_reading` is what its batches take, the file's own pages excepted."""

    file: str
    file_bytes: int
    wal_bytes: int
    waiting: BatchTotals
    stored: BatchTotals
    rejected: BatchTotals
    epochs: int
    gaps: int
    lost_readings: int
    bytes_a_reading: float | None


class ExportedReading(msgspec.Struct, omit_defaults=True):
    """One reading, as it is exported: values in their units, and the quality of those that are not good."""

    t_ms: int
    asset: str
    device: str
    measurement: str
    values: Mapping[str, Value]
    state: str
    tags: Mapping[str, str] = {}
    quality: dict[str, str] = {}


class EpochBatches(NamedTuple):
    """The batches of one run of a gateway: its numbers, by what became of them."""

    epoch: bytes
    stored: set[int]
    waiting: set[int]
    rejected: dict[int, str]

    @property
    def known(self) -> set[int]:
        """All numbers that the journal still has."""
        return self.stored | self.waiting | self.rejected.keys()


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a journal for reading.

    Raises:
        FileNotFoundError: there is none.
        sqlite3.Error: it can't be read.
    """
    if not path.exists():
        raise FileNotFoundError(f"there is no journal {path}")
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
    try:
        yield database
    finally:
        database.close()


def stats(path: Path) -> JournalStats:
    """Count what a journal holds."""
    with opened(path) as database:
        query = "SELECT state, count(*), sum(readings), sum(length(body)), min(t0_ms), max(t0_ms) FROM batches GROUP BY state"
        kinds = {_NAMES[BatchState(state)]: BatchTotals(*counted) for state, *counted in database.execute(query)}
        epochs = database.execute("SELECT count(DISTINCT epoch) FROM batches").fetchone()[0]
        gaps, lost = database.execute("SELECT count(*), coalesce(sum(readings), 0) FROM gaps").fetchone()
    held, size = sum(kind.readings for kind in kinds.values()), sum(kind.bytes for kind in kinds.values())
    wal = path.with_name(path.name + "-wal")
    return JournalStats(
        str(path),
        path.stat().st_size,
        wal.stat().st_size if wal.exists() else 0,
        kinds.get("waiting", BatchTotals()),
        kinds.get("stored", BatchTotals()),
        kinds.get("rejected", BatchTotals()),
        epochs,
        gaps,
        lost,
        round(size / held, 2) if held else None,
    )


def gaps(path: Path, since_ms: int = 0) -> list[Gap]:
    """Give every recorded loss that was noted since a time, oldest first."""
    query = "SELECT at_ms, epoch, from_seq, to_seq, from_ms, to_ms, readings, reason FROM gaps WHERE at_ms >= ? ORDER BY id"
    with opened(path) as database:
        return [Gap(*row) for row in database.execute(query, (since_ms,))]


def epochs(path: Path, since_ms: int = 0) -> list[EpochBatches]:
    """Give the numbers of batches that begin since a time, by epoch in the order that these began."""
    found: dict[bytes, EpochBatches] = {}
    with opened(path) as database:
        for epoch, seq, state, reason in database.execute(
            "SELECT epoch, seq, state, reason FROM batches WHERE t0_ms >= ? ORDER BY id", (since_ms,)
        ):
            one = found.setdefault(epoch, EpochBatches(epoch, set(), set(), {}))
            if state == BatchState.REJECTED:
                one.rejected[seq] = reason or ""
            else:
                (one.stored if state == BatchState.STORED else one.waiting).add(seq)
    return list(found.values())


def flaws(path: Path) -> Iterator[str]:
    """Tell what is wrong with a journal: pages, batches that are none, schemas that are missing."""
    with opened(path) as database:
        yield from (row[0] for row in database.execute("PRAGMA integrity_check") if row[0] != "ok")
        schemas = {row[0] for row in database.execute("SELECT hash FROM schemas")}
        for epoch, seq, schema, readings, body in database.execute("SELECT epoch, seq, schema, readings, body FROM batches ORDER BY id"):
            name = f"batch {epoch.hex()}/{seq}"
            if schema not in schemas:
                yield f"{name}: its schema {schema.hex()} is not in the journal"
            try:
                found = batch.unpack(body)
                rows = batch.rows_of(found)
            except BatchError as error:
                yield f"{name}: {error}"
                continue
            if (found.epoch, found.seq, len(rows)) != (epoch, seq, readings):
                yield f"{name}: it says that it is {found.epoch.hex()}/{found.seq} with {len(rows)} readings"


class JournalRow(NamedTuple):
    """One row of a batch in the journal: its stream, its time, and what became of its batch."""

    stream: Stream
    t_ms: int
    row: BatchRow
    state: BatchState


def rows(path: Path, since_ms: int = 0) -> Iterator[JournalRow]:
    """Give every row of the batches that begin since a time, in the order in which they were journalled."""
    with opened(path) as database:
        streams = {hash_: decode_schema(document).streams for hash_, document in database.execute("SELECT hash, document FROM schemas")}
        for state, schema, body in database.execute("SELECT state, schema, body FROM batches WHERE t0_ms >= ? ORDER BY id", (since_ms,)):
            found = batch.unpack(body)
            for row in batch.rows_of(found):
                yield JournalRow(streams[schema][row.stream], found.t0_ms + row.dt_ms, row, BatchState(state))


def readings(path: Path, since_ms: int = 0) -> Iterator[ExportedReading]:
    """Give every reading of the batches that begin since a time, in the order in which they were journalled."""
    for stream, t_ms, row, state in rows(path, since_ms):
        values = _values(row.values, [field.converter() for field in stream.fields])
        names = [field.name for field in stream.fields]
        quality = {names[place]: name_of(code) for place, code in (row.quality or {}).items()}
        shown = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        yield ExportedReading(t_ms, stream.asset, stream.device, stream.measurement, shown, _NAMES[state], stream.tags, quality)


def _values(raw: Iterable[Value], converters: Iterable[object]) -> list[Value]:
    return [
        convert(value) if isinstance(value, int | float) and not isinstance(value, bool) else value  # type: ignore[operator]  # converters
        for value, convert in zip(raw, converters, strict=True)
    ]
