"""The journal's SQLite file: its tables, versions, and whether it is whole."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from gateway.journal import corrections
from gateway.journal.entries import Gap

_VERSION = 5
_SCHEMA = f"""
CREATE TABLE batches (
    id INTEGER PRIMARY KEY,
    epoch BLOB NOT NULL, seq INTEGER NOT NULL, state INTEGER NOT NULL, events INTEGER NOT NULL,
    t0_ms INTEGER NOT NULL, made_ms INTEGER NOT NULL, readings INTEGER NOT NULL, schema BLOB NOT NULL, body BLOB NOT NULL,
    reason TEXT, clock INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX batches_by_number ON batches (epoch, seq);
CREATE INDEX batches_waiting ON batches (id) WHERE state = 0;
CREATE TABLE schemas (hash BLOB PRIMARY KEY, document BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE gaps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL, epoch BLOB, from_seq INTEGER, to_seq INTEGER, from_ms INTEGER, to_ms INTEGER,
    readings INTEGER NOT NULL, reason TEXT NOT NULL, told INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE running (epoch BLOB NOT NULL);
{corrections.TABLE};
"""
_MIGRATIONS = {
    1: "ALTER TABLE gaps ADD COLUMN told INTEGER NOT NULL DEFAULT 0",
    2: "CREATE TABLE running (epoch BLOB NOT NULL)",
    3: "ALTER TABLE batches ADD COLUMN clock INTEGER NOT NULL DEFAULT 0",
    4: corrections.TABLE,
}
"""What makes a file of a version one of the next."""

_CHECKED_S = 0.5
"""How long an opening journal is looked through for damage. What is not found then is found when it is met (`renew`)."""

_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class _Damaged(sqlite3.DatabaseError):
    """A look through the file found damage."""


class NewerJournal(OSError):
    """The file was written by a newer version of this program: setting it aside would lose what waits in it."""


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether an error says that the file is not what was written."""
    return isinstance(error, _Damaged) or getattr(error, "sqlite_errorcode", 0) & 0xFF in _CORRUPT


def insert_gap(database: sqlite3.Connection, gap: Gap) -> None:
    """Record a gap, in the transaction that is open."""
    database.execute(
        "INSERT INTO gaps (at_ms, epoch, from_seq, to_seq, from_ms, to_ms, readings, reason) VALUES (?,?,?,?,?,?,?,?)",
        gap,
    )


def connect(path: Path) -> sqlite3.Connection:
    """Open the file and make sure that it is whole and of a version that this program knows."""
    database = sqlite3.connect(path, timeout=5, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA busy_timeout = 5000")
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            with _immediately(database):
                for statement in _SCHEMA.split(";"):
                    database.execute(statement)
                database.execute(f"PRAGMA user_version = {_VERSION}")
        _check_version(path, version)
        _look_through(database)
        for older in range(max(version, 1), _VERSION):
            with _immediately(database):
                if version:
                    database.execute(_MIGRATIONS[older])
                    database.execute(f"PRAGMA user_version = {older + 1}")
    except (sqlite3.Error, NewerJournal):
        database.close()
        raise
    return database


def _look_through(database: sqlite3.Connection) -> None:
    """Look for damage, as long as a start may take.

    Raises:
        sqlite3.DatabaseError: there is some.
    """
    end_s = time.monotonic() + _CHECKED_S
    database.set_progress_handler(lambda: time.monotonic() > end_s, 10_000)
    try:
        if database.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise _Damaged("quick_check found it corrupt")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
    finally:
        database.set_progress_handler(None, 0)


def _check_version(path: Path, version: int) -> None:
    if version > _VERSION:
        raise NewerJournal(f"{path} is of version {version}; this program reads up to version {_VERSION}: install the newer one again")


def replay_file(path: Path, since_ms: int, until_ms: int | None) -> int:
    """Let stored batches of a journal wait again whose gateway may run meanwhile; gives how many.

    Raises:
        OSError, sqlite3.Error: there is none, or it can't be written.
    """
    if not path.exists():
        raise FileNotFoundError(f"there is no journal {path}")
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=30)
    try:
        _check_version(path, database.execute("PRAGMA user_version").fetchone()[0])
        with database:
            return let_wait(database, since_ms, until_ms)
    finally:
        database.close()


def let_wait(database: sqlite3.Connection, since_ms: int, until_ms: int | None) -> int:
    """Let stored batches of a time wait again; returns how many."""
    end = 2**63 - 1 if until_ms is None else until_ms
    return database.execute("UPDATE batches SET state = 0 WHERE state = 1 AND t0_ms >= ? AND t0_ms < ?", (since_ms, end)).rowcount


@contextlib.contextmanager
def _immediately(database: sqlite3.Connection) -> Iterator[None]:
    """Hold one transaction around statements that define tables, which Python's own would leave out."""
    database.execute("BEGIN IMMEDIATE")
    with database:
        yield
