"""Batches stored with wrong times: withdrawn from the store, then sent again with their true times.

First every such batch is sent as a withdrawal (`Flag.WITHDRAWN`). When all have receipts, all are sent again, corrected: so no withdrawal
removes a reading that a corrected one has replaced. Nothing else is sent until then (`Journal.waiting`), so none removes a newer reading.
Both steps are in the journal and continue after a restart.

A batch has wrong times while its column `clock` is UNSYNCED. Its true time is in the column `t0_ms`; its body has the time with which it
was sent. A correction ends: it is of the batches up to `last_id`, and does not correct again what it sends again.
"""

import sqlite3
from typing import NamedTuple

import msgspec

from gateway.journal.entries import BatchNumber, BatchState, NewestTimes
from gateway.journal.file import UNCONFIRMED, JournalFile
from gateway.model import batch
from gateway.model.batch import Batch, BatchError, Clock, Flag

_STEP_BATCHES = 200
"""How many batches one step rewrites, so that a flush does not wait long for it."""


_ESTIMATE = 3
"""The column `clock` of batches whose times are an estimate that nothing corrects any more. In their bodies, they are unsynced."""

_SLACK_MS = 1000
"""How far a clock may be behind the newest reading in the journal without a step."""

_FLUSH_BATCHES = 4
"""How many of the first and the last batches have the first and the last reading: a flush writes events, telemetry and gaps."""

_NEWEST_TRUSTED = f"""
SELECT t0_ms, body FROM batches WHERE id IN (
    SELECT id FROM (SELECT id, clock FROM batches WHERE epoch = ? ORDER BY seq DESC LIMIT 2000)
    WHERE clock IN ({Clock.SYNCED:d}, {Clock.HOLDOVER:d}) LIMIT ?
)
"""
"""The newest trusted batches of an epoch: not far behind untrusted ones, so that an opening does not read a whole journal."""

_NO_LIMIT = 2**62


class _Due(NamedTuple):
    """A correction that is not finished: its epoch, how far its times can be trusted, and its last batch."""

    epoch: bytes
    clock: int
    last_id: int


class Corrections:
    """Corrects the times of a journal's batches."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file
        self.pending = False
        """Whether batches that were sent with wrong times are not corrected yet."""

    def refresh(self) -> None:
        """Look whether the file has corrections that are not finished."""
        self.pending = bool(self._file.value("SELECT count(*) FROM corrections"))

    def correct(self, epoch: bytes, after_id: int, move_ms: int, clock: Clock, *, whole_run: bool = False) -> int:
        """Move the batches of an epoch whose clock could not be trusted, or all. Return how many were corrected before they were sent.

        Those up to `after_id` were sent, or may have been: `step` withdraws them if the clock is trusted now.
        """
        with self._file.transaction() as database:
            row = database.execute("SELECT last_id FROM corrections WHERE epoch = ?", (epoch,)).fetchone()
            # Batches that are being corrected have their true times already.
            first_id = 0 if row is None or whole_run else row[0]
            _move(database, epoch, move_ms, first_id, None if whole_run else Clock.UNSYNCED)
            query = "SELECT id, t0_ms, body FROM batches WHERE epoch = ? AND clock = ? AND state = ? AND id > ?"
            unsent = database.execute(query, (epoch, Clock.UNSYNCED, BatchState.WAITING, max(first_id, after_id))).fetchall()
            for id_, t0_ms, body in unsent:
                _rewrite_corrected(database, id_, t0_ms, body, clock)
            if clock is not Clock.UNSYNCED:
                _begin(database, epoch, clock)
        self.refresh()
        return len(unsent)

    def move_before(self, started_ms: int, epoch: bytes) -> int:
        """Move the readings of runs before this one that are later than its first reading, or than its start. Return how many batches.

        By how much the clock of such a run was ahead is not known, but it ended before the next one began. Its last reading gets that time,
        the others move with it, and they stay unsynced.
        """
        moved = 0
        with self._file.transaction() as database:
            first_ms = _first_ms(database, epoch)
            # Until it has readings, a run may start before the end of the one before: its readings begin behind those.
            limit_ms, slack_ms = (started_ms, _SLACK_MS) if first_ms is None else (first_ms, 0)
            for earlier in reversed(epochs(database)):
                newest_ms = newest_times(database, earlier).any_ms
                if earlier == epoch or newest_ms < limit_ms + slack_ms:
                    continue
                moved += _move(database, earlier, limit_ms - 1 - newest_ms, 0, None)
                _begin(database, earlier, _ESTIMATE)
                limit_ms = _first_ms(database, earlier) or limit_ms
        self.refresh()
        return moved

    def step(self) -> int:
        """Continue as far as receipts allow. Return how many batches are to be sent because of it: at the end, all that were held."""
        were_pending = self.pending
        with self._file.transaction() as database:
            due = database.execute("SELECT epoch, clock, last_id FROM corrections").fetchall()
            count = sum(_step(database, _Due(*one)) for one in due)
        self.refresh()
        return self._held() if were_pending and not self.pending else count

    def _held(self) -> int:
        """Return how many batches wait that were not sent during the correction."""
        return int(self._file.value(f"SELECT count(*) FROM batches WHERE {UNCONFIRMED}"))

    def withdrawal_rejected(self, database: sqlite3.Connection, number: BatchNumber) -> bool:
        """End the withdrawals of an epoch if the number is one of them, in the open transaction. Return whether it is.

        The store can't delete readings: those not withdrawn yet stay there, flagged as unsynced; those withdrawn are sent corrected.
        """
        query = "SELECT count(*) FROM batches WHERE epoch = ? AND seq = ? AND state = ?"
        if not database.execute(query, (*number, BatchState.WITHDRAWING)).fetchone()[0]:
            return False
        row = database.execute("SELECT epoch, clock, last_id FROM corrections WHERE epoch = ?", (number.epoch,)).fetchone()
        due = _Due(*row) if row is not None else _Due(number.epoch, Clock.UNSYNCED, _NO_LIMIT)
        for id_, _, body in _batches(database, due, BatchState.WITHDRAWING, limit=-1):
            found = unpack_or_set_aside(database, id_, body)
            if found is not None:
                _rewrite(database, id_, _without_withdrawal(found), BatchState.STORED, Clock.UNSYNCED)
        if row is not None:
            for id_, t0_ms, body in _batches(database, due, BatchState.WITHDRAWN, limit=-1):
                _rewrite_corrected(database, id_, t0_ms, body, due.clock)
            database.execute("DELETE FROM corrections WHERE epoch = ?", (number.epoch,))
        return True


def epochs(database: sqlite3.Connection) -> list[bytes]:
    """Return the epochs of a journal's batches, oldest first. Each is found in the index by one step, not by reading all batches."""
    query = """
    WITH RECURSIVE found(epoch) AS (
        SELECT min(epoch) FROM batches
        UNION ALL SELECT (SELECT min(epoch) FROM batches WHERE epoch > found.epoch) FROM found WHERE found.epoch IS NOT NULL
    )
    SELECT epoch, (SELECT id FROM batches WHERE batches.epoch = found.epoch ORDER BY seq DESC LIMIT 1) FROM found WHERE epoch IS NOT NULL
    """
    return [epoch for epoch, _ in sorted(database.execute(query).fetchall(), key=lambda row: int(row[1]))]


def newest_times(database: sqlite3.Connection, epoch: bytes) -> NewestTimes:
    """Return the times of the newest readings of an epoch."""
    any_ms = trusted_ms = 0
    newest = database.execute(
        "SELECT t0_ms, body FROM batches WHERE epoch = ? ORDER BY seq DESC LIMIT ?", (epoch, _FLUSH_BATCHES)
    ).fetchall()
    trusted = database.execute(_NEWEST_TRUSTED, (epoch, _FLUSH_BATCHES)).fetchall()
    for t0_ms, body in (*newest, *trusted):
        try:
            found = batch.unpack(body)
            last_ms = t0_ms + max((row.dt_ms for row in batch.rows_of(found)), default=0)
        except BatchError:
            continue
        any_ms = max(any_ms, last_ms)
        if found.clock is not Clock.UNSYNCED:
            trusted_ms = max(trusted_ms, last_ms)
    return NewestTimes(any_ms, trusted_ms)


def _first_ms(database: sqlite3.Connection, epoch: bytes) -> int | None:
    """Return the time of the first reading of an epoch, None if it has no batches."""
    query = "SELECT min(t0_ms) FROM (SELECT t0_ms FROM batches WHERE epoch = ? ORDER BY seq LIMIT ?)"
    found: int | None = database.execute(query, (epoch, _FLUSH_BATCHES)).fetchone()[0]
    return found


def _move(database: sqlite3.Connection, epoch: bytes, move_ms: int, after_id: int, clock: Clock | None) -> int:
    """Set the true times of batches with a clock, or with any. Return how many."""
    # The age of a batch counts by its true time from now on.
    moved = "UPDATE batches SET t0_ms = max(0, t0_ms + ?), made_ms = made_ms + ?, clock = ? WHERE epoch = ? AND id > ? AND state != ?"
    wrong = "" if clock is None else f" AND clock = {clock:d}"
    return database.execute(moved + wrong, (move_ms, move_ms, Clock.UNSYNCED, epoch, after_id, BatchState.REJECTED)).rowcount


def _begin(database: sqlite3.Connection, epoch: bytes, clock: int) -> None:
    """Begin the correction of batches that were sent with wrong times, if there are any. Nothing is added to it later."""
    query = "SELECT max(id) FROM batches WHERE epoch = ? AND clock = ? AND state != ?"
    last_id = database.execute(query, (epoch, Clock.UNSYNCED, BatchState.REJECTED)).fetchone()[0]
    if last_id is not None:
        database.execute("INSERT OR REPLACE INTO corrections VALUES (?, ?, ?)", (epoch, clock, last_id))


def _step(database: sqlite3.Connection, due: _Due) -> int:
    # Journals of version 5 have corrections without a trusted clock: what was withdrawn is sent again, nothing else is withdrawn.
    stored = _batches(database, due, BatchState.STORED, limit=_STEP_BATCHES) if due.clock != Clock.UNSYNCED else []
    for id_, _, body in stored:
        found = unpack_or_set_aside(database, id_, body)
        if found is not None:
            withdrawal = msgspec.structs.replace(found, flags=found.flags | Flag.WITHDRAWN)
            _rewrite(database, id_, withdrawal, BatchState.WITHDRAWING, Clock.UNSYNCED)
    if stored or _any_unconfirmed(database, due):
        return len(stored)
    withdrawn = _batches(database, due, BatchState.WITHDRAWN, limit=_STEP_BATCHES)
    for id_, t0_ms, body in withdrawn:
        _rewrite_corrected(database, id_, t0_ms, body, due.clock)
    if not withdrawn:
        database.execute("DELETE FROM corrections WHERE epoch = ?", (due.epoch,))
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


def _batches(database: sqlite3.Connection, due: _Due, state: BatchState, *, limit: int) -> list[tuple[int, int, bytes]]:
    """Return id, true time and body of the batches with wrong times in a state that a correction is of."""
    query = "SELECT id, t0_ms, body FROM batches WHERE epoch = ? AND clock = ? AND id <= ? AND state = ? ORDER BY id LIMIT ?"
    return database.execute(query, (due.epoch, Clock.UNSYNCED, due.last_id, state, limit)).fetchall()


def _any_unconfirmed(database: sqlite3.Connection, due: _Due) -> bool:
    """Return whether a batch with wrong times, or its withdrawal, has no receipt yet."""
    states = (BatchState.WITHDRAWING, BatchState.WITHDRAWING if due.clock == Clock.UNSYNCED else BatchState.WAITING)
    query = "SELECT count(*) FROM batches WHERE epoch = ? AND clock = ? AND id <= ? AND state IN (?, ?)"
    return bool(database.execute(query, (due.epoch, Clock.UNSYNCED, due.last_id, *states)).fetchone()[0])


def _rewrite_corrected(database: sqlite3.Connection, id_: int, t0_ms: int, body: bytes, clock: int) -> None:
    """Rewrite a batch with its true time, waiting to be sent."""
    found = unpack_or_set_aside(database, id_, body)
    if found is not None:
        floor_ms = max(0, found.floor_ms + t0_ms - found.t0_ms)
        known = Clock.UNSYNCED if clock == _ESTIMATE else Clock(clock)
        corrected = msgspec.structs.replace(_without_withdrawal(found), t0_ms=t0_ms, floor_ms=floor_ms, clock=known)
        _rewrite(database, id_, corrected, BatchState.WAITING, clock)


def _without_withdrawal(found: Batch) -> Batch:
    return msgspec.structs.replace(found, flags=found.flags & ~Flag.WITHDRAWN)


def _rewrite(database: sqlite3.Connection, id_: int, found: Batch, state: BatchState, clock: int) -> None:
    update = "UPDATE batches SET body = ?, clock = ?, state = ? WHERE id = ?"
    database.execute(update, (batch.pack(found), clock, state, id_))
