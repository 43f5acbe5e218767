"""The runs of a gateway, as its journal knows them: the present one is marked, and one that did not end with `close` becomes a gap."""

import sqlite3
from collections.abc import Iterator

from gateway.journal.corrections import newest_times
from gateway.journal.entries import Gap
from gateway.journal.file import JournalFile
from gateway.journal.gaps import GapLog


def losses(file: JournalFile, now_ms: int) -> Iterator[Gap]:
    """Yield as gaps what the run before this one may have lost, as far as its lock says."""
    reasons = []
    if file.missing:
        reasons.append("the gateway was killed or lost power, and its journal file was deleted: what it held is lost")
    if file.left_in_memory:
        reasons.append("the gateway ended while its disk was full, and its readings were in memory: what it had not sent is lost")
    yield from (Gap(now_ms, None, None, None, None, None, 0, reason) for reason in reasons)


def mark_running(database: sqlite3.Connection, gaps: GapLog, epoch: bytes, now_ms: int) -> None:
    """Record that a run of this epoch uses the journal, and what the runs before it lost, in the open transaction."""
    record_killed(database, gaps, epoch, now_ms)
    # A run that is killed before its first batch has lost its readings since now.
    database.execute("DELETE FROM running")
    database.execute("INSERT INTO running VALUES (?, ?)", (epoch, now_ms))


def record_killed(database: sqlite3.Connection, gaps: GapLog, epoch: bytes, now_ms: int) -> None:
    """Record a gap for each other run that did not end with `close`, in the open transaction."""
    for other, since_ms in database.execute("SELECT epoch, since_ms FROM running WHERE epoch != ?", (epoch,)).fetchall():
        reason = "the gateway was killed or lost power: the readings since its last flush are lost"
        from_ms = newest_times(database, other).any_ms or since_ms
        gaps.insert(database, Gap(now_ms, other, None, None, from_ms, now_ms, 0, reason))
    database.execute("DELETE FROM running WHERE epoch != ?", (epoch,))


def mark_ended(file: JournalFile, epoch: bytes) -> None:
    """Record that a run has ended.

    Raises:
        sqlite3.Error: It can't be written.
    """
    with file.transaction() as database:
        database.execute("DELETE FROM running WHERE epoch = ?", (epoch,))
