"""Situations in which other gateways lose data, as seen on a test machine or in their sources.

Those of a full disk are in `test_recorder.py`, those of pruning in `test_retention.py`, an edited configuration in `test_journal.py`.
"""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journal.journals import Now, append, opened, values


def test_a_receipt_with_a_hole_in_it_leaves_exactly_the_batches_that_it_does_not_name(tmp_path: Path, now: Now) -> None:
    """As Telegraf's disk buffer has it."""
    journal = opened(tmp_path, now)
    for n in range(8):
        append(journal, n)
    journal.mark_stored(journal.epoch, [(0, 1), (3, 3)])
    assert values(journal) == [2, 4, 5, 6, 7]


@pytest.mark.parametrize("damage", ["one byte short", "zeros at the end"])
def test_a_journal_with_a_torn_or_zeroed_tail_opens_and_is_continued(damage: str, tmp_path: Path, now: Now) -> None:
    """As Telegraf's disk buffer does not start after a torn write."""
    script = (
        "import os\nfrom pathlib import Path\nfrom tests.journal.journals import Now, append, opened\n"
        f"journal = opened(Path({str(tmp_path)!r}), Now())\n"
        "for n in range(50):\n    append(journal, n)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=False, cwd=Path(__file__).parents[2])
    wal = tmp_path / "journal.sqlite-wal"
    size = wal.stat().st_size
    with wal.open("r+b") as file:
        if damage == "one byte short":
            file.truncate(size - 1)
        else:
            file.seek(-100, 2)
            file.write(bytes(100))
    journal = opened(tmp_path, now)
    assert values(journal) == list(range(49))
    append(journal, 0)
    assert values(journal) == [*range(49), 0]
    assert "was killed" in journal.gaps.all()[0].reason


def test_a_rejected_batch_costs_no_other(tmp_path: Path, now: Now) -> None:
    """As one bad point rejects a whole batch of Telegraf's."""
    journal = opened(tmp_path, now)
    for n in range(4):
        append(journal, n)
    journal.mark_rejected(journal.waiting(0, 9)[1].number, "no such field")
    assert values(journal) == [0, 2, 3]


def test_a_restart_in_the_middle_skips_no_batch(tmp_path: Path, now: Now) -> None:
    """As ThingsBoard's gateway does."""
    journal = opened(tmp_path, now)
    for n in range(10):
        append(journal, n)
    journal.mark_stored(journal.epoch, [(0, 4)])
    first = journal.waiting(0, 1)[0].id
    journal.close()
    again = opened(tmp_path, now)
    assert again.waiting(0, 1)[0].id == first
    assert values(again) == [5, 6, 7, 8, 9]


def test_a_batch_that_did_not_reach_the_disk_is_an_error(tmp_path: Path, now: Now) -> None:
    """As ThingsBoard's gateway counts it as saved."""
    journal = opened(tmp_path, now)
    journal.file.database.execute(f"PRAGMA max_page_count = {journal.file.value('PRAGMA page_count')}")
    written = 0
    with pytest.raises(sqlite3.OperationalError, match="full"):  # noqa: PT012 — it counts how many were written
        while True:
            append(journal)
            written += 1
    assert journal.backlog().batches == written < 200
