"""The journal: a durable log of batches in one SQLite file, one row and one fsync a batch.

A stored batch is kept for a while and then pruned. Not for concurrent use: everything here runs in one thread, except `mark_stored`.
"""

import contextlib
import logging
import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from gateway.journal.corrections import Corrections, epochs, newest_times, set_aside
from gateway.journal.entries import Backlog, BatchNumber, BatchState, Gap, JournalEntry, JournalLimits, NewestTimes
from gateway.journal.file import UNCONFIRMED, JournalFile, JournalGone, let_wait
from gateway.journal.gaps import GapLog
from gateway.journal.retention import Retention
from gateway.journal.start import runs
from gateway.journal.start.full_disk import is_full, reading
from gateway.model import batch
from gateway.model.batch import Clock, Flag

log = logging.getLogger(__name__)

_OLDEST_ROWS = 64
"""In how many of the first rows the oldest waiting batch is looked for: the batch of an event precedes that of the seconds around it."""


class Journal:
    """The open journal. Each opening starts a new epoch; a damaged file is set aside and a new one created.

    A run that did not end with `close` was killed or lost power. The readings after its last batch are lost and become a gap.

    Raises:
        JournalInUse: Another process has the journal.
        OSError, sqlite3.Error: The path can't be written, or a newer version of this program wrote the file.
    """

    def __init__(self, path: Path, limits: JournalLimits, now_ms: Callable[[], int]) -> None:
        self.now_ms = now_ms
        self.file = JournalFile(path, now_ms())
        self._gone = list(runs.losses(self.file, now_ms()))
        """What was lost before this run, or with a file that was deleted, until the journal has it."""
        self.gaps = GapLog(self.file)
        self.corrections = Corrections(self.file)
        self.retention = Retention(self.file, self.gaps, limits)
        self._newest_document: tuple[bytes, bytes] | None = None
        try:
            self._begin(os.urandom(8), 0)
        except sqlite3.Error as error:
            if is_full(path, error):
                self.file.database.close()
                self.file.go_to_memory(error)
                self._begin(os.urandom(8), 0)
            elif not self.renew(error):  # damage that the check at opening had no time to find
                self.file.close()
                raise

    def settle(self) -> bool:
        """Move a journal in memory to the disk, if there is room by now. Return whether it was done: batches then have other positions."""
        if not self.file.in_memory or not self.file.settle(self.now_ms()):
            return False
        try:
            self._begin(self.epoch, self._next_seq)
        except sqlite3.Error as error:
            log.warning("can't record the runs before this one in the journal (%s): the next start does", error)
        return True

    def _begin(self, epoch: bytes, next_seq: int) -> None:
        """Begin, or go on, with an epoch in the file as it is now."""
        self.epoch, self._next_seq = epoch, next_seq
        self.newest_id: int = self.file.value("SELECT coalesce(max(id), 0) FROM batches")
        """The position of the newest batch."""
        self.retention.measure()
        self.gaps.refresh()
        self.corrections.refresh()
        self._mark_running()

    def _mark_running(self) -> None:
        """Record that the journal is in use, and a gap for each run that did not end with `close`."""
        now_ms = self.now_ms()
        with self.file.database as database:
            if self.file.set_aside_as is not None:
                reason = f"journal damaged, kept as {self.file.set_aside_as}"
                self.gaps.insert(database, Gap(now_ms, None, None, None, None, None, 0, reason))
            for gap in self._gone:
                self.gaps.insert(database, gap)
            now_ms = max(now_ms, self.newest_times().any_ms)
            runs.mark_running(database, self.gaps, self.epoch, now_ms)
        self.file.set_aside_as = None
        self._gone = []
        # From a damaged WAL, SQLite silently drops all that follows the damage: the mark must not be in it.
        self.file.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def newest_times(self) -> NewestTimes:
        """Return the times of the newest readings in the journal; for one in memory, in the file that it will join."""
        found = [newest_times(self.file.database, epoch) for epoch in epochs(self.file.database)]
        if self.file.in_memory:
            with contextlib.suppress(sqlite3.Error), reading(self.file.path) as disk:
                found += [newest_times(disk, epoch) for epoch in epochs(disk)]
        return NewestTimes(max((one.any_ms for one in found), default=0), max((one.trusted_ms for one in found), default=0))

    def renew(self, error: sqlite3.Error) -> bool:
        """Start a new journal, with a new epoch, if an error says that this one is damaged.

        One that was deleted is written again and goes on. If that fails, it is lost like a damaged one, as a gap with its unsent readings.

        Return False if it is not damaged, or if no new one can be created; the next call tries again.
        """
        if not self.file.is_damaged_by(error):
            return False
        try:
            if isinstance(error, JournalGone):
                if self.file.rescue(error, self.now_ms()):
                    self.file.damaged, self._gone = False, []
                    return True
                self._gone = self._gone or self.gaps.lost_with_file(self.now_ms(), str(error))
            self.file.replace(error, self.now_ms())
            self._begin(os.urandom(8), 0)
            if self._newest_document is not None:
                self.keep_schema(*self._newest_document)
        except (OSError, sqlite3.Error) as again:
            log.error("can't create a new journal (%s); retrying", again)  # noqa: TRY400 — a traceback does not help the operator
            return False
        self.file.damaged = False
        return True

    def close(self) -> None:
        """Record the end of this run and close the file."""
        if self.file.in_memory and not self.settle():
            lost = self.backlog()
            log.error("the disk is still full: what was not sent is lost (batches: %d, readings: %d)", lost.batches, lost.readings)
        try:
            try:
                runs.mark_ended(self.file, self.epoch)
            except JournalGone as error:
                if self.renew(error):
                    runs.mark_ended(self.file, self.epoch)
        except sqlite3.Error as error:
            log.warning("can't record the end of this run in the journal (%s): the next run will report that it was killed", error)
        finally:
            self.file.close()

    def keep_schema(self, document_hash: bytes, document: bytes) -> None:
        """Store a schema document. It is kept while a batch refers to it, and, if it is the newest, while the journal is open."""
        self._newest_document = document_hash, document
        with self.file.database as database:
            database.execute("INSERT OR IGNORE INTO schemas VALUES (?, ?)", (document_hash, document))

    def schemas(self) -> dict[bytes, bytes]:
        """Return the stored schema documents by their hashes."""
        return dict(self.file.database.execute("SELECT hash, document FROM schemas").fetchall())

    def append(
        self, *, schema: bytes, t0_ms: int, clock: Clock, flags: Flag, readings: int, rows: bytes, reported_gaps: Sequence[int] = ()
    ) -> BatchNumber:
        """Write rows as a batch; when this returns, it is on disk. `reported_gaps` are the ids of the gaps that it reports.

        Raises:
            BatchError: The batch is too large.
            sqlite3.Error: Nothing was written.
        """
        number = BatchNumber(self.epoch, self._next_seq)
        now_ms = self.now_ms()
        with self.file.transaction() as database:
            oldest = f"SELECT t0_ms FROM batches WHERE {UNCONFIRMED} ORDER BY id LIMIT {_OLDEST_ROWS}"
            waiting_since_ms = self.file.value(f"SELECT min(t0_ms) FROM ({oldest})")
            floor_ms = t0_ms if waiting_since_ms is None else min(t0_ms, waiting_since_ms)
            body = batch.encode(
                epoch=number.epoch,
                seq=number.seq,
                schema=schema,
                t0_ms=t0_ms,
                clock=clock,
                flags=flags,
                floor_ms=floor_ms,
                rows=rows,
            )
            # The id is counted here: AUTOINCREMENT would write one more page at every flush (sqlite.org/autoinc.html).
            database.execute(
                "INSERT INTO batches (id, epoch, seq, state, events, t0_ms, made_ms, readings, schema, body, clock)"
                f" VALUES (?,?,?,{BatchState.WAITING:d},?,?,?,?,?,?,?)",
                (self.newest_id + 1, *number, int(Flag.EVENTS in flags), t0_ms, now_ms, readings, schema, body, int(clock)),
            )
            for gap in reported_gaps:
                database.execute("UPDATE gaps SET reported = 1 WHERE id = ?", (gap,))
        self.newest_id += 1
        self._next_seq += 1
        self.retention.added(len(body), now_ms)
        return number

    def waiting(self, after_id: int, limit: int) -> list[JournalEntry]:
        """Return batches behind a position that wait for their receipt, oldest first.

        While others are withdrawn, only those: a withdrawal must not remove a newer reading that has its time.
        """
        self.file.write_receipts()
        which = f"{UNCONFIRMED} AND clock = {Clock.UNSYNCED:d}" if self.corrections.pending else UNCONFIRMED
        found = self.file.database.execute(
            f"SELECT id, epoch, seq, made_ms, readings, body FROM batches WHERE {which} AND id > ? ORDER BY id LIMIT ?",
            (after_id, limit),
        )
        return [JournalEntry(id_, BatchNumber(epoch, seq), made_ms, readings, body) for id_, epoch, seq, made_ms, readings, body in found]

    def first_made_since(self, made_ms: int) -> int:
        """Return the position of the oldest waiting batch made at a time or later; if there is none, the one behind the newest."""
        self.file.write_receipts()
        query = f"SELECT coalesce(min(id), ?) FROM batches WHERE {UNCONFIRMED} AND made_ms >= ?"
        return int(self.file.value(query, self.newest_id + 1, made_ms))

    def find_waiting(self, number: BatchNumber) -> JournalEntry | None:
        """Return a batch, or None if it does not wait for a receipt."""
        self.file.write_receipts()
        query = f"SELECT id, made_ms, readings, body FROM batches WHERE epoch = ? AND seq = ? AND {UNCONFIRMED}"
        row = self.file.database.execute(query, number).fetchone()
        return JournalEntry(row[0], number, *row[1:]) if row else None

    def mark_stored(self, epoch: bytes, ranges: Iterable[tuple[int, int]]) -> None:
        """Confirm ranges of an epoch's batches (both ends included).

        This is written with the next batch: a receipt lost in a power cut costs a repetition, and receipts cost no fsync of their own.
        """
        self.file.add_receipts(epoch, ranges)

    def mark_rejected(self, number: BatchNumber, reason: str) -> None:
        """Set a batch aside that the centre rejects: it is kept, but not sent again."""
        with self.file.transaction() as database:
            if not self.corrections.withdrawal_rejected(database, number):
                update = "UPDATE batches SET state = ?, reason = ? WHERE epoch = ? AND seq = ? AND state = ?"
                database.execute(update, (BatchState.REJECTED, reason, *number, BatchState.WAITING))

    def mark_damaged(self, number: BatchNumber, reason: str) -> None:
        """Set a batch aside that the disk damaged, and record its readings as a gap."""
        query = "SELECT id, made_ms, t0_ms, readings FROM batches WHERE epoch = ? AND seq = ?"
        with self.file.transaction() as database:
            id_, made_ms, t0_ms, readings = database.execute(query, number).fetchone()
            set_aside(database, id_, reason)
            why = f"damaged on the journal's disk: {reason}"
            self.gaps.insert(database, Gap(self.now_ms(), number.epoch, number.seq, number.seq, t0_ms, made_ms, readings, why))
        log.error("batch %d is damaged on disk (%s): %d readings are lost", number.seq, reason, readings)

    def replay(self, since_ms: int, until_ms: int | None = None) -> int:
        """Mark stored batches of a period as waiting again. Return how many."""
        with self.file.transaction() as database:
            return let_wait(database, since_ms, until_ms)

    def backlog(self) -> Backlog:
        """Count the batches that wait for a receipt."""
        self.file.write_receipts()
        query = f"SELECT count(*), coalesce(sum(readings), 0), min(t0_ms) FROM batches WHERE {UNCONFIRMED}"
        return Backlog(*self.file.database.execute(query).fetchone())

    def waiting_batches(self) -> int:
        """Count the batches that wait for a receipt, without reading them."""
        return int(self.file.value(f"SELECT count(*) FROM batches WHERE {UNCONFIRMED}"))

    def prune(self) -> list[bytes]:
        """Delete what need not be kept. Return the hashes of the schema documents that were deleted with it."""
        return self.retention.prune(self.now_ms(), self._newest_document[0] if self._newest_document else b"")
