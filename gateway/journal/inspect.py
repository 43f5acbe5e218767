"""Read-only views of a journal, whose gateway may be running: its contents, its integrity, its gaps."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.journal.checks import check_pages
from gateway.journal.entries import BatchState, Gap
from gateway.journal.file import UNCONFIRMED, is_damage
from gateway.model import batch
from gateway.model.batch import BatchError, BatchRow, Value
from gateway.model.quality import name_of
from gateway.model.stream import Stream, decode_schema, value_in_unit

_TABLES = {"batches", "schemas", "gaps"}
_LARGEST_ROW_BYTES = 16 << 20
"""The largest row that is read; batches and schema documents are much smaller."""

_NAMES = {
    BatchState.WAITING: "waiting",
    BatchState.STORED: "stored",
    BatchState.REJECTED: "rejected",
    # Readings that are withdrawn are sent again with their true times.
    BatchState.WITHDRAWING: "waiting",
    BatchState.WITHDRAWN: "waiting",
}


class BatchTotals(msgspec.Struct):
    """The batches of one state."""

    batches: int = 0
    readings: int = 0
    bytes: int = 0
    oldest_ms: int | None = None
    newest_ms: int | None = None


class JournalStats(msgspec.Struct):
    """The contents of a journal in figures. `bytes_a_reading` counts batches alone, without the overhead of the file."""

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
    """One reading for export: values in their units, and the quality of those that are not good."""

    t_ms: int
    asset: str
    device: str
    measurement: str
    values: Mapping[str, Value]
    state: str
    tags: Mapping[str, str] = {}
    quality: dict[str, str] = {}


class EpochBatches(NamedTuple):
    """The batch numbers of one run of a gateway, by state."""

    epoch: bytes
    stored: set[int]
    waiting: set[int]
    rejected: dict[int, str]

    @property
    def known(self) -> set[int]:
        """All numbers that the journal still contains."""
        return self.stored | self.waiting | self.rejected.keys()


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a journal for reading.

    Raises:
        FileNotFoundError: There is no journal.
        sqlite3.Error: The journal can't be read.
    """
    if not path.is_file():  # opening a FIFO would wait for a writer
        raise FileNotFoundError(f"no journal at {path}")
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_ROW_BYTES)
    try:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables.issuperset(_TABLES):  # a view could take for ever to read
            raise sqlite3.DatabaseError(f"{path} is not a journal: it has no table {' and no table '.join(sorted(_TABLES - tables))}")
        yield database
    finally:
        database.close()


def stats(path: Path) -> JournalStats:
    """Count the batches, readings and gaps of a journal."""
    shown = f"CASE WHEN state IN ({BatchState.WITHDRAWING:d}, {BatchState.WITHDRAWN:d}) THEN {BatchState.WAITING:d} ELSE state END"
    with opened(path) as database:
        query = f"SELECT {shown}, count(*), sum(readings), sum(length(body)), min(t0_ms), max(t0_ms) FROM batches GROUP BY 1"
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


class JournalOverview(NamedTuple):
    """The condition of a journal, found quickly.

    Args:
        flaw: what a short check of its pages found; None if nothing.
        newest_ms: when its newest batch was made.
        waiting: the batches that wait for a receipt.
        oldest_ms: when the oldest of them was made.
        gaps: the gaps recorded since a time.
        last_gap: the reason of the newest of them.
    """

    flaw: str | None
    newest_ms: int | None = None
    waiting: int = 0
    oldest_ms: int | None = None
    gaps: int = 0
    last_gap: str = ""


def overview(path: Path, since_ms: int) -> JournalOverview:
    """Look into a journal for no longer than its opening would take. A damaged one is an answer, not an error.

    Raises:
        FileNotFoundError: There is no journal.
        sqlite3.Error: The journal can't be read.
    """
    try:
        with opened(path) as database:
            flaw = check_pages(database)
            newest = database.execute("SELECT made_ms FROM batches ORDER BY id DESC LIMIT 1").fetchone()
            waiting, oldest_ms = database.execute(f"SELECT count(*), min(made_ms) FROM batches WHERE {UNCONFIRMED}").fetchone()
            query = "SELECT count(*), coalesce(max(id), 0) FROM gaps WHERE at_ms >= ?"
            lost, last = database.execute(query, (since_ms,)).fetchone()
            reason = database.execute("SELECT reason FROM gaps WHERE id = ?", (last,)).fetchone()
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return JournalOverview(str(error))
    return JournalOverview(flaw, newest[0] if newest else None, waiting, oldest_ms, lost, reason[0] if reason else "")


def gaps(path: Path, since_ms: int = 0) -> list[Gap]:
    """Return the gaps recorded since a time, oldest first."""
    query = "SELECT at_ms, epoch, from_seq, to_seq, from_ms, to_ms, readings, reason FROM gaps WHERE at_ms >= ? ORDER BY id"
    with opened(path) as database:
        return [Gap(*row) for row in database.execute(query, (since_ms,))]


def epochs(path: Path, since_ms: int = 0) -> list[EpochBatches]:
    """Return the numbers of batches that begin since a time, by epoch, the oldest epoch first."""
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
    """Yield what is wrong with a journal: corrupt pages, unreadable batches, missing schemas."""
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
                yield f"{name}: its contents are those of {found.epoch.hex()}/{found.seq} with {len(rows)} readings"


class JournalRow(NamedTuple):
    """One row of a batch in the journal: its stream, its time, and the state of its batch."""

    stream: Stream
    t_ms: int
    row: BatchRow
    state: BatchState


def rows(path: Path, since_ms: int = 0) -> Iterator[JournalRow]:
    """Yield the rows of all batches that begin since a time, in the order of the journal."""
    with opened(path) as database:
        streams = {hash_: decode_schema(document).streams for hash_, document in database.execute("SELECT hash, document FROM schemas")}
        for state, schema, body in database.execute("SELECT state, schema, body FROM batches WHERE t0_ms >= ? ORDER BY id", (since_ms,)):
            found = batch.unpack(body)
            for row in batch.rows_of(found):
                yield JournalRow(streams[schema][row.stream], found.t0_ms + row.dt_ms, row, BatchState(state))


def readings(path: Path, since_ms: int = 0) -> Iterator[ExportedReading]:
    """Yield the readings of all batches that begin since a time, in the order of the journal."""
    for stream, t_ms, row, state in rows(path, since_ms):
        values = [value_in_unit(raw, field.converter()) for raw, field in zip(row.values, stream.fields, strict=True)]
        names = [field.name for field in stream.fields]
        quality = {names[place]: name_of(code) for place, code in (row.quality or {}).items()}
        shown = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        yield ExportedReading(t_ms, stream.asset, stream.device, stream.measurement, shown, _NAMES[state], stream.tags, quality)
