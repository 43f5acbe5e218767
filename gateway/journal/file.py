"""The journal's SQLite file: its tables and versions, damage, and transactions that include the receipts received since the last one."""

import contextlib
import logging
import sqlite3
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from gateway.host.sqlite import open_durable
from gateway.journal.entries import BatchState

log = logging.getLogger(__name__)

UNCONFIRMED = f"state IN ({BatchState.WAITING:d}, {BatchState.WITHDRAWING:d})"
"""The condition for batches that wait for a receipt. It is also the condition of a partial index, so it must be spelled the same in queries
(sqlite.org/partialindex.html)."""

_VERSION = 7
_SCHEMA = f"""
CREATE TABLE batches (
    id INTEGER PRIMARY KEY,
    epoch BLOB NOT NULL, seq INTEGER NOT NULL, state INTEGER NOT NULL, events INTEGER NOT NULL,
    t0_ms INTEGER NOT NULL, made_ms INTEGER NOT NULL, readings INTEGER NOT NULL, schema BLOB NOT NULL, body BLOB NOT NULL,
    reason TEXT, clock INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX batches_by_number ON batches (epoch, seq);
CREATE INDEX batches_unconfirmed ON batches (id) WHERE {UNCONFIRMED};
CREATE TABLE schemas (hash BLOB PRIMARY KEY, document BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE gaps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL, epoch BLOB, from_seq INTEGER, to_seq INTEGER, from_ms INTEGER, to_ms INTEGER,
    readings INTEGER NOT NULL, reason TEXT NOT NULL, reported INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE running (epoch BLOB NOT NULL, since_ms INTEGER);
CREATE TABLE corrections (epoch BLOB PRIMARY KEY, clock INTEGER NOT NULL, last_id INTEGER NOT NULL) WITHOUT ROWID;
"""
_MIGRATIONS = {
    1: "ALTER TABLE gaps ADD COLUMN told INTEGER NOT NULL DEFAULT 0",
    2: "CREATE TABLE running (epoch BLOB NOT NULL)",
    3: "ALTER TABLE batches ADD COLUMN clock INTEGER NOT NULL DEFAULT 0",
    4: "CREATE TABLE corrections (epoch BLOB PRIMARY KEY, move_ms INTEGER NOT NULL, clock INTEGER NOT NULL) WITHOUT ROWID",
    # Version 5 marked a withdrawal by the clock 3. Its true clock is UNSYNCED: no other batches are withdrawn.
    5: """
    UPDATE batches SET clock = 2, state = CASE state WHEN 0 THEN 3 WHEN 1 THEN 4 ELSE state END WHERE clock = 3;
    DROP INDEX batches_waiting;
    CREATE INDEX batches_unconfirmed ON batches (id) WHERE state IN (0, 3);
    ALTER TABLE gaps RENAME COLUMN told TO reported;
    ALTER TABLE corrections DROP COLUMN move_ms
    """,
    6: f"""
    ALTER TABLE running ADD COLUMN since_ms INTEGER;
    ALTER TABLE corrections ADD COLUMN last_id INTEGER NOT NULL DEFAULT {2**62}
    """,
}
"""The statements that bring a file from a version to the next."""

_CONFIRM = (
    f"UPDATE batches SET state = CASE state WHEN {BatchState.WAITING:d} THEN {BatchState.STORED:d} ELSE {BatchState.WITHDRAWN:d} END"
    f" WHERE epoch = ? AND seq BETWEEN ? AND ? AND {UNCONFIRMED}"
)

_CHECK_LIMIT_S = 0.5
"""How long an opening journal is checked for damage. Damage that this does not find is found when it is met (`Journal.renew`)."""

_CHECK_STEPS = 10_000
"""How many instructions SQLite runs between two checks of the time."""

_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class _Damaged(sqlite3.DatabaseError):
    """The check at opening found damage."""


class NewerJournal(OSError):
    """The file was written by a newer version of this program. Setting it aside would lose the batches that wait in it."""


def is_damage(error: sqlite3.Error) -> bool:
    """Return whether an error says that the file is corrupt."""
    return isinstance(error, _Damaged) or getattr(error, "sqlite_errorcode", 0) & 0xFF in _CORRUPT


class JournalFile:
    """The open file. Opening sets a damaged file aside and creates a new one.

    Raises:
        OSError, sqlite3.Error: The path can't be written, or a newer version wrote the file.
    """

    def __init__(self, path: Path, now_ms: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.set_aside_as: str | None = None
        """The name under which a damaged file was set aside when this one was created."""
        self.damaged = False
        """Whether the file was found damaged and no new one could be created yet."""
        self.database = self._open(now_ms)
        self._receipts: list[tuple[bytes, int, int]] = []
        self._data_version: int | None = None

    def _open(self, now_ms: int) -> sqlite3.Connection:
        try:
            return _connect(self.path)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise  # a full or read-only disk, a lock: the file itself is good
            return self._set_aside(error, now_ms)

    def _set_aside(self, error: sqlite3.Error, now_ms: int) -> sqlite3.Connection:
        """Rename a damaged file and create a new one in its place."""
        aside = self.path.with_name(f"{self.path.name}.damaged-{time.strftime('%Y%m%dT%H%M%S')}-{now_ms % 1000:03d}")
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                self.path.with_name(self.path.name + suffix).rename(aside.with_name(aside.name + suffix))
        log.error("the journal %s is damaged (%s): set aside as %s, starting a new one", self.path, error, aside.name)
        self.set_aside_as = aside.name
        return _connect(self.path)

    def is_damaged_by(self, error: sqlite3.Error) -> bool:
        """Return whether the file is damaged, by this error or by one before."""
        self.damaged = self.damaged or is_damage(error)
        return self.damaged

    def replace(self, error: sqlite3.Error, now_ms: int) -> None:
        """Set the file, which an error found damaged, aside and create a new one.

        Raises:
            OSError, sqlite3.Error: No new file can be created.
        """
        self.database.close()
        self.database = self._set_aside(error, now_ms)
        self._receipts = []
        self._data_version = None

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def value(self, query: str, *parameters: int | bytes) -> Any:  # noqa: ANN401 — the type depends on the query
        """Return the first column of a query's first row."""
        return self.database.execute(query, parameters).fetchone()[0]

    def changed_elsewhere(self) -> bool:
        """Return whether another program changed the file since the last call (sqlite.org/pragma.html#pragma_data_version)."""
        version = self.value("PRAGMA data_version")
        before, self._data_version = self._data_version, version
        return before not in (None, version)

    def add_receipts(self, epoch: bytes, ranges: Iterable[tuple[int, int]]) -> None:
        """Remember receipts, to be written with the next transaction. The one method that other threads may call."""
        self._receipts.extend((epoch, first, last) for first, last in ranges)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run a transaction that begins with the receipts that are not written yet."""
        receipts = list(self._receipts)
        with self.database:
            for epoch, first, last in receipts:
                self.database.execute(_CONFIRM, (epoch, first, last))
            yield self.database
        del self._receipts[: len(receipts)]

    def write_receipts(self) -> None:
        """Write outstanding receipts, before waiting batches are read. Receipts that a full disk does not take stay outstanding."""
        try:
            if self._receipts:
                with self.transaction():
                    pass
        except sqlite3.Error as error:
            log.warning("receipts can't be written to the journal %s (%s); retrying with the next batch", self.path, error)


def _connect(path: Path) -> sqlite3.Connection:
    """Open the file, check it for damage, and bring it to the current version."""
    database = open_durable(path)
    try:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            _run(database, _SCHEMA, _VERSION)
        _check_version(path, version)
        _check_pages(database)
        for older in range(version, _VERSION) if version else ():
            _run(database, _MIGRATIONS[older], older + 1)
    except (sqlite3.Error, NewerJournal):
        database.close()
        raise
    return database


def _run(database: sqlite3.Connection, script: str, version: int) -> None:
    """Run statements and set the version, in one transaction: Python's own does not include statements that define tables."""
    database.execute("BEGIN IMMEDIATE")
    with database:
        for statement in script.split(";"):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {version}")


def _check_pages(database: sqlite3.Connection) -> None:
    """Look for damage for as long as a start may take.

    Raises:
        sqlite3.DatabaseError: The file is damaged.
    """
    end_s = time.monotonic() + _CHECK_LIMIT_S
    database.set_progress_handler(lambda: time.monotonic() > end_s, _CHECK_STEPS)
    try:
        if database.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise _Damaged("quick_check found damage")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
    finally:
        database.set_progress_handler(None, 0)


def _check_version(path: Path, version: int) -> None:
    if version > _VERSION:
        raise NewerJournal(f"{path} has version {version}; this program reads versions up to {_VERSION}: install the newer program again")


def replay_file(path: Path, since_ms: int, until_ms: int | None) -> int:
    """Mark stored batches as waiting again in a journal whose gateway may be running. Return how many.

    Raises:
        OSError, sqlite3.Error: The journal does not exist, or can't be written.
    """
    if not path.exists():
        raise FileNotFoundError(f"no journal at {path}")
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=30)
    try:
        _check_version(path, database.execute("PRAGMA user_version").fetchone()[0])
        with database:
            return let_wait(database, since_ms, until_ms)
    finally:
        database.close()


def let_wait(database: sqlite3.Connection, since_ms: int, until_ms: int | None) -> int:
    """Mark confirmed batches and withdrawals of a period as unconfirmed again. Return how many."""
    end_ms = 2**63 - 1 if until_ms is None else until_ms
    update = "UPDATE batches SET state = ? WHERE state = ? AND t0_ms >= ? AND t0_ms < ?"
    return sum(
        database.execute(update, (waiting, confirmed, since_ms, end_ms)).rowcount
        for waiting, confirmed in ((BatchState.WAITING, BatchState.STORED), (BatchState.WITHDRAWING, BatchState.WITHDRAWN))
    )
