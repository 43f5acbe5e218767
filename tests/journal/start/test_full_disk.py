"""A journal that starts on a full disk, a real one: in memory, and then on disk without losing or doubling anything."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.journal import retention
from gateway.journal.entries import BatchNumber
from gateway.journal.journal import Journal
from gateway.journal.start.full_disk import FullDisk, has_room, is_full
from tests.journal.journals import LIMITS, Now, append, opened, values
from tests.journal.small_disk import fill, small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as folder:
        yield folder


def test_a_new_journal_on_a_full_disk_is_in_memory_and_moves_when_there_is_room(
    disk: Path, now: Now, caplog: pytest.LogCaptureFixture
) -> None:
    filler = fill(disk)
    journal = opened(disk, now)
    assert journal.file.in_memory
    assert "is full" in caplog.text
    journal.keep_schema(b"schema.8", b"document")
    numbers = [append(journal, value) for value in (1, 2, 3)]
    assert values(journal) == [1, 2, 3], "they can be sent meanwhile"
    assert not journal.settle(), "it is still full"
    journal.mark_stored(journal.epoch, [(0, 0)])
    filler.unlink()
    assert journal.settle()
    assert not journal.file.in_memory
    assert not journal.settle(), "once"
    numbers.append(append(journal, 4))
    assert values(journal) == [2, 3, 4]
    assert numbers == [BatchNumber(journal.epoch, seq) for seq in range(4)]
    journal.close()
    again = opened(disk, now)
    assert (values(again), again.gaps.all(), again.schemas()) == ([2, 3, 4], [], {b"schema.8": b"document"})


def test_what_the_file_has_stays_and_is_sent_later(disk: Path, now: Now) -> None:
    first = opened(disk, now)
    append(first, 1, t0_ms=now.ms + 5000)
    epoch = first.epoch
    first.close()
    filler = fill(disk)
    journal = opened(disk, now)
    assert journal.file.in_memory
    assert journal.newest_times().any_ms == now.ms + 5000, "no time is used twice"
    assert journal.file.knows(epoch)
    append(journal, 2)
    assert values(journal) == [2]
    filler.unlink()
    assert journal.settle()
    assert values(journal) == [1, 2]
    assert journal.gaps.all() == []


def test_a_run_that_was_killed_before_the_disk_was_full_becomes_a_gap_when_there_is_room(disk: Path, now: Now) -> None:
    append(opened(disk, now), 1)
    filler = fill(disk)
    journal = opened(disk, now)
    append(journal, 2)
    filler.unlink()
    assert journal.settle()
    assert [gap.reason.partition(":")[0] for gap in journal.gaps.all()] == ["the gateway was killed or lost power"]
    assert values(journal) == [1, 2]


def test_readings_that_were_only_in_memory_when_the_gateway_ended_are_a_recorded_loss(
    disk: Path, now: Now, caplog: pytest.LogCaptureFixture
) -> None:
    opened(disk, now).close()  # from now on the file of the lock has its block
    filler = fill(disk)
    append(opened(disk, now), 1)
    killed = opened(disk, now)
    append(killed, 2)
    killed.close()
    assert "what was not sent is lost (batches: 1, readings: 1)" in caplog.text
    filler.unlink()
    again = opened(disk, now)
    assert [gap.reason for gap in again.gaps.all()] == [
        "the gateway ended while its disk was full, and its readings were in memory: what it had not sent is lost"
    ]
    again.close()
    assert len(opened(disk, now).gaps.all()) == 1, "it is recorded once"


def test_an_orderly_end_moves_to_the_disk_what_is_in_memory_if_there_is_room_by_then(disk: Path, now: Now) -> None:
    filler = fill(disk)
    journal = opened(disk, now)
    append(journal, 1)
    filler.unlink()
    journal.close()
    again = opened(disk, now)
    assert (values(again), again.gaps.all()) == ([1], [])


def test_memory_is_bounded_and_what_it_does_not_hold_is_a_gap(disk: Path, now: Now, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MEMORY_BYTES", 2000)
    filler = fill(disk)
    journal = Journal(disk / "bounded.sqlite", LIMITS, now)
    for value in range(200):
        append(journal, value)
    kept = values(journal)
    assert 0 < len(kept) < 100
    assert kept[-1] == 199
    filler.unlink()
    assert journal.settle()
    assert sum(gap.readings for gap in journal.gaps.all()) == 200 - len(kept)
    assert values(journal) == kept
    journal.close()


def test_a_disk_that_is_full_again_in_the_middle_of_the_move_keeps_all_in_memory(
    disk: Path, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(disk)
    journal = opened(disk, now)
    append(journal, 1)
    monkeypatch.setattr("gateway.journal.file.has_room", lambda *_: True)
    assert not journal.settle()
    assert journal.file.in_memory
    assert values(journal) == [1]


@pytest.mark.parametrize("room", [4096, 40960, 102400, 409600])
def test_a_disk_that_is_almost_full_loses_nothing_either(disk: Path, now: Now, room: int) -> None:
    filler = fill(disk)
    os.truncate(filler, filler.stat().st_size - room)
    journal = opened(disk, now)
    assert journal.file.in_memory
    append(journal, 1)
    filler.unlink()
    assert journal.settle()
    assert values(journal) == [1]


def test_only_a_full_disk_is_one(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    assert has_room(path)
    assert not has_room(path, 1 << 62)
    assert has_room(Path("/proc/1/none")) or not has_room(Path("/proc/1/none")), "a disk that says nothing is no error"
    assert is_full(path, FullDisk("full"))
    assert is_full(path, OSError(errno.ENOSPC, "full"))
    assert not is_full(path, PermissionError(errno.EACCES, "denied"))
    assert not is_full(path, sqlite3.OperationalError("locked"))


def test_a_folder_that_can_not_be_written_is_an_error_as_before(tmp_path: Path, now: Now) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"exists|directory"):
        Journal(tmp_path / "file" / "journal.sqlite", LIMITS, now)
