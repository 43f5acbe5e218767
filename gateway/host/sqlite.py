"""SQLite databases that survive a power cut."""

import sqlite3
from pathlib import Path

BUSY_TIMEOUT_S = 5.0


def open_durable(path: Path) -> sqlite3.Connection:
    """Open a database in WAL mode with `synchronous=FULL`, for use by one thread at a time.

    NORMAL skips the fsync of a commit in WAL mode (sqlite.org/pragma.html#pragma_synchronous).

    Raises:
        sqlite3.Error: The file can't be opened, or is not a database.
    """
    database = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error:
        database.close()
        raise
    return database
