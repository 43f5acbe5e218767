"""Journals as the tests of the journal open and fill them."""

import os
from pathlib import Path

from gateway.host.threads import OneThread
from gateway.journal.entries import BatchNumber, JournalLimits
from gateway.journal.journal import Journal
from gateway.journal.recorder import ReadingWriter, Recorder
from gateway.model.batch import Clock, Flag, Value, encode_rows, rows_of, unpack
from gateway.model.canonical import FieldType
from gateway.model.stream import Stream, StreamField

LIMITS = JournalLimits(1 << 20, 3600.0, 60.0)
NOW_MS = 1_795_400_000_000

SCHEMA = b"schema.8"
TELEMETRY = Stream("pl-1", "dali-1", "intesis_ibmbsdal", "lamp", (StreamField("dim_level", FieldType.INT, "%"),), 10.0)
EVENTS = Stream("pl-1", "dali-1", "intesis_ibmbsdal", "event", (StreamField("kind", FieldType.STRING),), 0.0)


class Now:
    """A clock that a test sets."""

    def __init__(self, ms: int = NOW_MS) -> None:
        self.ms = ms

    def __call__(self) -> int:
        return self.ms


_open: dict[Path, Journal] = {}


def opened(folder: Path, now: Now, limits: JournalLimits = LIMITS) -> Journal:
    """Open the journal of a folder. One that is still open was killed: the kernel released its lock."""
    path = folder / "journal.sqlite"
    if path in _open and _open[path].file._lock._descriptor >= 0:
        os.close(_open[path].file._lock._descriptor)
        _open[path].file._lock._descriptor = -1
    _open[path] = Journal(path, limits, now)
    return _open[path]


def append(
    journal: Journal,
    value: Value = 1,
    *,
    events: bool = False,
    clock: Clock = Clock.SYNCED,
    t0_ms: int | None = None,
    schema: bytes = SCHEMA,
) -> BatchNumber:
    """Append a batch of one reading."""
    rows = encode_rows([(0, 0, [value], None)])
    flags = Flag.EVENTS if events else Flag(0)
    t0_ms = journal.now_ms() if t0_ms is None else t0_ms
    return journal.append(schema=schema, t0_ms=t0_ms, clock=clock, flags=flags, readings=1, rows=rows)


def values(journal: Journal) -> list[object]:
    """Return the first value of every batch that waits."""
    return [rows_of(unpack(entry.body))[0].values[0] for entry in journal.waiting(0, 10_000)]


def refuse_writes(journal: Journal, *, refuse: bool = True) -> None:
    """Let the database refuse writes, as a full disk does."""
    journal.file.database.execute(f"PRAGMA query_only = {'ON' if refuse else 'OFF'}")


def recorder_of(journal: Journal, thread: OneThread, *streams: Stream) -> tuple[Recorder, ReadingWriter]:
    """Return a recorder of streams, one of telemetry by default, and their writer."""
    recorder = Recorder(journal, thread, lambda: Clock.SYNCED)
    write = recorder.register(streams or (TELEMETRY,))
    recorder.store_schema()
    return recorder, write
