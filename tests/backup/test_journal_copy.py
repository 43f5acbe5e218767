"""A journal that moves to another machine."""

import sqlite3
from pathlib import Path

import pytest

from gateway.backup.journal_copy import copy_journal, prepare_copy
from tests.journal.journals import NOW_MS, Now, append, opened, values


def test_a_copy_is_made_while_the_journal_is_in_use_and_has_all_of_it(tmp_path: Path) -> None:
    now = Now()
    journal = opened(tmp_path, now)
    for value in range(5):
        append(journal, value)
    journal.mark_stored(journal.epoch, [(0, 1)])
    journal.file.write_receipts()
    (tmp_path / "new").mkdir()
    copy_journal(tmp_path / "journal.sqlite", tmp_path / "new" / "journal.sqlite")
    append(journal, 5)
    assert prepare_copy(tmp_path / "new" / "journal.sqlite", NOW_MS, NOW_MS + 5000, "moved") == 3
    moved = opened(tmp_path / "new", now)
    assert values(moved) == [2, 3, 4]
    assert [(one.reason, one.epoch, one.from_ms, one.to_ms) for one in moved.gaps.all()] == [
        ("moved", journal.epoch, NOW_MS, NOW_MS + 5000)
    ]
    assert moved.epoch != journal.epoch
    assert values(journal) == [2, 3, 4, 5]


def test_the_gap_of_a_copy_does_not_end_before_it_begins_if_the_clock_is_behind(tmp_path: Path) -> None:
    now = Now()
    append(opened(tmp_path, now), 1)
    copy_journal(tmp_path / "journal.sqlite", tmp_path / "copy.sqlite")
    prepare_copy(tmp_path / "copy.sqlite", NOW_MS, 0, "moved")
    database = sqlite3.connect(tmp_path / "copy.sqlite")
    assert database.execute("SELECT from_ms, to_ms FROM gaps").fetchall() == [(NOW_MS, NOW_MS)]
    database.close()


def test_a_file_that_is_no_journal_is_not_copied(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"")
    with pytest.raises(sqlite3.DatabaseError, match="is not a journal"):
        copy_journal(tmp_path / "journal.sqlite", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
