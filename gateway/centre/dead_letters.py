"""Dead letters: what no store accepted, with the reason, until somebody replays or drops it.

A letter is a line that the store refused, or a message that could not be decoded or was stored only in part. Several workers may share the
file.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from gateway.host import clock
from gateway.host.sqlite import open_durable

LetterKind = Literal["line", "message"]

_TABLE = """
CREATE TABLE IF NOT EXISTS letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL, kind TEXT NOT NULL, topic TEXT NOT NULL, reason TEXT NOT NULL, body BLOB NOT NULL
)
"""


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
    """How many letters, and bytes of them, are kept; the oldest are dropped first."""

    letters: int = 100_000
    bytes: int = 256 << 20


class DeadLetters:
    """The file of letters.

    Every method raises sqlite3.Error if the file can't be used.
    """

    def __init__(self, path: Path, limits: LetterLimits = LetterLimits()) -> None:  # noqa: B008 — a constant
        path.parent.mkdir(parents=True, exist_ok=True)
        self._limits = limits
        self._database = open_durable(path)
        self._database.execute(_TABLE)

    def add(self, letters: Iterable[NewLetter]) -> None:
        """Write letters to disk, and drop the oldest beyond the limits."""
        at_ms = clock.now_ms()
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
        with self._database:
            return sum(self._database.execute("DELETE FROM letters WHERE id = ?", (number,)).rowcount for number in numbers)

    def close(self) -> None:
        """Close the file."""
        self._database.close()
