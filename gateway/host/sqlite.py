"""SQLite databases that survive a power cut."""

import contextlib
import os
import sqlite3
from pathlib import Path

from gateway.host.files import require_own

BUSY_TIMEOUT_S = 5.0


def open_durable(path: Path) -> sqlite3.Connection:
    """Open a database in WAL mode with `synchronous=FULL`, for use by one thread at a time. Only the owner may read a new one.

    NORMAL skips the fsync of a commit in WAL mode (sqlite.org/pragma.html#pragma_synchronous).

    Raises:
        sqlite3.Error: The file can't be opened, or is not a database.
    """
    try:
        require_own(*(path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")))
    except OSError as error:
        raise sqlite3.OperationalError(str(error)) from error
    with contextlib.suppress(OSError):  # it exists, or SQLite says what is wrong; its other files get the same mode
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    database = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error:
        database.close()
        raise
    return database
