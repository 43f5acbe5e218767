"""Batches stored with wrong times, before the clock could be trusted: withdrawn from the store, then sent again with their true times.

First every such batch is sent as a withdrawal (`Flag.WITHDRAWN`). When all have receipts, all are sent again, corrected: so no withdrawal
removes a reading that a corrected one has replaced. Both steps are in the journal and continue after a restart. A batch's true time is in
the column `t0_ms`; its body has the time with which it was sent.
"""

import sqlite3

import msgspec

from gateway.journal.entries import BatchNumber, BatchState
from gateway.journal.file import JournalFile
from gateway.model import batch
from gateway.model.batch import Batch, BatchError, Clock, Flag

_STEP_BATCHES = 200
"""How many batches one step rewrites, so that a flush does not wait long for it."""


class Corrections:
    """Corrects the times of a journal's batches."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file
        self.pending = False
        """Whether batches that were sent with wrong times are not corrected yet."""

    def refresh(self) -> None:
        """Look whether the file has corrections that are not finished."""
        self.pending = bool(self._file.value("SELECT count(*) FROM corrections"))

    def correct(self, epoch: bytes, after_id: int, move_ms: int, clock: Clock) -> int:
        """Move the batches of an epoch whose clock could not be trusted. Return how many of them were corrected before they were sent.

        Those up to `after_id` were sent, or may have been: `step` withdraws them if the clock is trusted now.
        """
        with self._file.transaction() as database:
            # The age of a batch counts by its true time from now on.
            moved = "UPDATE batches SET t0_ms = t0_ms + ?, made_ms = made_ms + ? WHERE epoch = ? AND clock = ?"
            any_moved = database.execute(moved, (move_ms, move_ms, epoch, Clock.UNSYNCED)).rowcount
            if any_moved and clock is not Clock.UNSYNCED:
                database.execute("INSERT OR REPLACE INTO corrections VALUES (?, ?)", (epoch, clock))
            query = "SELECT id, t0_ms, body FROM batches WHERE epoch = ? AND clock = ? AND state = ? AND id > ?"
            unsent = database.execute(query, (epoch, Clock.UNSYNCED, BatchState.WAITING, after_id)).fetchall()
            for id_, t0_ms, body in unsent:
                _rewrite_corrected(database, id_, t0_ms, body, clock)
        self.refresh()
        return len(unsent)

    def step(self) -> int:
        """Continue as far as receipts allow. Return how many batches wait to be sent because of it."""
        with self._file.transaction() as database:
            count = sum(_step(database, epoch, Clock(clock)) for epoch, clock in database.execute("SELECT * FROM corrections").fetchall())
        self.refresh()
        return count

    def withdrawal_rejected(self, database: sqlite3.Connection, number: BatchNumber) -> bool:
        """End the withdrawals of an epoch if the number is one of them, in the open transaction. Return whether it is.

        The store can't delete readings: those not withdrawn yet stay there, flagged as unsynced; those withdrawn are sent corrected.
        """
        query = "SELECT count(*) FROM batches WHERE epoch = ? AND seq = ? AND state = ?"
        if not database.execute(query, (*number, BatchState.WITHDRAWING)).fetchone()[0]:
            return False
        for id_, _, body in _batches(database, number.epoch, BatchState.WITHDRAWING, limit=-1):
            found = unpack_or_set_aside(database, id_, body)
            if found is not None:
                _rewrite(database, id_, _without_withdrawal(found), BatchState.STORED)
        row = database.execute("SELECT clock FROM corrections WHERE epoch = ?", (number.epoch,)).fetchone()
        if row is not None:
            for id_, t0_ms, body in _batches(database, number.epoch, BatchState.WITHDRAWN, limit=-1):
                _rewrite_corrected(database, id_, t0_ms, body, Clock(row[0]))
            database.execute("DELETE FROM corrections WHERE epoch = ?", (number.epoch,))
        return True


def _step(database: sqlite3.Connection, epoch: bytes, clock: Clock) -> int:
    # Journals of version 5 have corrections without a trusted clock: what was withdrawn is sent again, nothing else is withdrawn.
    stored = _batches(database, epoch, BatchState.STORED, limit=_STEP_BATCHES) if clock is not Clock.UNSYNCED else []
    for id_, _, body in stored:
        found = unpack_or_set_aside(database, id_, body)
        if found is not None:
            _rewrite(database, id_, msgspec.structs.replace(found, flags=found.flags | Flag.WITHDRAWN), BatchState.WITHDRAWING)
    if stored or _any_unconfirmed(database, epoch, clock):
        return len(stored)
    withdrawn = _batches(database, epoch, BatchState.WITHDRAWN, limit=_STEP_BATCHES)
    for id_, t0_ms, body in withdrawn:
        _rewrite_corrected(database, id_, t0_ms, body, clock)
    if not withdrawn:
        database.execute("DELETE FROM corrections WHERE epoch = ?", (epoch,))
    return len(withdrawn)


def unpack_or_set_aside(database: sqlite3.Connection, id_: int, body: bytes) -> Batch | None:
    """Unpack a batch of the journal; set it aside and return None if the disk damaged it."""
    try:
        return batch.unpack(body)
    except BatchError as error:
        set_aside(database, id_, str(error))
        return None


def set_aside(database: sqlite3.Connection, id_: int, reason: str) -> None:
    """Mark a batch that can't be sent as rejected."""
    database.execute("UPDATE batches SET state = ?, reason = ? WHERE id = ?", (BatchState.REJECTED, reason, id_))


def _batches(database: sqlite3.Connection, epoch: bytes, state: BatchState, *, limit: int) -> list[tuple[int, int, bytes]]:
    """Return id, true time and body of the epoch's batches with wrong times in a state."""
    query = "SELECT id, t0_ms, body FROM batches WHERE epoch = ? AND clock = ? AND state = ? ORDER BY id LIMIT ?"
    return database.execute(query, (epoch, Clock.UNSYNCED, state, limit)).fetchall()


def _any_unconfirmed(database: sqlite3.Connection, epoch: bytes, clock: Clock) -> bool:
    """Return whether a batch with wrong times, or its withdrawal, has no receipt yet."""
    states = (BatchState.WITHDRAWING, BatchState.WITHDRAWING if clock is Clock.UNSYNCED else BatchState.WAITING)
    query = "SELECT count(*) FROM batches WHERE epoch = ? AND clock = ? AND state IN (?, ?)"
    return bool(database.execute(query, (epoch, Clock.UNSYNCED, *states)).fetchone()[0])


def _rewrite_corrected(database: sqlite3.Connection, id_: int, t0_ms: int, body: bytes, clock: Clock) -> None:
    """Rewrite a batch with its true time, waiting to be sent."""
    found = unpack_or_set_aside(database, id_, body)
    if found is not None:
        floor_ms = max(0, found.floor_ms + t0_ms - found.t0_ms)
        corrected = msgspec.structs.replace(_without_withdrawal(found), t0_ms=t0_ms, floor_ms=floor_ms, clock=clock)
        _rewrite(database, id_, corrected, BatchState.WAITING)


def _without_withdrawal(found: Batch) -> Batch:
    return msgspec.structs.replace(found, flags=found.flags & ~Flag.WITHDRAWN)


def _rewrite(database: sqlite3.Connection, id_: int, found: Batch, state: BatchState) -> None:
    update = "UPDATE batches SET body = ?, clock = ?, state = ? WHERE id = ?"
    database.execute(update, (batch.pack(found), found.clock, state, id_))
