"""What no store takes: kept aside with the reason, bounded, until somebody replays or drops it.

A letter is a line that the store refused, or a whole message that could not be read, or not in full. Several workers may share the file.
"""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

LetterKind = Literal["line", "message"]

_TABLE = """
CREATE TABLE IF NOT EXISTS letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL, kind TEXT NOT NULL, topic TEXT NOT NULL, reason TEXT NOT NULL, body BLOB NOT NULL
)
"""


class NewLetter(NamedTuple):
    """A letter to be kept: what it is, the topic that it came on, why it is here, and itself."""

    kind: LetterKind
    topic: str
    reason: str
    body: bytes


class Letter(msgspec.Struct):
    """A letter that is kept."""

    id: int
    at_ms: int
    kind: LetterKind
    topic: str
    reason: str
    body: bytes


class LetterLimits(NamedTuple):
    """How many letters are kept, and how many bytes of them; the oldest go first."""

    letters: int = 100_000
    bytes: int = 256 << 20


class DeadLetters:
    """The file of letters.

    Every method raises sqlite3.Error where the file can't be used.
    """

    def __init__(self, path: Path, limits: LetterLimits = LetterLimits()) -> None:  # noqa: B008 — a constant
        path.parent.mkdir(parents=True, exist_ok=True)
        self._limits = limits
        self._database = sqlite3.connect(path, timeout=10, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(_TABLE)

    def add(self, letters: Iterable[NewLetter]) -> None:
        """Keep letters; when this returns they are on the disk, and the oldest are gone where there were too many."""
        at_ms = time.time_ns() // 1_000_000
        with self._database:
            self._database.executemany(
                "INSERT INTO letters (at_ms, kind, topic, reason, body) VALUES (?, ?, ?, ?, ?)", ((at_ms, *one) for one in letters)
            )
            count, size = self._database.execute("SELECT count(*), total(length(body)) FROM letters").fetchone()
            while count > self._limits.letters or size > self._limits.bytes:
                most = max(1, count - self._limits.letters, count // 10)
                oldest = "DELETE FROM letters WHERE id IN (SELECT id FROM letters ORDER BY id LIMIT ?) RETURNING length(body)"
                gone = self._database.execute(oldest, (most,)).fetchall()
                count, size = count - len(gone), size - sum(row[0] for row in gone)

    def count(self) -> int:
        """Tell how many there are."""
        return int(self._database.execute("SELECT count(*) FROM letters").fetchone()[0])

    def letters(self, after_id: int = 0, limit: int = -1) -> list[Letter]:
        """Give letters in the order in which they came, from behind one."""
        query = "SELECT id, at_ms, kind, topic, reason, body FROM letters WHERE id > ? ORDER BY id LIMIT ?"
        return [Letter(*row) for row in self._database.execute(query, (after_id, limit))]

    def one(self, number: int) -> Letter | None:
        """Give one letter."""
        row = self._database.execute("SELECT id, at_ms, kind, topic, reason, body FROM letters WHERE id = ?", (number,)).fetchone()
        return Letter(*row) if row else None

    def drop(self, numbers: Sequence[int]) -> int:
        """Throw letters away; gives how many there were."""
        with self._database:
            return sum(self._database.execute("DELETE FROM letters WHERE id = ?", (number,)).rowcount for number in numbers)

    def close(self) -> None:
        """Close the file."""
        self._database.close()
