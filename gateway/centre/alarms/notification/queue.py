"""What is to be sent, and whom was notified of what, in the file of alarms: it survives a kill, and each message is sent at least once."""

import contextlib
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.alarms.catalogue import KINDS
from gateway.alarms.notification.notice import Notification
from gateway.alarms.notification.plan import Case, CaseKey
from gateway.alarms.state import AlarmKey
from gateway.host.sqlite import open_durable

_TABLES = """
CREATE TABLE IF NOT EXISTS cases (
    operator TEXT NOT NULL, asset TEXT NOT NULL, kind TEXT NOT NULL, part TEXT NOT NULL, since_ms INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (operator, asset, kind, part, since_ms)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS queue (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, contact TEXT NOT NULL, at_ms INTEGER NOT NULL, body BLOB NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS contacts (
    owner TEXT NOT NULL, contact TEXT NOT NULL, sent_ms INTEGER NOT NULL, PRIMARY KEY (owner, contact)
) WITHOUT ROWID;
"""

_encode = msgspec.msgpack.Encoder().encode
_case, _notification = msgspec.msgpack.Decoder(Case).decode, msgspec.msgpack.Decoder(Notification).decode


class WaitingNotification(NamedTuple):
    """A message that is not delivered yet: its id, how often it was tried, and why that failed last."""

    id: str
    notification: Notification
    attempts: int = 0
    error: str = ""


class NotificationQueue:
    """The queue of one role, which serves one operator or all.

    Every method raises sqlite3.Error if the file can't be used.

    Args:
        path: The file of alarms.
        owner: The operator whose alarms the role follows; "" for all.
    """

    def __init__(self, path: Path, owner: str = "") -> None:
        self._database, self._owner = open_durable(path), owner
        self._database.executescript(_TABLES)

    def cases(self) -> dict[CaseKey, Case]:
        """Return whom was notified of what; cases of another version that can't be read are left out, and opened anew."""
        found = {}
        query = "SELECT operator, asset, kind, part, since_ms, body FROM cases WHERE ? IN ('', operator)"
        for *key, since_ms, body in self._database.execute(query, (self._owner,)):
            with contextlib.suppress(msgspec.MsgspecError):
                found[CaseKey(AlarmKey(*key), since_ms)] = _case(body)
        return {key: case for key, case in found.items() if key.alarm.kind in KINDS}

    def sent_ms(self) -> dict[str, int]:
        """Return when each contact was sent its latest message."""
        return dict(self._database.execute("SELECT contact, sent_ms FROM contacts WHERE owner = ?", (self._owner,)))

    def add(self, changed: Mapping[CaseKey, Case | None], notifications: Iterable[Notification]) -> list[WaitingNotification]:
        """Write cases that changed (None: it is gone) with what is to be sent, all or nothing; return what waits now."""
        added = [WaitingNotification(uuid.uuid4().hex, one) for one in notifications]
        with self._database:
            rows = [(*key.alarm, key.since_ms, _encode(case)) for key, case in changed.items() if case is not None]
            self._database.executemany("INSERT OR REPLACE INTO cases VALUES (?, ?, ?, ?, ?, ?)", rows)
            gone = [(*key.alarm, key.since_ms) for key, case in changed.items() if case is None]
            delete = "DELETE FROM cases WHERE operator = ? AND asset = ? AND kind = ? AND part = ? AND since_ms = ?"
            self._database.executemany(delete, gone)
            for one in added:
                sent = one.notification
                insert = "INSERT INTO queue (id, owner, contact, at_ms, body) VALUES (?, ?, ?, ?, ?)"
                self._database.execute(insert, (one.id, self._owner, sent.contact, sent.at_ms, _encode(sent)))
                self._database.execute("INSERT OR REPLACE INTO contacts VALUES (?, ?, ?)", (self._owner, sent.contact, sent.at_ms))
        return added

    def waiting(self) -> list[WaitingNotification]:
        """Return what is not delivered yet, oldest first."""
        query = "SELECT id, body, attempts, error FROM queue WHERE owner = ? ORDER BY at_ms, id"
        return _waiting(self._database.execute(query, (self._owner,)))

    def failed(self, message_id: str, error: str) -> None:
        """Note that a message could not be delivered."""
        with self._database:
            self._database.execute("UPDATE queue SET attempts = attempts + 1, error = ? WHERE id = ?", (error, message_id))

    def remove(self, message_id: str) -> None:
        """Remove a message that is delivered, or given up."""
        with self._database:
            self._database.execute("DELETE FROM queue WHERE id = ?", (message_id,))

    def close(self) -> None:
        """Close the file."""
        self._database.close()


class NotificationState(NamedTuple):
    """When each contact was sent its latest message, in milliseconds since 1970, and what is not delivered yet."""

    sent_ms: dict[str, int]
    waiting: list[WaitingNotification]


def state_of_queues(path: Path) -> NotificationState:
    """Return the state of all queues of a file of alarms.

    Raises:
        sqlite3.Error: The file can't be used.
    """
    with contextlib.closing(open_durable(path)) as database:
        database.executescript(_TABLES)
        sent_ms = dict(database.execute("SELECT contact, max(sent_ms) FROM contacts GROUP BY contact"))
        return NotificationState(sent_ms, _waiting(database.execute("SELECT id, body, attempts, error FROM queue ORDER BY at_ms, id")))


def _waiting(rows: Iterable[tuple[str, bytes, int, str]]) -> list[WaitingNotification]:
    """Return the messages of rows; one about a kind of alarm that there is no more is left out."""
    found = [WaitingNotification(one, _notification(body), attempts, error) for one, body, attempts, error in rows]
    return [one for one in found if all(notice.key.kind in KINDS for notice in one.notification.notices)]
