"""A journal that moves to another machine: copied while its gateway runs, and prepared for the gateway that continues there."""

import contextlib
from pathlib import Path

from gateway.journal.corrections import epochs, newest_times
from gateway.journal.entries import Gap
from gateway.journal.file import UNCONFIRMED, connect
from gateway.journal.inspect import opened


def copy_journal(journal: Path, target: Path) -> None:
    """Copy a journal, as it is at one instant, to a new file. Its gateway may be running, and is not held up.

    Raises:
        FileNotFoundError: There is no journal.
        sqlite3.Error: It can't be read, or the copy can't be written.
    """
    with opened(journal) as database:
        database.execute("VACUUM INTO ?", (str(target),))


def prepare_copy(copy: Path, made_ms: int, now_ms: int, reason: str) -> int:
    """Prepare a copy for the gateway that continues with it, and return how many readings wait in it.

    The run that was copied may have gone on after that, which is recorded as a gap: what it read and did not send is not in the copy. The
    next run has an epoch of its own, as every run has, so batches of both are told apart.

    Raises:
        OSError, sqlite3.Error: The copy is damaged, or a newer version wrote it.
    """
    with contextlib.closing(connect(copy)) as database, database:
        newest_ms = max((newest_times(database, one).any_ms for one in epochs(database)), default=0)
        (epoch,) = database.execute("SELECT max(epoch) FROM running").fetchone()
        gap = Gap(now_ms, epoch, None, None, newest_ms or made_ms, max(now_ms, newest_ms), 0, reason)
        marks = ", ".join("?" * len(gap))
        database.execute(f"INSERT INTO gaps ({', '.join(Gap._fields)}) VALUES ({marks})", gap)
        database.execute("DELETE FROM running")
        return int(database.execute(f"SELECT coalesce(sum(readings), 0) FROM batches WHERE {UNCONFIRMED}").fetchone()[0])
