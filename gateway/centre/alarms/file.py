"""The file of alarms: their states over a restart, what operators do, and what happened. One process writes the states, others may ask."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.alarms.state import Action, Alarm, AlarmKey, Transition
from gateway.host.sqlite import open_durable
from gateway.model.messages import AlarmText

_TABLES = """
CREATE TABLE IF NOT EXISTS alarms (
    operator TEXT NOT NULL, asset TEXT NOT NULL, kind TEXT NOT NULL, part TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (operator, asset, kind, part)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS actions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL,
    operator TEXT NOT NULL, asset TEXT NOT NULL, kind TEXT NOT NULL, part TEXT NOT NULL,
    verb TEXT NOT NULL, by TEXT NOT NULL, until_ms INTEGER, applied INTEGER NOT NULL DEFAULT 0, comment TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS new_actions ON actions (id) WHERE NOT applied;
CREATE TABLE IF NOT EXISTS log (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL,
    operator TEXT NOT NULL, asset TEXT NOT NULL, kind TEXT NOT NULL, part TEXT NOT NULL,
    change TEXT NOT NULL, by TEXT, detail TEXT NOT NULL, detail_it TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS followed (one INTEGER PRIMARY KEY CHECK (one = 1), at_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS full_loads (topic TEXT PRIMARY KEY, watts REAL NOT NULL) WITHOUT ROWID;
"""

_LATER = (("actions", "comment"), ("log", "detail_it"))

LOG_ROWS_MOST = 200_000

_encode, _decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(Alarm).decode


class WaitingAction(NamedTuple):
    """An action of an operator that is not applied yet."""

    number: int
    action: Action


class AlarmFile:
    """The file of alarms of one centre.

    Every method raises sqlite3.Error if the file can't be used.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = open_durable(path)
        self._database.executescript(_TABLES)
        for table, column in _LATER:  # a file of version 0.1 does not have them
            if column not in {row[1] for row in self._database.execute(f"PRAGMA table_info({table})")}:
                self._database.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")

    def load(self) -> dict[AlarmKey, Alarm]:
        """Return all alarms; those of another version that can't be read are left out, and raised anew."""
        found = {}
        for *key, body in self._database.execute(
            "SELECT operator, asset, kind, part, body FROM alarms ORDER BY operator, asset, kind, part"
        ):
            try:
                found[AlarmKey(*key)] = _decode(body)
            except msgspec.MsgspecError:
                continue
        return found

    def save(self, changed: Mapping[AlarmKey, Alarm | None], transitions: Iterable[Transition], applied: Iterable[int] = ()) -> None:
        """Write alarms that changed (None: it is gone), what happened, and which actions that applied, all or nothing."""
        rows = [(*key, _encode(alarm)) for key, alarm in changed.items() if alarm is not None]
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO alarms VALUES (?, ?, ?, ?, ?)", rows)
            gone = [key for key, alarm in changed.items() if alarm is None]
            self._database.executemany("DELETE FROM alarms WHERE operator = ? AND asset = ? AND kind = ? AND part = ?", gone)
            logged = [(one.at_ms, *one.key, one.change, one.by, one.detail.en, one.detail.it) for one in transitions]
            insert = (
                "INSERT INTO log (at_ms, operator, asset, kind, part, change, by, detail, detail_it) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            )
            self._database.executemany(insert, logged)
            if logged:
                self._database.execute("DELETE FROM log WHERE id <= (SELECT max(id) FROM log) - ?", (LOG_ROWS_MOST,))
            self._database.executemany("UPDATE actions SET applied = 1 WHERE id = ?", ((number,) for number in applied))

    def ask(self, action: Action, at_ms: int) -> int:
        """Add an action, which the process that runs the role applies, and return its number."""
        insert = "INSERT INTO actions (at_ms, operator, asset, kind, part, verb, by, until_ms, comment) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        with self._database:
            number = self._database.execute(insert, (at_ms, *action.key, *action[1:])).lastrowid
        return number or 0

    def waiting(self) -> list[WaitingAction]:
        """Return the actions that are not applied yet, oldest first."""
        query = "SELECT id, operator, asset, kind, part, verb, by, until_ms, comment FROM actions WHERE NOT applied ORDER BY id LIMIT 1000"
        return [WaitingAction(row[0], Action(AlarmKey(*row[1:5]), *row[5:])) for row in self._database.execute(query)]

    def is_applied(self, number: int) -> bool:
        """Return whether an action is applied."""
        row = self._database.execute("SELECT applied FROM actions WHERE id = ?", (number,)).fetchone()
        return row is not None and bool(row[0])

    def log(self, newest: int) -> list[Transition]:
        """Return what happened last, oldest first."""
        query = "SELECT at_ms, operator, asset, kind, part, change, by, detail, detail_it FROM log ORDER BY id DESC LIMIT ?"
        found = [
            Transition(row[0], AlarmKey(*row[1:5]), row[5], row[6], AlarmText(row[7], row[8] or row[7]))
            for row in self._database.execute(query, (newest,))
        ]
        return found[::-1]

    def followed_ms(self) -> int | None:
        """Return when the process that runs the role last worked; None if it never did."""
        row = self._database.execute("SELECT at_ms FROM followed").fetchone()
        return None if row is None else int(row[0])

    def save_followed(self, at_ms: int) -> None:
        """Write that the role works at a time."""
        with self._database:
            self._database.execute("INSERT OR REPLACE INTO followed VALUES (1, ?)", (at_ms,))

    def full_loads(self) -> dict[str, float]:
        """Return the full load of each panel that was seen, in watts, by the topic of its meter."""
        return dict(self._database.execute("SELECT topic, watts FROM full_loads"))

    def save_full_loads(self, watts: Mapping[str, float]) -> None:
        """Write the full loads of panels."""
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO full_loads VALUES (?, ?)", watts.items())

    def close(self) -> None:
        """Close the file."""
        self._database.close()
