"""The store of situations in PostgreSQL, for a Situation Room that two machines can run."""

import contextlib
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar
from uuid import uuid4

import msgspec

from gateway.centre.situation.port import HistoryEntry, RecordedAction, RevisionTaken
from gateway.centre.situation.postgres.session import ADVISORY_CLASS, PostgresConnection, PostgresSession, SessionLost
from gateway.centre.situation.postgres.tables import prepare_tables
from gateway.model.site.situation.room import PostgresSettings
from gateway.situation.lifecycle.situation import Situation

_T = TypeVar("_T")

# Whoever appends waits for whoever appends already: numbers are in the order in which they can be seen, so that nobody who has read up to
# one misses a smaller one that is committed later.
_BEGIN = f"BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({ADVISORY_CLASS}, 1)"

_APPEND = """
WITH written AS (
    INSERT INTO situation_history (number, situation, revision, organisation, request, attempt, body)
    SELECT 1 + coalesce((SELECT max(number) FROM situation_history), 0), :situation, :revision, :organisation, :request, :attempt, :body
    WHERE :revision = 1 + coalesce((SELECT max(revision) FROM situation_history WHERE situation = :situation), 0)
    RETURNING number
), present AS (
    INSERT INTO situation_present SELECT :situation, :present FROM written ON CONFLICT (id) DO UPDATE SET body = excluded.body
)
SELECT number, pg_notify('situations', '') FROM written
"""
_APPEND_TYPES = {"situation": 25, "revision": 23, "organisation": 25, "request": 25, "attempt": 2950, "body": 25, "present": 25}
"""Numbers of the types text, integer and uuid (pg_type.dat): a parameter that is used twice has to have one."""

_SAVE_POSITION = """
INSERT INTO situation_positions VALUES (:reader, :number) ON CONFLICT (reader) DO UPDATE SET number = excluded.number
"""

_WAKE_S = 5.0
"""A wait looks again after so long: the notification may have arrived together with an answer, or the server may be gone."""

_encode, _decode = msgspec.json.Encoder().encode, msgspec.json.Decoder(RecordedAction).decode
_decode_situation = msgspec.json.Decoder(Situation).decode


class PostgresSituations:
    """Situations in a database, for use by one thread at a time. A call takes half a minute at most, but for `wait`."""

    def __init__(self, settings: PostgresSettings) -> None:
        self._session = PostgresSession(settings, prepare=self._prepare)
        self._listens = self._has_tables = False
        self._read("SELECT 1")

    def append(self, recorded: RecordedAction) -> int:
        """Write an action durably and return its number.

        If the connection is lost meanwhile, this looks whether the action was written, and tries once more if not.
        """
        situation = recorded.situation
        row: dict[str, str | int | None] = {
            "situation": situation.id,
            "revision": situation.revision,
            "organisation": recorded.organisation,
            "request": None if recorded.request is None else _key(recorded.request),
            "attempt": str(uuid4()),
            "body": _encode(recorded).decode(),
            "present": _encode(situation).decode(),
        }
        try:
            return self._session.run(lambda connection: _append(connection, row))
        except SessionLost:
            return self._session.run(lambda connection: _append(connection, row, again=True))

    def together(self) -> contextlib.AbstractContextManager[None]:
        """Return a context within which each action is durable when it is written."""
        return contextlib.nullcontext()

    def get(self, situation: str) -> Situation | None:
        """Return a situation as it is."""
        rows = self._read("SELECT body FROM situation_present WHERE id = :id", id=_text(situation))
        return _decode_situation(rows[0][0]) if rows else None

    def present(self) -> list[Situation]:
        """Return every situation as it is."""
        return [_decode_situation(body) for (body,) in self._read("SELECT body FROM situation_present ORDER BY id")]

    def history(self, situation: str) -> list[HistoryEntry]:
        """Return everything that was done with a situation."""
        return self._entries("WHERE situation = :situation ORDER BY number", situation=_text(situation))

    def of_revision(self, situation: str, revision: int) -> HistoryEntry | None:
        """Return the entry with a revision of a situation."""
        found = self._entries("WHERE situation = :situation AND revision = :revision", situation=_text(situation), revision=revision)
        return next(iter(found), None)

    def since(self, number: int, most: int) -> list[HistoryEntry]:
        """Return what was done after an entry."""
        return self._entries("WHERE number > :number ORDER BY number LIMIT :most", number=number, most=most)

    def of_request(self, organisation: str, request: str) -> HistoryEntry | None:
        """Return what an organisation's request has done."""
        found = self._entries(
            "WHERE organisation = :organisation AND request = :request", organisation=_text(organisation), request=_key(request)
        )
        return next(iter(found), None)

    def newest(self) -> int:
        """Return the number of the last entry; 0 if there is none."""
        return int(self._read("SELECT coalesce(max(number), 0) FROM situation_history")[0][0])

    def position(self, reader: str) -> int | None:
        """Return up to which entry a reader has delivered; None if it never saved that."""
        rows = self._read("SELECT number FROM situation_positions WHERE reader = :reader", reader=reader)
        return int(rows[0][0]) if rows else None

    def save_position(self, reader: str, number: int) -> None:
        """Write durably up to which entry a reader has delivered."""
        self._again_if_lost(lambda connection: connection.run(_SAVE_POSITION, reader=reader, number=number))

    def wait(self, number: int, timeout_s: float) -> bool:
        """Wait until something was done after an entry, at most so long, and return whether there is something."""
        until_s = time.monotonic() + timeout_s
        while not self._is_after(number):
            left_s = until_s - time.monotonic()
            if left_s <= 0:
                return False
            self._session.wait(min(left_s, _WAKE_S))
        return True

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _is_after(self, number: int) -> bool:
        def read(connection: PostgresConnection) -> bool:
            if not self._listens:
                connection.run("LISTEN situations")  # before it looks: what is done after that is notified
                self._listens = True
            return bool(connection.run("SELECT 1 FROM situation_history WHERE number > :number LIMIT 1", number=number))

        return self._again_if_lost(read)

    def _entries(self, which: str, **values: str | int) -> list[HistoryEntry]:
        rows = self._read(f"SELECT number, body FROM situation_history {which}", **values)  # noqa: S608 — of this class
        return [HistoryEntry(number, _decode(body)) for number, body in rows]

    def _read(self, query: str, **values: str | int) -> list[list[Any]]:
        return self._again_if_lost(lambda connection: connection.run(query, **values))

    def _again_if_lost(self, read: Callable[[PostgresConnection], _T]) -> _T:
        """Read, and once more if the connection was lost: servers are restarted."""
        with contextlib.suppress(SessionLost):
            return self._session.run(read)
        return self._session.run(read)

    def _prepare(self, connection: PostgresConnection) -> None:
        """Check the tables of a new session. Only the first one creates them: a database that has lost them is reported."""
        self._listens = False
        prepare_tables(connection, may_create=not self._has_tables)
        self._has_tables = True


def _append(connection: PostgresConnection, row: dict[str, str | int | None], *, again: bool = False) -> int:
    connection.run(_BEGIN)
    rows = []
    if again:  # the transaction before holds the lock until it has ended, so that this sees what became of it
        rows = connection.run("SELECT number FROM situation_history WHERE attempt = :attempt AND situation = :situation", **row)
    if not rows:
        rows = connection.run(_APPEND, types=_APPEND_TYPES, **row)
    if not rows:
        raise RevisionTaken(row["situation"])
    connection.run("COMMIT")
    return int(rows[0][0])


def _key(request: str) -> str:
    """Return what a request is found by: it may be longer than an index allows, or have characters that PostgreSQL does not store."""
    return sha256(request.encode("utf-8", "surrogatepass")).hexdigest()


def _text(name: str) -> str:
    """Return a name to look for: PostgreSQL accepts neither NUL nor lone surrogates, and no name has them."""
    return name.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
