"""The journal: batches wait in order until they are confirmed, across restarts, kills and damaged disks."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gateway.host.threads import OneThread
from gateway.journal import file
from gateway.journal.entries import BatchNumber, Gap, NewestTimes
from gateway.journal.file import JournalFile, JournalGone
from gateway.journal.journal import Journal
from gateway.journal.lock import JournalLock
from gateway.model.batch import unpack
from gateway.model.reading import Reading
from tests.journal.journals import LIMITS, NOW_MS, SCHEMA, Now, append, opened, recorder_of, refuse_writes, values


def test_batches_wait_in_order_until_they_are_stored(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    numbers = [append(journal, n) for n in range(5)]
    assert numbers == [BatchNumber(journal.epoch, n) for n in range(5)]
    assert values(journal) == [0, 1, 2, 3, 4]
    journal.mark_stored(journal.epoch, [(1, 2), (4, 4)])
    assert values(journal) == [0, 3]
    assert journal.backlog().batches == journal.waiting_batches() == 2


def test_batches_that_waited_at_closing_wait_at_opening_with_a_new_epoch(tmp_path: Path, now: Now) -> None:
    first = opened(tmp_path, now)
    append(first, "before")
    first.close()
    second = opened(tmp_path, now)
    append(second, "after")
    assert second.epoch != first.epoch
    assert [(entry.number, value) for entry, value in zip(second.waiting(0, 9), values(second), strict=True)] == [
        (BatchNumber(first.epoch, 0), "before"),
        (BatchNumber(second.epoch, 0), "after"),
    ]


def test_a_receipt_counts_only_for_its_epoch(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal)
    journal.mark_stored(b"another.", [(0, 100)])
    assert journal.backlog().batches == 1


def test_the_floor_is_the_oldest_waiting_batch(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal)
    first = now.ms
    now.ms += 5000
    append(journal)
    assert unpack(journal.waiting(0, 9)[1].body).floor_ms == first
    journal.mark_stored(journal.epoch, [(0, 1)])
    now.ms += 5000
    append(journal)
    assert unpack(journal.waiting(0, 9)[0].body).floor_ms == now.ms


def test_the_floor_is_below_every_waiting_batch_although_the_batch_of_an_event_came_first(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    for after_ms in (5000, 0, 9000):
        append(journal, events=after_ms == 5000, t0_ms=now.ms + after_ms)
    assert unpack(journal.waiting(0, 9)[2].body).floor_ms == now.ms


def test_a_rejected_batch_is_set_aside_with_its_reason(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    number = append(journal)
    journal.mark_rejected(number, "no such field")
    assert journal.find_waiting(number) is None
    assert journal.backlog().batches == 0
    assert journal.file.value("SELECT reason FROM batches") == "no such field"


def test_a_batch_damaged_on_disk_becomes_a_gap_and_holds_nothing_up(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    numbers = [append(journal, one) for one in ("a", "b", "c")]
    journal.mark_damaged(numbers[1], "not a batch")
    assert values(journal) == ["a", "c"]
    (gap,) = journal.gaps.all()
    assert (gap.epoch, gap.from_seq, gap.to_seq, gap.readings) == (journal.epoch, 1, 1, 1)
    assert gap.reason == "damaged on the journal's disk: not a batch"
    assert journal.gaps.unreported


def test_the_first_waiting_batch_since_a_time_is_found_by_when_it_was_made(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    ids = []
    for _ in range(3):
        append(journal)
        ids.append(journal.newest_id)
        now.ms += 1000
    assert journal.first_made_since(now.ms - 2000) == ids[1]
    assert journal.first_made_since(now.ms) == journal.newest_id + 1
    journal.mark_stored(journal.epoch, [(1, 1)])
    assert journal.first_made_since(now.ms - 2000) == ids[2]
    assert journal.find_waiting(BatchNumber(journal.epoch, 1)) is None
    found = journal.find_waiting(BatchNumber(journal.epoch, 2))
    assert found is not None
    assert (found.id, found.made_ms, found.readings) == (ids[2], now.ms - 1000, 1)


def test_stored_batches_of_a_span_wait_again(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    for n in range(3):
        append(journal, n, t0_ms=now.ms + n)
    journal.mark_stored(journal.epoch, [(0, 2)])
    assert journal.replay(now.ms + 1, now.ms + 2) == 1
    assert values(journal) == [1]


def test_positions_in_the_journal_are_not_reused_while_it_is_open(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    for _ in range(600):
        append(journal)
    newest = journal.newest_id
    journal.mark_stored(journal.epoch, [(0, 599)])
    now.ms += 10 * 86_400_000
    journal.prune()
    assert journal.backlog().batches == 0
    append(journal)
    assert [entry.id for entry in journal.waiting(newest, 9)] == [newest + 1]


def test_a_run_that_was_killed_leaves_a_gap_after_its_last_batch_and_one_that_ended_leaves_none(tmp_path: Path, now: Now) -> None:
    first = opened(tmp_path, now)
    append(first)
    made_ms = now.ms
    now.ms += 700
    second = opened(tmp_path, now)  # the first is not closed
    (gap,) = second.gaps.all()
    assert (gap.epoch, gap.from_ms, gap.to_ms, gap.readings) == (first.epoch, made_ms, now.ms, 0)
    assert "was killed or lost power" in gap.reason
    second.close()
    assert len(opened(tmp_path, now).gaps.all()) == 1
    first.file.close()


def test_a_run_that_was_killed_before_its_first_batch_leaves_a_gap_since_its_start(tmp_path: Path, now: Now) -> None:
    first = opened(tmp_path, now)
    started_ms = now.ms
    now.ms += 700
    (gap,) = opened(tmp_path, now).gaps.all()
    assert (gap.epoch, gap.from_ms, gap.to_ms, gap.readings) == (first.epoch, started_ms, now.ms, 0)
    first.file.close()


def test_a_gap_does_not_end_before_it_begins_although_the_clock_went_back(tmp_path: Path, now: Now) -> None:
    first = opened(tmp_path, now)
    append(first)
    made_ms = now.ms
    now.ms -= 86_400_000
    (gap,) = opened(tmp_path, now).gaps.all()
    assert (gap.from_ms, gap.to_ms, gap.at_ms) == (made_ms, made_ms, made_ms)
    first.file.close()


def test_the_mark_of_a_run_is_in_the_file_and_not_in_a_wal_that_may_be_damaged(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(tmp_path / "journal.sqlite", elsewhere)
    (gap,) = opened(elsewhere, now).gaps.all()
    assert "was killed" in gap.reason


def damage(folder: Path) -> None:
    """Write noise over a journal's files."""
    for name in ("journal.sqlite", "journal.sqlite-wal"):
        (folder / name).write_bytes(os.urandom((folder / name).stat().st_size))


async def test_a_journal_damaged_in_use_is_set_aside_and_readings_in_memory_go_into_a_new_one(
    tmp_path: Path, now: Now, thread: OneThread
) -> None:
    journal = opened(tmp_path, now)
    recorder, write = recorder_of(journal, thread)
    schemas = journal.schemas()
    for number in range(100):
        append(journal, number)
    epoch = journal.epoch
    journal.file.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damage(tmp_path)
    journal.file.database.execute("PRAGMA shrink_memory")
    write([Reading(0, now.ms, ["held"], {})])
    assert await recorder.flush() == 0
    assert await recorder.flush() == 1
    assert values(journal) == ["held"]
    assert journal.epoch != epoch
    assert journal.schemas() == schemas
    assert "journal damaged, kept as journal.sqlite.damaged-" in journal.gaps.all()[0].reason
    assert len(list(tmp_path.glob("journal.sqlite.damaged-*"))) >= 1
    await thread.run(journal.close)


def test_a_journal_that_can_not_be_renewed_at_once_is_renewed_later(tmp_path: Path, now: Now, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = opened(tmp_path, now)
    error = sqlite3.DatabaseError("database disk image is malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT

    def refuse(*_: object) -> None:
        raise OSError("the disk is away")

    monkeypatch.setattr("gateway.journal.file.connect", refuse)
    assert not journal.renew(error)
    monkeypatch.undo()
    assert journal.renew(sqlite3.ProgrammingError("Cannot operate on a closed database.")), "it is known to be damaged"
    append(journal, "new")
    assert values(journal) == ["new"]


def test_a_journal_whose_damage_is_met_after_its_check_is_set_aside_at_the_start(
    tmp_path: Path, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = sqlite3.DatabaseError("database disk image is malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    newest_times = Mock(side_effect=[error, NewestTimes(0, 0)])
    monkeypatch.setattr(Journal, "newest_times", newest_times)
    (gap,) = opened(tmp_path, now).gaps.all()
    assert "journal damaged, kept as" in gap.reason
    newest_times.side_effect = sqlite3.OperationalError("disk I/O error")
    with pytest.raises(sqlite3.OperationalError):
        opened(tmp_path, now)


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_journal_deleted_in_use_that_can_not_be_written_again_becomes_a_gap_of_what_had_no_receipt(
    replaced: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    now: Now,
    thread: OneThread,
) -> None:
    monkeypatch.setattr(file, "_RESCUE_S", -1.0)
    journal = await thread.run(opened, tmp_path, now)
    recorder, write = recorder_of(journal, thread)
    old_epoch = journal.epoch
    for n in range(5):
        now.ms = NOW_MS + 1000 * n
        write([Reading(0, now.ms - 500, [n], {}), Reading(0, now.ms, [n], {})])
        await recorder.flush()
    journal.mark_stored(old_epoch, [(0, 1)])
    await thread.run(journal.file.write_receipts)
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"journal.sqlite{suffix}").unlink()
    if replaced:
        sqlite3.connect(tmp_path / "journal.sqlite").executescript("CREATE TABLE other (a)").connection.close()
    write([Reading(0, now.ms + 100, [77], {})])
    assert await recorder.flush() == 0
    assert await recorder.flush() == 1, "what was in memory is not lost"
    assert journal.epoch != old_epoch
    gaps = await thread.run(journal.gaps.all)
    lost = Gap(now.ms, old_epoch, 2, 4, NOW_MS + 1500, NOW_MS + 4000, 6, "the journal file was deleted or replaced while in use")
    assert lost in gaps
    assert len(gaps) == 1 + replaced
    assert [path.name for path in tmp_path.glob("*.damaged-*")] == ([gaps[0].reason.rpartition(" ")[2]] if replaced else [])
    assert list(await thread.run(journal.schemas)) == [recorder._numbers.present.hash]
    assert values(await thread.run(lambda: journal)) == [77]


@pytest.mark.parametrize("rescue_s", [20.0, -1.0])
def test_a_journal_deleted_before_the_end_is_written_again_or_a_gap_at_the_next_start(
    rescue_s: float, tmp_path: Path, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "_RESCUE_S", rescue_s)
    journal = opened(tmp_path, now)
    append(journal)
    for path in tmp_path.iterdir():
        path.unlink()
    journal.close()
    again = opened(tmp_path, now)
    if rescue_s > 0:
        assert (values(again), again.gaps.all()) == ([1], [])
        return
    (gap,) = again.gaps.all()
    assert (gap.readings, gap.reason) == (1, "the journal file was deleted or replaced while in use")


async def test_a_journal_deleted_in_use_is_written_again_and_goes_on_as_if_nothing_had_been(
    tmp_path: Path, now: Now, thread: OneThread
) -> None:
    journal = await thread.run(opened, tmp_path, now)
    recorder, write = recorder_of(journal, thread)
    epoch = journal.epoch
    for n in range(3):
        for path in tmp_path.glob("journal.sqlite*"):
            path.unlink()
        now.ms += 1000
        write([Reading(0, now.ms, [n], {})])
        await recorder.flush()
        await recorder.flush()
    journal.mark_stored(epoch, [(0, 0)])
    assert journal.epoch == epoch
    assert [entry.number for entry in await thread.run(journal.waiting, 0, 9)] == [BatchNumber(epoch, 1), BatchNumber(epoch, 2)]
    assert await thread.run(journal.gaps.all) == []
    await thread.run(journal.close)
    again = opened(tmp_path, now)
    assert again.gaps.all() == []
    assert list(again.schemas()) == [recorder._numbers.present.hash]
    assert (tmp_path / "journal.sqlite").stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("*.rescued*"))


def test_a_journal_deleted_after_a_kill_is_a_gap_and_one_deleted_after_an_orderly_end_is_not(tmp_path: Path, now: Now) -> None:
    append(opened(tmp_path, now))
    (tmp_path / "journal.sqlite").unlink()
    again = opened(tmp_path, now)
    assert [gap.reason for gap in again.gaps.all()] == [
        "the gateway was killed or lost power, and its journal file was deleted: what it held is lost"
    ]
    again.close()
    (tmp_path / "journal.sqlite").unlink()
    assert opened(tmp_path, now).gaps.all() == []


@pytest.mark.parametrize("rescue_s", [20.0, -1.0])
def test_a_deleted_file_is_written_again_or_what_it_held_is_known_even_if_no_new_one_can_be_created_at_once(
    rescue_s: float, tmp_path: Path, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "_RESCUE_S", rescue_s)
    journal = opened(tmp_path, now)
    append(journal)
    (tmp_path / "journal.sqlite").unlink()
    (tmp_path / "journal.sqlite.lock").unlink()
    other = JournalLock(tmp_path / "journal.sqlite")
    with pytest.raises(JournalGone) as raised:
        append(journal)
    assert not journal.renew(raised.value), "another gateway has the lock"
    other.release()
    assert journal.renew(raised.value)
    assert [gap.readings for gap in journal.gaps.all()] == ([] if rescue_s > 0 else [1])
    assert values(journal) == ([1] if rescue_s > 0 else [])


def test_a_file_that_is_deleted_again_while_it_is_written_again_is_a_gap_with_the_number_of_its_readings(
    tmp_path: Path, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened(tmp_path, now)
    append(journal)
    for path in tmp_path.glob("journal.sqlite*"):
        path.unlink()
    with pytest.raises(JournalGone) as raised:
        append(journal)
    set_aside = JournalFile._set_aside

    def delete_again(journal_file: JournalFile, error: sqlite3.Error, now_ms: int) -> None:
        set_aside(journal_file, error, now_ms)
        (tmp_path / "journal.sqlite.rescued").unlink(missing_ok=True)

    monkeypatch.setattr(JournalFile, "_set_aside", delete_again)
    assert journal.renew(raised.value)
    assert [gap.readings for gap in journal.gaps.all()] == [1]


def test_an_error_that_is_not_damage_renews_nothing(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal, "kept")
    refuse_writes(journal)
    with pytest.raises(sqlite3.Error) as caught:
        append(journal)
    assert not journal.renew(caught.value)
    assert values(journal) == ["kept"]


def test_appended_batches_survive_kill_9(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path\n"
        "from tests.journal.journals import Now, append, opened\n"
        f"journal = opened(Path({str(tmp_path)!r}), Now())\n"
        "for n in range(100000):\n"
        "    append(journal, n)\n"
        "    print(n, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) == 150:
            break
    process.send_signal(signal.SIGKILL)
    printed = [150, *map(int, process.stdout.read().split())]
    process.wait()
    process.stdout.close()
    found = values(opened(tmp_path, Now()))
    assert found[: printed[-1] + 1] == list(range(printed[-1] + 1))
    assert len(found) <= printed[-1] + 2


class JournalAgainstAModel(RuleBasedStateMachine):
    """Append, receipts in any order, rejections and reopening, compared with a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.now = Now()
        self.journal = opened(Path(self.folder.name), self.now)
        self.waiting: dict[BatchNumber, int] = {}
        self.made = 0

    @rule(count=st.integers(1, 5))
    def append(self, count: int) -> None:
        for _ in range(count):
            self.waiting[append(self.journal, self.made)] = self.made
            self.made += 1

    @rule(first=st.integers(0, 20), length=st.integers(0, 6), old=st.booleans())
    def receipt(self, first: int, length: int, old: bool) -> None:
        epochs = sorted({number.epoch for number in self.waiting})
        epoch = epochs[0] if old and epochs else self.journal.epoch
        self.journal.mark_stored(epoch, [(first, first + length)])
        for number in [one for one in self.waiting if one.epoch == epoch and first <= one.seq <= first + length]:
            del self.waiting[number]

    @rule()
    def reopen(self) -> None:
        self.journal.close()
        self.journal = opened(Path(self.folder.name), self.now)

    @rule(which=st.integers(0, 30))
    def reject(self, which: int) -> None:
        if which < len(self.waiting):
            number = list(self.waiting)[which]
            self.journal.mark_rejected(number, "because")
            del self.waiting[number]

    @invariant()
    def the_same_batches_wait(self) -> None:
        assert values(self.journal) == list(self.waiting.values())

    def teardown(self) -> None:
        self.journal.close()
        self.folder.cleanup()


TestJournalAgainstAModel = JournalAgainstAModel.TestCase
TestJournalAgainstAModel.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


def test_schema_documents_are_kept_over_a_restart_with_the_batches_that_refer_to_them(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    journal.keep_schema(b"before.8", b"{}")
    for _ in range(3):
        append(journal, schema=b"before.8")
    journal.close()
    edited = opened(tmp_path, now, LIMITS._replace(bytes=1 << 25))
    edited.keep_schema(SCHEMA, b"[]")
    append(edited)
    assert len(edited.waiting(0, 9)) == 4
    assert edited.schemas() == {b"before.8": b"{}", SCHEMA: b"[]"}
