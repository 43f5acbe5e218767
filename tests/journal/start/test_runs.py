"""The marks of runs. Whole runs that are killed: `tests/journal/test_journal.py`; on a full disk: `test_full_disk.py`."""

from pathlib import Path

from gateway.journal.start import runs
from tests.journal.journals import Now, append, opened


def test_a_run_is_marked_until_it_ends(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    query = "SELECT epoch FROM running"
    assert journal.file.database.execute(query).fetchall() == [(journal.epoch,)]
    runs.mark_ended(journal.file, journal.epoch)
    assert journal.file.database.execute(query).fetchall() == []
    assert list(runs.losses(journal.file, now.ms)) == []


def test_another_run_that_is_still_marked_becomes_a_gap_once(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal, t0_ms=now.ms - 5000)
    with journal.file.database as database:
        database.execute("INSERT INTO running VALUES (?, ?)", (b"another1", now.ms - 9000))
        runs.record_killed(database, journal.gaps, journal.epoch, now.ms)
        runs.record_killed(database, journal.gaps, journal.epoch, now.ms)
    (gap,) = journal.gaps.all()
    assert (gap.epoch, gap.from_ms, gap.to_ms) == (b"another1", now.ms - 9000, now.ms)
    assert journal.gaps.unreported
