"""The file of roll-outs: their states over a restart, what people ask of them, what happened, and the devices of the site.

One process writes the states; commands on the same machine write requests, which it answers.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from firmware_tools.rollout.device import DeviceName, KnownDevice
from firmware_tools.rollout.state import Rollout, RolloutDevice
from gateway.host.sqlite import open_durable
from gateway.model.messages import AlarmText

_TABLES = """
CREATE TABLE IF NOT EXISTS rollouts (id TEXT PRIMARY KEY, ended INTEGER NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rollout_devices (
    rollout TEXT NOT NULL, number INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (rollout, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, verb TEXT NOT NULL, rollout TEXT NOT NULL, by TEXT NOT NULL,
    body BLOB NOT NULL, answered INTEGER NOT NULL DEFAULT 0, error TEXT
);
CREATE INDEX IF NOT EXISTS new_requests ON requests (id) WHERE NOT answered;
CREATE TABLE IF NOT EXISTS known (
    operator TEXT NOT NULL, gateway TEXT NOT NULL, device TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (operator, gateway, device)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, rollout TEXT NOT NULL, device TEXT NOT NULL,
    en TEXT NOT NULL, it TEXT NOT NULL
);
"""

LOG_ROWS_MOST = 100_000

RequestVerb = Literal["start", "pause", "resume", "abort", "ask"]

_encode = msgspec.msgpack.Encoder().encode
_rollout = msgspec.msgpack.Decoder(Rollout).decode
_device = msgspec.msgpack.Decoder(RolloutDevice).decode
_known = msgspec.msgpack.Decoder(KnownDevice).decode


class RolloutRequest(NamedTuple):
    """What somebody wants: to start, pause, resume or abort a roll-out, or that devices are asked what they are.

    `body` is the roll-out to start, or the names of the devices to ask.
    """

    number: int
    verb: RequestVerb
    rollout: str
    by: str
    body: bytes


class RolloutNews(NamedTuple):
    """Something that happened to a roll-out, or to one of its devices."""

    at_ms: int
    rollout: str
    device: str
    text: AlarmText


class RolloutFile:
    """The file of roll-outs of one centre.

    Every method raises sqlite3.Error if the file can't be used.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = open_durable(path)
        self._database.executescript(_TABLES)
        self._saved: dict[tuple[str, int], bytes] = {}

    def load(self, newest: int | None = None) -> list[Rollout]:
        """Return the roll-outs that have not ended, or the newest, ended or not, oldest first."""
        where = (
            "WHERE NOT ended ORDER BY CAST(substr(id, 2) AS INTEGER) DESC"
            if newest is None
            else "ORDER BY CAST(substr(id, 2) AS INTEGER) DESC LIMIT ?"
        )
        bodies = self._database.execute(f"SELECT body FROM rollouts {where}", () if newest is None else (newest,))  # noqa: S608 — constants
        return [self._whole(_rollout(body)) for (body,) in bodies][::-1]

    def get(self, rollout: str) -> Rollout | None:
        """Return a roll-out by its name; None if there is none."""
        row = self._database.execute("SELECT body FROM rollouts WHERE id = ?", (rollout,)).fetchone()
        return None if row is None else self._whole(_rollout(row[0]))

    def save(self, rollouts: Iterable[Rollout], news: Iterable[RolloutNews] = (), answers: Mapping[int, str | None] | None = None) -> None:
        """Write what changed of roll-outs, what happened, and the answers to requests (None: done), all or nothing."""
        written: dict[tuple[str, int], bytes] = {}
        with self._database:
            for one in rollouts:
                head = _encode(msgspec.structs.replace(one, devices=[]))
                self._database.execute("INSERT OR REPLACE INTO rollouts VALUES (?, ?, ?)", (one.id, one.ended, head))
                for number, device in enumerate(one.devices):
                    body = _encode(device)
                    if self._saved.get((one.id, number)) != body:
                        self._database.execute("INSERT OR REPLACE INTO rollout_devices VALUES (?, ?, ?)", (one.id, number, body))
                        written[one.id, number] = body
            rows = [(at_ms, rollout, device, text.en, text.it) for at_ms, rollout, device, text in news]
            self._database.executemany("INSERT INTO log (at_ms, rollout, device, en, it) VALUES (?, ?, ?, ?, ?)", rows)
            if rows:
                self._database.execute("DELETE FROM log WHERE id <= (SELECT max(id) FROM log) - ?", (LOG_ROWS_MOST,))
            said = ((error, number) for number, error in (answers or {}).items())
            self._database.executemany("UPDATE requests SET answered = 1, error = ? WHERE id = ?", said)
        self._saved |= written

    def request(self, verb: RequestVerb, rollout: str, by: str, at_ms: int, body: bytes = b"") -> int:
        """Add a request, which the process that runs the role answers, and return its number."""
        insert = "INSERT INTO requests (at_ms, verb, rollout, by, body) VALUES (?, ?, ?, ?, ?)"
        with self._database:
            return self._database.execute(insert, (at_ms, verb, rollout, by, body)).lastrowid or 0

    def requests(self) -> list[RolloutRequest]:
        """Return the requests that are not answered, oldest first."""
        query = "SELECT id, verb, rollout, by, body FROM requests WHERE NOT answered ORDER BY id LIMIT 100"
        return [RolloutRequest(*row) for row in self._database.execute(query)]

    def answer_to(self, number: int) -> tuple[bool, str | None]:
        """Return whether a request is answered, and why it was not done, if so."""
        row = self._database.execute("SELECT answered, error FROM requests WHERE id = ?", (number,)).fetchone()
        return (False, None) if row is None else (bool(row[0]), row[1])

    def known(self) -> list[KnownDevice]:
        """Return the known devices of the site."""
        return [_known(body) for (body,) in self._database.execute("SELECT body FROM known ORDER BY operator, gateway, device")]

    def save_known(self, devices: Iterable[KnownDevice]) -> None:
        """Write what is known of devices."""
        rows = [(*one.name, _encode(one)) for one in devices]
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO known VALUES (?, ?, ?, ?)", rows)

    def log(self, rollout: str, newest: int) -> list[RolloutNews]:
        """Return what happened last to a roll-out, oldest first."""
        query = "SELECT at_ms, rollout, device, en, it FROM log WHERE rollout = ? ORDER BY id DESC LIMIT ?"
        found = [RolloutNews(row[0], row[1], row[2], AlarmText(row[3], row[4])) for row in self._database.execute(query, (rollout, newest))]
        return found[::-1]

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _whole(self, rollout: Rollout) -> Rollout:
        query = "SELECT number, body FROM rollout_devices WHERE rollout = ? ORDER BY number"
        for number, body in self._database.execute(query, (rollout.id,)):
            self._saved[rollout.id, number] = body
            rollout.devices.append(_device(body))
        return rollout


def names_in(body: bytes) -> list[DeviceName]:
    """Return the names of devices in a request.

    Raises:
        msgspec.MsgspecError: There are none.
    """
    return msgspec.msgpack.decode(body, type=list[DeviceName])


def rollout_in(body: bytes) -> Rollout:
    """Return the roll-out in a request.

    Raises:
        msgspec.MsgspecError: There is none.
    """
    return _rollout(body)
