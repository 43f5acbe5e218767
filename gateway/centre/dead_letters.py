"""Dead letters: what no store accepted, with the reason, until somebody replays or drops it.

A letter is a line that the store refused, or a message that could not be decoded or was stored only in part. Several workers may share the
file. Each gateway has a limited part of it: the oldest letters of one that has more are dropped, and counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from gateway.host import clock
from gateway.host.sqlite import open_durable

LetterKind = Literal["line", "message"]

_LETTERS = """
CREATE TABLE IF NOT EXISTS letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL, kind TEXT NOT NULL, topic TEXT NOT NULL, reason TEXT NOT NULL, body BLOB NOT NULL
);
"""

# Each gateway has one topic for its data, from which all letters are. They are counted anew when the file is opened: an earlier
# release may have added some.
_QUOTAS = """
CREATE INDEX IF NOT EXISTS letters_by_topic ON letters (topic, id);
CREATE TABLE IF NOT EXISTS quotas (
    topic TEXT PRIMARY KEY,
    letters INTEGER NOT NULL, bytes INTEGER NOT NULL, dropped INTEGER NOT NULL
);
BEGIN IMMEDIATE;
UPDATE quotas SET letters = 0, bytes = 0;
INSERT INTO quotas SELECT topic, count(*), total(length(body)), 0 FROM letters WHERE true GROUP BY topic
    ON CONFLICT (topic) DO UPDATE SET letters = excluded.letters, bytes = excluded.bytes;
COMMIT;
"""
_ADDED = (
    "INSERT INTO quotas VALUES (?, ?, ?, ?) ON CONFLICT (topic) DO UPDATE SET"
    " letters = letters + excluded.letters, bytes = bytes + excluded.bytes, dropped = dropped + excluded.dropped"
)


class NewLetter(NamedTuple):
    """A letter to be added: its kind, the topic of its message, the reason, and the line or message itself."""

    kind: LetterKind
    topic: str
    reason: str
    body: bytes


class Letter(msgspec.Struct):
    """A letter in the file."""

    id: int
    at_ms: int
    kind: LetterKind
    topic: str
    reason: str
    body: bytes


class LetterLimits(NamedTuple):
    """How many letters, and bytes of them, are kept, in all and of one gateway.

    The oldest of the same gateway are dropped first, then of the gateway that has most.
    """

    letters: int = 100_000
    bytes: int = 256 << 20
    gateway_letters: int = 10_000
    gateway_bytes: int = 32 << 20


class DeadLetters:
    """The file of letters.

    Every method raises sqlite3.Error if the file can't be used.
    """

    def __init__(self, path: Path, limits: LetterLimits = LetterLimits()) -> None:  # noqa: B008 — a constant
        path.parent.mkdir(parents=True, exist_ok=True)
        self._limits = limits
        self._database = open_durable(path)
        self._database.executescript(_LETTERS + _QUOTAS)

    def add(self, letters: Iterable[NewLetter]) -> None:
        """Write letters to disk, and drop the oldest beyond the limits."""
        at_ms, limits = clock.now_ms(), self._limits
        by_topic = defaultdict[str, list[NewLetter]](list)
        for one in letters:
            by_topic[one.topic].append(one)
        with self._database:
            for topic, mine in by_topic.items():
                newest = mine[-limits.gateway_letters :]
                self._database.executemany(
                    "INSERT INTO letters (at_ms, kind, topic, reason, body) VALUES (?, ?, ?, ?, ?)", ((at_ms, *one) for one in newest)
                )
                size = sum(len(one.body) for one in newest)
                self._database.execute(_ADDED, (topic, len(newest), size, len(mine) - len(newest)))
                self._limit(topic, limits.gateway_letters, limits.gateway_bytes)
            self._limit_all()

    def _limit(self, topic: str, most: int, most_bytes: int) -> None:
        """Drop the oldest letters of a gateway beyond limits."""
        count, size = self._database.execute("SELECT letters, bytes FROM quotas WHERE topic = ?", (topic,)).fetchone()
        while count > most or (size > most_bytes and count):
            number = max(1, count - most, count // 10)
            oldest = "DELETE FROM letters WHERE id IN (SELECT id FROM letters WHERE topic = ? ORDER BY id LIMIT ?) RETURNING length(body)"
            gone = self._database.execute(oldest, (topic, number)).fetchall()
            freed = sum(row[0] for row in gone)
            self._database.execute(_ADDED, (topic, -len(gone), -freed, len(gone)))
            count, size = (count - len(gone), size - freed) if gone else (0, 0)

    def _limit_all(self) -> None:
        """Drop letters of the gateways that have most until the file is within its limits."""
        while True:
            count, size = self._database.execute("SELECT total(letters), total(bytes) FROM quotas").fetchone()
            if count > self._limits.letters:
                topic, letters = self._database.execute("SELECT topic, letters FROM quotas ORDER BY letters DESC, topic LIMIT 1").fetchone()
                self._limit(topic, max(0, letters - max(1, int(count) - self._limits.letters)), self._limits.gateway_bytes)
            elif size > self._limits.bytes:
                topic, letters = self._database.execute("SELECT topic, letters FROM quotas ORDER BY bytes DESC, topic LIMIT 1").fetchone()
                self._limit(topic, max(0, letters - max(1, letters // 10)), self._limits.gateway_bytes)
            else:
                return

    def dropped(self) -> dict[str, int]:
        """Return how many letters were dropped for want of room, by topic."""
        return dict(self._database.execute("SELECT topic, dropped FROM quotas WHERE dropped ORDER BY topic"))

    def count(self) -> int:
        """Return the number of letters."""
        return int(self._database.execute("SELECT count(*) FROM letters").fetchone()[0])

    def letters(self, newest: int = -1) -> list[Letter]:
        """Return the newest letters, or all of them, in the order in which they were added."""
        query = "SELECT id, at_ms, kind, topic, reason, body FROM letters ORDER BY id DESC LIMIT ?"
        return [Letter(*row) for row in self._database.execute(query, (newest,))][::-1]

    def get(self, number: int) -> Letter | None:
        """Return one letter, or None if it does not exist."""
        row = self._database.execute("SELECT id, at_ms, kind, topic, reason, body FROM letters WHERE id = ?", (number,)).fetchone()
        return Letter(*row) if row else None

    def drop(self, numbers: Sequence[int]) -> int:
        """Delete letters and return how many there were."""
        count = 0
        with self._database:
            for number in numbers:
                for topic, size in self._database.execute(
                    "DELETE FROM letters WHERE id = ? RETURNING topic, length(body)", (number,)
                ).fetchall():
                    self._database.execute(_ADDED, (topic, -1, -size, 0))
                    count += 1
        return count

    def close(self) -> None:
        """Close the file."""
        self._database.close()
