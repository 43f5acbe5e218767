"""Recorded losses: those counted in memory while the disk takes nothing, those in the journal, and how they are reported to the centre."""

import logging
import sqlite3
from typing import NamedTuple

from gateway.journal.entries import BatchState, Gap
from gateway.journal.file import UNCONFIRMED, JournalFile
from gateway.model.batch import Value
from gateway.model.stream import Stream, canonical_fields

log = logging.getLogger(__name__)

_COLUMNS = ", ".join(Gap._fields)
_REPORT_LIMIT = 100

_LOST = (
    "SELECT epoch, min(seq), max(seq), min(t0_ms), max(made_ms), sum(readings) FROM batches"
    f" WHERE {UNCONFIRMED} OR state = {BatchState.WITHDRAWN:d} GROUP BY epoch"
)
"""What is lost with a file."""


class Loss(NamedTuple):
    """Readings lost in memory: from when to when, how many, and why."""

    from_ms: int | None = None
    to_ms: int | None = None
    readings: int = 0
    reason: str = ""

    def __bool__(self) -> bool:
        return self.readings > 0

    def plus(self, from_ms: int, to_ms: int, readings: int, reason: str) -> "Loss":
        """Return this loss and more readings as one loss."""
        first = from_ms if self.from_ms is None else min(self.from_ms, from_ms)
        last = to_ms if self.to_ms is None else max(self.to_ms, to_ms)
        return Loss(first, last, self.readings + readings, reason)

    def gap(self, at_ms: int) -> Gap:
        """Return the loss as a gap. It has no batch numbers: the readings never were in a batch."""
        return Gap(at_ms, None, None, None, self.from_ms, self.to_ms, self.readings, self.reason)


class GapLog:
    """The gaps in a journal."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file
        self.unreported = False
        """Whether there are gaps that no batch reports yet."""

    def refresh(self) -> None:
        """Look whether the file has unreported gaps."""
        self.unreported = bool(self._file.value("SELECT count(*) FROM gaps WHERE reported = 0"))

    def record(self, gap: Gap) -> None:
        """Write a gap, in a transaction of its own."""
        with self._file.transaction() as database:
            self.insert(database, gap)

    def insert(self, database: sqlite3.Connection, gap: Gap) -> None:
        """Write a gap, in the open transaction."""
        database.execute(f"INSERT INTO gaps ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?)", gap)
        self.unreported = True

    def lost_with_file(self, now_ms: int, reason: str) -> list[Gap]:
        """Return as gaps what a file that was deleted had not sent yet: while it is open, it can be read."""
        try:
            lost = self._file.database.execute(_LOST).fetchall()
        except sqlite3.Error:
            lost = []
        gaps = [Gap(*(now_ms, *row, reason)) for row in lost]
        for gap in gaps:
            log.error("%d readings are lost: %s", gap.readings, reason)
        return gaps or [Gap(now_ms, None, None, None, None, None, 0, reason)]

    def all(self) -> list[Gap]:
        """Return every gap, oldest first."""
        return [Gap(*row) for row in self._file.database.execute(f"SELECT {_COLUMNS} FROM gaps ORDER BY id")]

    def next_unreported(self) -> list[tuple[int, Gap]]:
        """Return the oldest gaps that no batch reports yet, with their ids: at most as many as fit a batch."""
        query = f"SELECT id, {_COLUMNS} FROM gaps WHERE reported = 0 ORDER BY id LIMIT ?"
        found = [(id_, Gap(*gap)) for id_, *gap in self._file.database.execute(query, (_REPORT_LIMIT,))]
        self.unreported = bool(found)
        return found


_FIELDS = canonical_fields("gap")


def gap_stream(gateway: str) -> Stream:
    """Return the stream in which a gateway reports its gaps."""
    return Stream(gateway, gateway, "gateway", "gap", _FIELDS, 0.0)


def gap_values(gap: Gap) -> list[Value]:
    """Return a gap's reading: how many readings, why, from when to when (seconds since 1970), and which batches."""
    times = [None if ms is None else ms / 1000 for ms in (gap.from_ms, gap.to_ms)]
    return [gap.readings, gap.reason, *times, gap.epoch.hex() if gap.epoch is not None else None, gap.from_seq, gap.to_seq]
