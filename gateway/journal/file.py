"""The journal's SQLite file: its tables and versions, damage, and transactions that include the receipts received since the last one."""

import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from gateway.host.sqlite import open_durable
from gateway.journal.checks import check_pages, check_rows, check_tables
from gateway.journal.entries import BatchState
from gateway.journal.lock import JournalLock
from gateway.journal.start.full_disk import MEMORY_BYTES, FullDisk, copy_into, has_room, is_full, reading

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

_PARTS = ("", "-wal", "-shm")
"""The files of a database in WAL mode, by what their names end with."""

_RESCUE_S, _RESCUE_PAGES = 20.0, 256
"""How long a file that was deleted may take to be written again, less than the watchdog of the service waits, and the pages of a step."""

_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class _Damaged(sqlite3.DatabaseError):
    """The check at opening found damage, or tables that are not those of a journal."""


class JournalGone(sqlite3.DatabaseError):
    """The file was deleted or replaced while it was in use. What is written to it is lost when it is closed."""


class NewerJournal(OSError):
    """The file was written by a newer version of this program. Setting it aside would lose the batches that wait in it."""


def is_damage(error: sqlite3.Error) -> bool:
    """Return whether an error says that the file is corrupt, or gone."""
    return isinstance(error, _Damaged | JournalGone) or getattr(error, "sqlite_errorcode", 0) & 0xFF in _CORRUPT


class JournalFile:
    """The open file, owned by this process alone. Opening sets a damaged file aside and creates a new one.

    Raises:
        JournalInUse: Another process has the file.
        OSError, sqlite3.Error: The path can't be written, or a newer version wrote the file.
    """

    def __init__(self, path: Path, now_ms: int) -> None:
        self.path = path
        self._parts = [path.with_name(path.name + suffix) for suffix in _PARTS]
        self.set_aside_as: str | None = None
        """The name under which a damaged file was set aside when this one was created."""
        self.damaged = False
        """Whether the file was found damaged and no new one could be created yet."""
        self.missing = False
        """Whether the file of a run that was killed was deleted before this one was created."""
        self.in_memory = False
        """Whether everything is in memory, because the disk was full at the start."""
        self._lock = JournalLock(path, take=False)
        self._identities: list[tuple[int, int] | None] = []
        self._receipts: list[tuple[bytes, int, int]] = []
        self._data_version: int | None = None
        try:
            self.database = self._open_locked(now_ms)
            self._identities = self._find_identities()
        except (OSError, sqlite3.Error) as error:
            if not is_full(path, error):
                self._lock.release()
                raise
            self.go_to_memory(error)

    def _open_locked(self, now_ms: int) -> sqlite3.Connection:
        """Take the lock, and open the file if its disk has room for it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock.renew()
        self.missing = self._lock.owner_died and not self._lock.left_in_memory and not self.path.exists()
        if not has_room(self.path):
            raise FullDisk("less than 1 MiB is free")
        return self._open(now_ms)

    @property
    def left_in_memory(self) -> bool:
        """Whether the last run ended while its journal was in memory: what it had not sent is lost."""
        return self._lock.left_in_memory

    def go_to_memory(self, error: OSError | sqlite3.Error) -> None:
        """Go on in memory, because a start has found the disk full."""
        log.error(
            "the disk of the journal %s is full (%s): readings are in memory, at most %d MiB of them, until there is room; a power cut"
            " loses those that were not sent", self.path, error, MEMORY_BYTES >> 20,
        )  # fmt: skip
        self.database = sqlite3.connect(":memory:", check_same_thread=False)
        _run(self.database, _SCHEMA, _VERSION)
        self.in_memory = True
        self._lock.mark(in_memory=True)

    def settle(self, now_ms: int) -> bool:
        """Move what is in memory to the disk, behind what the file there has, if there is room. Return whether it was done."""
        pages, size = (self.value(f"PRAGMA {name}") for name in ("page_count", "page_size"))
        if not has_room(self.path, 2 * pages * size):
            return False
        disk: sqlite3.Connection | None = None
        try:
            disk = self._open_locked(now_ms)
            copy_into(self.database, disk)
        except (OSError, sqlite3.Error) as error:
            log.warning("the journal %s can't be written yet (%s): readings stay in memory", self.path, error)
            if disk is not None:
                disk.close()
            return False
        self.database.close()
        self.database, self.in_memory = disk, False
        self._identities, self._data_version = self._find_identities(), None
        self._lock.mark(in_memory=False)
        log.warning("there is room on the disk again: the readings in memory are in the journal %s", self.path)
        return True

    def _open(self, now_ms: int) -> sqlite3.Connection:
        try:
            return connect(self.path)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise  # a full or read-only disk, a lock: the file itself is good
            self._set_aside(error, now_ms)
            return connect(self.path)

    def _set_aside(self, error: sqlite3.Error, now_ms: int) -> None:
        """Rename a damaged file, or one that is in the place of a file that is gone."""
        aside = self.path.with_name(f"{self.path.name}.damaged-{time.strftime('%Y%m%dT%H%M%S')}-{now_ms % 1000:03d}")
        if not self.path.exists() or not self.path.stat().st_size:
            for part in self._parts[1:]:  # without their file they are of no use
                part.unlink(missing_ok=True)
            log.error("the journal %s: %s; starting a new one", self.path, error)
            return
        for part, suffix in zip(self._parts, _PARTS, strict=True):
            with contextlib.suppress(FileNotFoundError):
                part.rename(aside.with_name(aside.name + suffix))
        log.error("the journal %s is damaged (%s): set aside as %s, starting a new one", self.path, error, aside.name)
        self.set_aside_as = aside.name

    def _find_identities(self) -> list[tuple[int, int] | None]:
        """Return device and inode of the file, and of those that SQLite keeps beside it while it is open."""
        found: list[tuple[int, int] | None] = []
        for path in self._parts:
            try:
                status = path.stat()
                found.append((status.st_dev, status.st_ino))
            except (FileNotFoundError, NotADirectoryError):
                found.append(None)
        return found

    def check_in_place(self) -> None:
        """Check that the file is still the one that was opened.

        Raises:
            JournalGone: It was deleted or replaced.
            sqlite3.OperationalError: The disk does not say.
        """
        if self.in_memory:
            return
        try:
            found = self._find_identities()
        except OSError as error:
            raise sqlite3.OperationalError(str(error)) from error
        if found != self._identities:
            raise JournalGone("the journal file was deleted or replaced while in use")

    def is_damaged_by(self, error: sqlite3.Error) -> bool:
        """Return whether the file is damaged, by this error or by one before."""
        self.damaged = self.damaged or is_damage(error)
        return self.damaged

    def rescue(self, error: JournalGone, now_ms: int) -> bool:
        """Write what a file held that was deleted to a new one: while it is open, all of it can be read. Return whether that succeeded."""
        try:
            self._write_again(error, now_ms)
        except (OSError, sqlite3.Error) as why:
            log.error("can't write the journal %s again, which was deleted: %s", self.path, why)  # noqa: TRY400 — for the operator
            return False
        log.error("the journal %s was deleted or replaced while in use: all that it held was written again", self.path)
        return True

    def _write_again(self, error: JournalGone, now_ms: int) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock.renew()
        # Under its name only when it is complete: if the process is killed before, the next start finds that the file is missing.
        copy = self.path.with_name(self.path.name + ".rescued")
        copy.unlink(missing_ok=True)
        with contextlib.closing(open_durable(copy)) as target:
            self.database.backup(target, pages=_RESCUE_PAGES, progress=_limit_of(_RESCUE_S), sleep=0.0)
        self._set_aside(error, now_ms)
        self.set_aside_as = None
        copy.rename(self.path)  # before closing: if the copy is deleted as well, what it held can still be counted
        self.database.close()
        self.database = connect(self.path)
        self._identities = self._find_identities()
        self._data_version = None

    def replace(self, error: sqlite3.Error, now_ms: int) -> None:
        """Set the file, which an error found damaged, aside and create a new one.

        Raises:
            OSError, sqlite3.Error: No new file can be created.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock.renew()
        # In this order: closing deletes the WAL by its name, whosever it is by now.
        self._set_aside(error, now_ms)
        self.database.close()
        self.database = connect(self.path)
        self._identities = self._find_identities()
        self._receipts = []
        self._data_version = None

    def close(self) -> None:
        """Close the file."""
        self.database.close()
        self._lock.release(in_memory=self.in_memory)

    def value(self, query: str, *parameters: int | bytes) -> Any:  # noqa: ANN401 — the type depends on the query
        """Return the first column of a query's first row."""
        return self.database.execute(query, parameters).fetchone()[0]

    def knows(self, epoch: bytes) -> bool:
        """Return whether an epoch is of a run that the journal has batches or gaps of."""
        query = "SELECT EXISTS (SELECT 1 FROM batches WHERE epoch = ?) OR EXISTS (SELECT 1 FROM gaps WHERE epoch = ?)"
        if self.in_memory:
            with contextlib.suppress(sqlite3.Error), reading(self.path) as disk:
                return bool(disk.execute(query, (epoch, epoch)).fetchone()[0])
        return bool(self.value(query, epoch, epoch))

    def changed_elsewhere(self) -> bool:
        """Return whether another program changed the file since the last call (sqlite.org/pragma.html#pragma_data_version).

        Raises:
            JournalGone: It was deleted or replaced.
        """
        self.check_in_place()
        version = self.value("PRAGMA data_version")
        before, self._data_version = self._data_version, version
        return before not in (None, version)

    def add_receipts(self, epoch: bytes, ranges: Iterable[tuple[int, int]]) -> None:
        """Remember receipts, to be written with the next transaction. The one method that other threads may call."""
        self._receipts.extend((epoch, first, last) for first, last in ranges)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run a transaction that begins with the receipts that are not written yet.

        Raises:
            JournalGone: The file was deleted or replaced.
        """
        self.check_in_place()
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


def _limit_of(seconds: float) -> Callable[[int, int, int], None]:
    """Return a callback that ends a backup after a time."""
    end_s = time.monotonic() + seconds

    def check(_status: int, _remaining: int, _total: int) -> None:
        if time.monotonic() > end_s:
            raise sqlite3.OperationalError("it takes too long")

    return check


def connect(path: Path) -> sqlite3.Connection:
    """Open a file that no gateway uses, check it for damage, and bring it to the current version.

    Raises:
        OSError, sqlite3.Error: It is damaged, can't be written, or a newer version wrote it.
    """
    database = open_durable(path)
    try:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and not database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            _run(database, _SCHEMA, _VERSION)
            return database
        _check_version(path, version)
        _refuse(check_pages(database))
        _migrate(database, version)
        _refuse(check_tables(database, _SCHEMA) or check_rows(database))
    except (sqlite3.Error, NewerJournal):
        database.close()
        raise
    return database


def _refuse(flaw: str | None) -> None:
    if flaw is not None:
        raise _Damaged(flaw)


def _migrate(database: sqlite3.Connection, version: int) -> None:
    """Bring a file to the current version.

    Raises:
        sqlite3.Error: The file does not contain what its version says, or it can't be written.
    """
    if version < min(_MIGRATIONS):
        raise _Damaged(f"there is no version {version} of journals")
    for older in range(version, _VERSION):
        try:
            _run(database, _MIGRATIONS[older], older + 1)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                raise  # the disk, not the file
            raise _Damaged(f"it is not of version {version}: {error}") from error


def _run(database: sqlite3.Connection, script: str, version: int) -> None:
    """Run statements and set the version, in one transaction: Python's own does not include statements that define tables."""
    database.execute("BEGIN IMMEDIATE")
    with database:
        for statement in script.split(";"):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {version}")


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
