"""A journal that starts on a full disk: it is in memory until there is room, and then moves to its file, with what that already has."""

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

MEMORY_BYTES = 16 << 20
"""The most bytes of batches in memory: hours of readings, and little for the smallest Raspberry Pi. Beyond it, the oldest become a gap."""

_LEAST_FREE = 1 << 20
"""A disk with less room is full: opening a journal, its first schema document and a few batches need about as much."""

_FULL = (errno.ENOSPC, errno.EDQUOT)
_PERHAPS_FULL = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
"""What SQLite says when there is no room for one of the files beside the database."""

_BATCH_COLUMNS = "epoch, seq, state, events, t0_ms, made_ms, readings, schema, body, reason, clock"
_GAP_COLUMNS = "at_ms, epoch, from_seq, to_seq, from_ms, to_ms, readings, reason, reported"


class FullDisk(OSError):
    """There is no room for a journal."""


def has_room(path: Path, size: int = 0) -> bool:
    """Return whether the disk of a journal has room for it and `size` bytes more; true if the disk does not say."""
    there = next((one for one in path.absolute().parents if one.exists()), Path("/"))
    try:
        found = os.statvfs(there)
    except OSError:
        return True
    return found.f_bavail * found.f_frsize >= _LEAST_FREE + size and (found.f_favail > 0 or found.f_files == 0)


def is_full(path: Path, error: OSError | sqlite3.Error) -> bool:
    """Return whether an error at the opening of a journal says that its disk is full."""
    if isinstance(error, OSError):
        return isinstance(error, FullDisk) or error.errno in _FULL
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code == sqlite3.SQLITE_FULL or (code in _PERHAPS_FULL and not has_room(path))


def copy_into(memory: sqlite3.Connection, disk: sqlite3.Connection) -> None:
    """Copy a journal in memory behind what a file has, in one transaction: batches keep their numbers and get new positions.

    Raises:
        sqlite3.Error: Nothing was written.
    """
    with disk:
        last_id = disk.execute("SELECT coalesce(max(id), 0) FROM batches").fetchone()[0]
        rows = memory.execute(f"SELECT id + ?, {_BATCH_COLUMNS} FROM batches ORDER BY id", (last_id,))
        disk.executemany(f"INSERT INTO batches (id, {_BATCH_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", rows)
        disk.executemany("INSERT OR IGNORE INTO schemas VALUES (?, ?)", memory.execute("SELECT hash, document FROM schemas"))
        gaps = memory.execute(f"SELECT {_GAP_COLUMNS} FROM gaps ORDER BY id")
        disk.executemany(f"INSERT INTO gaps ({_GAP_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)", gaps)
        corrections = memory.execute("SELECT epoch, clock, min(last_id, 1 << 61) + ? FROM corrections", (last_id,))
        disk.executemany("INSERT OR REPLACE INTO corrections VALUES (?, ?, ?)", corrections)
        disk.executemany("INSERT INTO running VALUES (?, ?)", memory.execute("SELECT epoch, since_ms FROM running"))


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the journal on a full disk for reading. Without other users, SQLite needs no further file (sqlite.org/wal.html#noshm).

    Raises:
        sqlite3.Error: It can't be read.
    """
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)
    try:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        yield database
    finally:
        database.close()
