"""The store of situations in one SQLite file, for a Situation Room on one machine. Several processes may use it."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from gateway.centre.situation.port import HistoryEntry, RecordedAction, RevisionTaken, SituationsUnavailable
from gateway.host.sqlite import open_durable
from gateway.situation.lifecycle.situation import Situation

_TABLES = """
CREATE TABLE IF NOT EXISTS history (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    situation TEXT NOT NULL, revision INTEGER NOT NULL, organisation TEXT, request TEXT, body BLOB NOT NULL,
    UNIQUE (situation, revision)
);
CREATE UNIQUE INDEX IF NOT EXISTS history_by_request ON history (organisation, request) WHERE request IS NOT NULL;
CREATE TABLE IF NOT EXISTS situations (id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS positions (reader TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
"""

_LOOK_EVERY_S = 0.1
"""SQLite has no event for what another process has written. To look takes some microseconds."""

# Of two processes that try at once, one finds that the revision before is no longer the last.
_APPEND = """
INSERT INTO history (situation, revision, organisation, request, body) SELECT :situation, :revision, :organisation, :request, :body
WHERE :revision = 1 + (SELECT ifnull(max(revision), 0) FROM history WHERE situation = :situation)
"""

_encode, _decode = msgspec.json.Encoder().encode, msgspec.json.Decoder(RecordedAction).decode
_decode_situation = msgspec.json.Decoder(Situation).decode


class SqliteSituations:
    """Situations in a file, for use by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._gathers = False
        with _translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = open_durable(path)
            self._database.executescript(_TABLES)

    def append(self, recorded: RecordedAction) -> int:
        """Write an action durably and return its number."""
        situation = recorded.situation
        row = {
            "situation": situation.id,
            "revision": situation.revision,
            "organisation": recorded.organisation,
            "request": recorded.request,
            "body": _encode(recorded),
        }
        with _translated(), contextlib.nullcontext() if self._gathers else self._database:
            written = self._database.execute(_APPEND, row)
            if written.rowcount != 1:
                raise RevisionTaken(situation.id)
            self._database.execute("INSERT OR REPLACE INTO situations VALUES (?, ?)", (situation.id, _encode(situation)))
        return written.lastrowid or 0

    def get(self, situation: str) -> Situation | None:
        """Return a situation as it is."""
        with _translated():
            row = self._database.execute("SELECT body FROM situations WHERE id = ?", (situation,)).fetchone()
        return None if row is None else _decode_situation(row[0])

    def present(self) -> list[Situation]:
        """Return every situation as it is."""
        with _translated():
            rows = self._database.execute("SELECT body FROM situations ORDER BY id").fetchall()
        return [_decode_situation(body) for (body,) in rows]

    def history(self, situation: str) -> list[HistoryEntry]:
        """Return everything that was done with a situation."""
        return self._entries("WHERE situation = ? ORDER BY number", situation)

    def of_revision(self, situation: str, revision: int) -> HistoryEntry | None:
        """Return the entry with a revision of a situation."""
        return next(iter(self._entries("WHERE situation = ? AND revision = ?", situation, revision)), None)

    def since(self, number: int, most: int) -> list[HistoryEntry]:
        """Return what was done after an entry."""
        return self._entries("WHERE number > ? ORDER BY number LIMIT ?", number, most)

    def of_request(self, organisation: str, request: str) -> HistoryEntry | None:
        """Return what an organisation's request has done."""
        return next(iter(self._entries("WHERE organisation = ? AND request = ?", organisation, request)), None)

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Write the actions within in one transaction: an fsync takes longer than anything else."""
        with _translated(), self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._gathers = True
            try:
                yield
            finally:
                self._gathers = False

    def newest(self) -> int:
        """Return the number of the last entry."""
        with _translated():
            return int(self._database.execute("SELECT ifnull(max(number), 0) FROM history").fetchone()[0])

    def wait(self, number: int, timeout_s: float) -> bool:
        """Wait until something was done after an entry, and return whether there is something."""
        until_s = time.monotonic() + timeout_s
        while True:
            looked_at = self._version()
            if self.newest() > number:
                return True
            while self._version() == looked_at:
                if time.monotonic() >= until_s:
                    return False
                time.sleep(_LOOK_EVERY_S)

    def _version(self) -> int:
        """Return what changes when another connection has written (sqlite.org/pragma.html#pragma_data_version)."""
        with _translated():
            return int(self._database.execute("PRAGMA data_version").fetchone()[0])

    def position(self, reader: str) -> int | None:
        """Return the number up to which a reader has delivered."""
        with _translated():
            row = self._database.execute("SELECT number FROM positions WHERE reader = ?", (reader,)).fetchone()
        return None if row is None else int(row[0])

    def save_position(self, reader: str, number: int) -> None:
        """Write durably up to which number a reader has delivered."""
        with _translated(), self._database:
            self._database.execute("INSERT OR REPLACE INTO positions VALUES (?, ?)", (reader, number))

    def _entries(self, which: str, *values: str | int) -> list[HistoryEntry]:
        with _translated():
            rows = self._database.execute(f"SELECT number, body FROM history {which}", values).fetchall()  # noqa: S608 — of this class
        return [HistoryEntry(number, _decode(body)) for number, body in rows]

    def close(self) -> None:
        """Close the file."""
        self._database.close()


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Raise what the port declares."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise RevisionTaken(str(error)) from error
    except (OSError, sqlite3.Error) as error:
        raise SituationsUnavailable(str(error)) from error
