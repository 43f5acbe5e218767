"""Batches that were sent before the clock could be trusted: taken back from the store, and sent anew with their true times.

In two steps, so that no reading is removed that a corrected one has replaced: first every such batch goes out as a withdrawal
(`Flag.WITHDRAWN`); when all have their receipts, all go out again, moved. Both steps stand in the journal, and go on after a restart.
"""

import sqlite3

import msgspec

from gateway.model import batch
from gateway.model.batch import Batch, BatchError, Clock, Flag

TABLE = "CREATE TABLE corrections (epoch BLOB PRIMARY KEY, move_ms INTEGER NOT NULL, clock INTEGER NOT NULL) WITHOUT ROWID"
"""By how much the batches of an epoch are to be moved that were sent unsynced, and what clock they have then."""

_WITHDRAWN = 3
"""In the column `clock`: the batch goes out, or went out, as a withdrawal."""

_AT_ONCE = 200


def move(found: Batch, move_ms: int, clock: Clock) -> Batch:
    """Give a batch at its true time."""
    return msgspec.structs.replace(found, t0_ms=found.t0_ms + move_ms, floor_ms=max(0, found.floor_ms + move_ms), clock=clock)


def note(database: sqlite3.Connection, epoch: bytes, move_ms: int, clock: Clock) -> None:
    """Note that what an epoch read unsynced is to be corrected. How old it is counts by the true time from now on."""
    moved = "UPDATE batches SET t0_ms = t0_ms + ?, made_ms = made_ms + ? WHERE epoch = ? AND clock = ?"
    if database.execute(moved, (move_ms, move_ms, epoch, int(Clock.UNSYNCED))).rowcount:
        database.execute("INSERT OR REPLACE INTO corrections VALUES (?, ?, ?)", (epoch, move_ms, int(clock)))


def any_left(database: sqlite3.Connection) -> bool:
    """Tell whether anything is still to be corrected."""
    return bool(database.execute("SELECT count(*) FROM corrections").fetchone()[0])


def step(database: sqlite3.Connection) -> int:
    """Go on as far as receipts allow, some batches at a time; gives how many wait to be sent thereby."""
    return sum(_step(database, *row) for row in database.execute("SELECT epoch, move_ms, clock FROM corrections").fetchall())


def _step(database: sqlite3.Connection, epoch: bytes, move_ms: int, clock: int) -> int:
    confirmed = _batches(database, epoch, int(Clock.UNSYNCED), state=1)
    for place, body in confirmed:
        found = readable(database, place, body)
        if found is not None:
            _send(database, place, msgspec.structs.replace(found, flags=found.flags | Flag.WITHDRAWN), _WITHDRAWN)
    if confirmed or _waits(database, epoch):
        return len(confirmed)
    withdrawn = _batches(database, epoch, _WITHDRAWN, state=1)
    for place, body in withdrawn:
        _send_corrected(database, place, body, move_ms, clock)
    if not withdrawn:
        database.execute("DELETE FROM corrections WHERE epoch = ?", (epoch,))
    return len(withdrawn)


def refused(database: sqlite3.Connection, epoch: bytes, seq: int) -> bool:
    """Take note that the store can't take a batch back; what was not withdrawn stays there, flagged. False if it is no withdrawal."""
    query = "SELECT count(*) FROM batches WHERE epoch = ? AND seq = ? AND state = 0 AND clock = ?"
    if not database.execute(query, (epoch, seq, _WITHDRAWN)).fetchone()[0]:
        return False
    for place, body in database.execute(
        "SELECT id, body FROM batches WHERE epoch = ? AND state = 0 AND clock = ?", (epoch, _WITHDRAWN)
    ).fetchall():
        found = readable(database, place, body)
        if found is not None:
            kept = batch.pack(msgspec.structs.replace(found, flags=found.flags & ~Flag.WITHDRAWN))
            database.execute("UPDATE batches SET body = ?, state = 1, clock = ? WHERE id = ?", (kept, int(Clock.UNSYNCED), place))
    row = database.execute("SELECT move_ms, clock FROM corrections WHERE epoch = ?", (epoch,)).fetchone()
    if row is not None:
        for place, body in _batches(database, epoch, _WITHDRAWN, state=1, limit=-1):
            _send_corrected(database, place, body, *row)
        database.execute("DELETE FROM corrections WHERE epoch = ?", (epoch,))
    return True


def readable(database: sqlite3.Connection, place: int, body: bytes) -> Batch | None:
    """Take a batch of the journal apart; one that the disk spoilt is set aside."""
    try:
        return batch.unpack(body)
    except BatchError as error:
        set_aside(database, place, str(error))
        return None


def set_aside(database: sqlite3.Connection, place: int, reason: str) -> None:
    """Let a batch rest that can't be sent."""
    database.execute("UPDATE batches SET state = 2, reason = ? WHERE id = ?", (reason, place))


def _batches(database: sqlite3.Connection, epoch: bytes, clock: int, *, state: int, limit: int = _AT_ONCE) -> list[tuple[int, bytes]]:
    query = "SELECT id, body FROM batches WHERE epoch = ? AND clock = ? AND state = ? ORDER BY id LIMIT ?"
    return database.execute(query, (epoch, clock, state, limit)).fetchall()


def _waits(database: sqlite3.Connection, epoch: bytes) -> bool:
    """Tell whether anything of an epoch that is to be corrected has no receipt yet."""
    query = "SELECT count(*) FROM batches WHERE epoch = ? AND state = 0 AND clock IN (?, ?)"
    return bool(database.execute(query, (epoch, int(Clock.UNSYNCED), _WITHDRAWN)).fetchone()[0])


def _send_corrected(database: sqlite3.Connection, place: int, body: bytes, move_ms: int, clock: int) -> None:
    found = readable(database, place, body)
    if found is not None:
        _send(database, place, move(msgspec.structs.replace(found, flags=found.flags & ~Flag.WITHDRAWN), move_ms, Clock(clock)), clock)


def _send(database: sqlite3.Connection, place: int, found: Batch, clock: int) -> None:
    database.execute("UPDATE batches SET body = ?, state = 0, clock = ? WHERE id = ?", (batch.pack(found), clock, place))
