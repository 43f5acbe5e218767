"""The journal: what it keeps, what it forgets, what it writes down as lost."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gateway.host.threads import OneThread
from gateway.journal.entries import BatchNumber, JournalLimits
from gateway.journal.file import NewerJournal
from gateway.journal.journal import Journal
from gateway.journal.recorder import Recorder
from gateway.model.batch import Clock, Flag, Value, encode_rows, rows_of, unpack
from tests.rows import Row

LIMITS = JournalLimits(1 << 20, 3600.0, 60.0)


class Now:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.ms = 1_795_400_000_000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def now() -> Now:
    return Now()


def opened(folder: Path, now: Now, limits: JournalLimits = LIMITS) -> Journal:
    return Journal(folder / "journal.sqlite", limits, now)


def append(journal: Journal, value: Value = 1, *, events: bool = False) -> BatchNumber:
    now = journal.now_ms()
    flags = Flag.EVENTS if events else Flag(0)
    return journal.append(
        schema=b"schema.8", t0_ms=now, clock=Clock.SYNCED, flags=flags, readings=1, rows=encode_rows([Row(0, 0, [value])])
    )


def values(journal: Journal) -> list[object]:
    return [rows_of(unpack(entry.body))[0].values[0] for entry in journal.waiting(0, 10_000)]


def test_batches_wait_in_order_until_they_are_stored(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    numbers = [append(journal, n) for n in range(5)]
    assert numbers == [BatchNumber(journal.epoch, n) for n in range(5)]
    assert values(journal) == [0, 1, 2, 3, 4]
    journal.stored(journal.epoch, [(1, 2), (4, 4)])
    assert values(journal) == [0, 3]
    assert journal.backlog().batches == 2


def test_what_waited_when_the_journal_closed_waits_when_it_opens_with_a_new_epoch(tmp_path: Path, now: Now) -> None:
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
    journal.stored(b"another.", [(0, 100)])
    assert journal.backlog().batches == 1


def test_the_floor_is_the_oldest_batch_that_waits(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal)
    first = now.ms
    now.ms += 5000
    append(journal)
    assert unpack(journal.waiting(0, 9)[1].body).floor_ms == first
    journal.stored(journal.epoch, [(0, 1)])
    now.ms += 5000
    append(journal)
    assert unpack(journal.waiting(0, 9)[0].body).floor_ms == now.ms


def test_a_rejected_batch_is_set_aside_with_its_reason(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    number = append(journal)
    journal.rejected(number, "no such field")
    assert journal.one(number) is None
    assert journal.backlog().batches == 0


def test_a_full_journal_forgets_what_is_stored_first_then_telemetry_then_events_and_writes_losses_down(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now, LIMITS._replace(bytes=60_000))
    append(journal, os.urandom(400).hex(), events=True)
    for _ in range(30):
        append(journal, os.urandom(400).hex())
    journal.stored(journal.epoch, [(1, 20)])
    for _ in range(60):
        append(journal, os.urandom(400).hex())
    assert journal.gaps() == []
    for _ in range(100):
        append(journal, os.urandom(400).hex())
    gaps = journal.gaps()
    assert gaps
    assert {gap.reason for gap in gaps} == {"the journal was full"}
    lost = sum(gap.readings for gap in gaps)
    waiting = journal.waiting(0, 1000)
    assert lost + len(waiting) == 191 - 20
    assert waiting[0].number.seq == 0, "the event stays"
    assert gaps[0].from_seq == 21
    assert sum(len(entry.body) for entry in waiting) <= 60_000


def test_what_waited_too_long_becomes_a_gap(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal)
    now.ms += 3_601_000
    append(journal)
    journal.prune()
    (gap,) = journal.gaps()
    assert (gap.from_seq, gap.to_seq, gap.readings, gap.reason) == (0, 0, 1, "waited longer than the journal may keep it")
    assert journal.backlog().batches == 1


def test_stored_batches_are_kept_for_a_while_and_pruned_in_bulk_with_their_schemas(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    journal.keep_schema(b"schema.8", b"{}")
    for _ in range(600):
        append(journal)
    journal.keep_schema(b"schema.9", b"{}")
    journal.stored(journal.epoch, [(0, 599)])
    assert journal.prune() == []
    now.ms += 61_000
    assert journal.prune() == [b"schema.8"]
    assert journal.schemas() == {b"schema.9": b"{}"}


@pytest.mark.parametrize("damage", [b"this is no database, but long enough to look at" * 100, b"SQLite format 3\0" + bytes(5000)])
def test_a_damaged_journal_is_set_aside_and_a_new_one_begins(damage: bytes, tmp_path: Path, now: Now) -> None:
    (tmp_path / "journal.sqlite").write_bytes(damage)
    journal = opened(tmp_path, now)
    append(journal, "new")
    assert values(journal) == ["new"]
    (aside,) = tmp_path.glob("journal.sqlite.damaged-*")
    assert aside.read_bytes() == damage
    assert "journal damaged" in journal.gaps()[0].reason


def spoil(folder: Path, first: int = 0) -> None:
    """Write noise over a journal's files."""
    for name in ("journal.sqlite", "journal.sqlite-wal"):
        size = (folder / name).stat().st_size
        with (folder / name).open("r+b") as file:
            file.seek(min(first, size))
            file.write(os.urandom(max(0, size - first)))


async def test_a_journal_that_rots_while_it_is_in_use_is_set_aside_and_what_is_held_goes_into_a_new_one(tmp_path: Path, now: Now) -> None:
    journal, thread = opened(tmp_path, now), OneThread("journal")
    recorder = Recorder(journal, thread, b"schema.8", lambda: Clock.SYNCED)
    journal.keep_schema(b"schema.8", b"{}")
    for number in range(100):
        append(journal, number)
    epoch = journal.epoch
    journal._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoil(tmp_path)
    journal._database.execute("PRAGMA shrink_memory")
    recorder.record(0, [(0, now.ms, ["held"], {})])
    assert await recorder.flush() == 0
    assert await recorder.flush() == 1
    assert values(journal) == ["held"]
    assert journal.epoch != epoch
    assert journal.schemas() == {b"schema.8": b"{}"}
    assert "journal damaged" in journal.gaps()[0].reason
    assert len(list(tmp_path.glob("journal.sqlite.damaged-*"))) >= 1
    await thread.run(journal.close)
    thread.close()


def test_the_floor_is_below_everything_that_waits_though_an_events_batch_came_first(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    for after_ms in (5000, 0, 9000):
        now.ms += after_ms
        append(journal, events=after_ms == 5000)
        now.ms -= after_ms
    assert unpack(journal.waiting(0, 9)[2].body).floor_ms == now.ms


def test_the_mark_of_a_run_outlives_all_that_a_rotten_wal_takes_along(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(tmp_path / "journal.sqlite", elsewhere)
    (gap,) = opened(elsewhere, now).gaps()
    assert "was killed" in gap.reason


def test_an_error_that_is_no_damage_renews_nothing(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal, "kept")
    journal._database.execute("PRAGMA query_only = ON")
    with pytest.raises(sqlite3.Error) as caught:
        append(journal)
    assert not journal.renew(caught.value)
    assert values(journal) == ["kept"]


def test_a_batch_that_the_disk_spoilt_is_a_recorded_gap_and_holds_nothing_up(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    numbers = [append(journal, one) for one in ("a", "b", "c")]
    journal.damaged(numbers[1], "not a batch")
    assert values(journal) == ["a", "c"]
    (gap,) = journal.gaps()
    assert (gap.epoch, gap.from_seq, gap.to_seq, gap.readings) == (journal.epoch, 1, 1, 1)
    assert "spoilt" in gap.reason
    assert journal.untold


def test_a_journal_cut_in_the_middle_is_set_aside(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    for _ in range(400):
        append(journal, os.urandom(300).hex())
    journal.close()
    path = tmp_path / "journal.sqlite"
    os.truncate(path, path.stat().st_size // 2)
    again = opened(tmp_path, now)
    append(again, "new")
    assert values(again) == ["new"]


def test_what_was_appended_is_there_after_kill_9(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from gateway.journal.journal import *; from gateway.model.batch import *\n"
        f"j = Journal(Path({str(tmp_path / 'journal.sqlite')!r}), JournalLimits(1 << 30, 1e9, 1e9), lambda: 1795400000000)\n"
        "for n in range(100000):\n"
        "    j.append(schema=b'schema.8', t0_ms=1, clock=Clock.SYNCED, flags=Flag(0), readings=1, rows=encode_rows([(0, 0, [n], None)]))\n"
        "    print(n, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) == 150:
            break
    process.send_signal(signal.SIGKILL)
    said = [150, *map(int, process.stdout.read().split())]
    process.wait()
    process.stdout.close()
    found = values(opened(tmp_path, Now()))
    assert found[: said[-1] + 1] == list(range(said[-1] + 1))
    assert len(found) <= said[-1] + 2


class JournalAgainstAModel(RuleBasedStateMachine):
    """Append, receipts in any order and reopening, against a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

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
        self.journal.stored(epoch, [(first, first + length)])
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
            self.journal.rejected(number, "because")
            del self.waiting[number]

    @invariant()
    def the_same_waits(self) -> None:
        assert values(self.journal) == list(self.waiting.values())

    def teardown(self) -> None:
        self.journal.close()
        self.folder.cleanup()


TestJournalAgainstAModel = JournalAgainstAModel.TestCase
TestJournalAgainstAModel.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


async def test_a_recorder_writes_what_it_took_and_never_lets_time_stand_still(tmp_path: Path, now: Now) -> None:
    journal, thread = opened(tmp_path, now), OneThread("journal")
    recorder = Recorder(journal, thread, b"schema.8", lambda: Clock.SYNCED)
    for t_ms in (1000, 1000, 990, 5000):
        recorder.record(0, [(0, t_ms, [t_ms], {})])
    recorder.record(0, [(1, 1000, [None], {0: 5})])
    assert await recorder.flush() == 5
    assert await recorder.flush() == 0
    batch = unpack(journal.waiting(0, 9)[0].body)
    rows = rows_of(batch)
    assert [(row.stream, batch.t0_ms + row.dt_ms) for row in rows] == [(0, 1000), (0, 1001), (0, 1002), (0, 5000), (1, 1000)]
    assert rows[4].quality == {0: 5}
    thread.close()


def test_a_place_in_the_journal_is_never_given_again_while_it_is_open(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    for _ in range(600):
        append(journal)
    newest = journal.newest_id
    journal.stored(journal.epoch, [(0, 599)])
    now.ms += 10 * 86_400_000
    journal.prune()
    assert journal.backlog().batches == 0
    append(journal)
    assert [entry.id for entry in journal.waiting(newest, 9)] == [newest + 1]


async def test_a_recorder_holds_on_to_readings_while_the_disk_takes_nothing(tmp_path: Path, now: Now) -> None:
    journal, thread = opened(tmp_path, now), OneThread("journal")
    recorder = Recorder(journal, thread, b"schema.8", lambda: Clock.SYNCED)
    journal._database.execute("PRAGMA query_only = ON")
    recorder.record(0, [(0, 1000, [1], {})])
    assert await recorder.flush() == 0
    recorder.record(0, [(0, 2000, [2], {})])
    journal._database.execute("PRAGMA query_only = OFF")
    assert await recorder.flush() == 2
    assert journal.backlog().readings == 2
    thread.close()


async def test_what_memory_could_not_hold_is_a_gap_that_is_told_and_events_go_last(
    tmp_path: Path, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.journal.recorder.HELD_ROWS_LIMIT", 5)
    journal, thread = opened(tmp_path, now), OneThread("journal")
    recorder = Recorder(journal, thread, b"schema.8", lambda: Clock.SYNCED, events=[7], gaps=9)
    journal._database.execute("PRAGMA query_only = ON")
    for n in range(8):
        recorder.record(0, [(0, 1000 + n, [n], {}), (7, 1000 + n, [n], {})])
    assert await recorder.flush() == 0
    assert recorder.dropped == 11
    journal._database.execute("PRAGMA query_only = OFF")
    assert await recorder.flush() == 6
    first, second = (unpack(entry.body) for entry in journal.waiting(0, 9))
    assert [(batch.flags, [(row.stream, row.values[0]) for row in rows_of(batch)]) for batch in (first, second)] == [
        (Flag.EVENTS, [(7, 3), (7, 4), (7, 5), (7, 6), (7, 7)]),
        (Flag.EVENTS, [(9, 11)]),
    ]
    (row,) = rows_of(second)
    assert row.values == (11, "the disk took nothing, and memory was full", 1.0, 1.007, None, None, None)
    assert await recorder.flush() == 0
    thread.close()


async def test_an_event_asks_for_a_flush_at_once_and_is_a_batch_of_its_own(tmp_path: Path, now: Now) -> None:
    journal, thread = opened(tmp_path, now), OneThread("journal")
    recorder = Recorder(journal, thread, b"schema.8", lambda: Clock.SYNCED, events=[3])
    recorder.record(2, [(0, 1000, [1], {})])
    assert not recorder.urgent.is_set()
    recorder.record(2, [(1, 1000, ["lamp_failed"], {})])
    assert recorder.urgent.is_set()
    assert await recorder.flush() == 2
    assert not recorder.urgent.is_set()
    batches = [unpack(entry.body) for entry in journal.waiting(0, 9)]
    assert [(batch.flags, rows_of(batch)[0].stream) for batch in batches] == [(Flag.EVENTS, 3), (Flag(0), 2)]
    thread.close()


async def test_a_gap_that_was_told_is_not_told_again_and_one_that_was_not_is_told_after_a_restart(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now, LIMITS._replace(age_s=10))
    append(journal)
    now.ms += 11_000
    journal.prune()
    journal.close()
    journal, thread = opened(tmp_path, now), OneThread("journal")
    assert journal.untold
    recorder = Recorder(journal, thread, b"schema.8", lambda: Clock.SYNCED, gaps=4)
    assert await recorder.flush() == 1
    (row,) = rows_of(unpack(journal.waiting(0, 9)[0].body))
    assert (row.stream, row.values[:2], row.values[5:]) == (4, (1, "waited longer than the journal may keep it"), (0, 0))
    assert await recorder.flush() == 0
    await thread.run(journal.close)
    assert not opened(tmp_path, now).untold
    thread.close()


def test_a_journal_of_the_first_version_is_read_on(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal, "old")
    journal.close()
    database = sqlite3.connect(tmp_path / "journal.sqlite")
    database.executescript(
        "ALTER TABLE gaps DROP COLUMN told; DROP TABLE running; ALTER TABLE batches DROP COLUMN clock; DROP TABLE corrections;"
        "PRAGMA user_version = 1"
    )
    database.close()
    again = opened(tmp_path, now)
    assert values(again) == ["old"]
    assert again.untold_gaps() == []
    append(again, "new")
    assert values(again) == ["old", "new"]


def test_a_run_that_was_killed_leaves_a_gap_from_its_last_batch_on_and_one_that_ended_none(tmp_path: Path, now: Now) -> None:
    first = opened(tmp_path, now)
    append(first)
    made_ms = now.ms
    now.ms += 700
    # Nobody closes it.
    second = opened(tmp_path, now)
    (gap,) = second.gaps()
    assert (gap.epoch, gap.from_ms, gap.to_ms, gap.readings) == (first.epoch, made_ms, now.ms, 0)
    assert "was killed, or lost its power" in gap.reason
    second.close()
    assert len(opened(tmp_path, now).gaps()) == 1
    first._database.close()


def test_a_journal_of_a_newer_version_is_left_alone(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal, "newer")
    journal._database.execute("PRAGMA user_version = 99")
    journal.close()
    with pytest.raises(NewerJournal, match="install the newer one again"):
        opened(tmp_path, now)
    assert not list(tmp_path.glob("*.damaged-*"))


async def test_readings_too_large_for_one_batch_become_several_and_one_that_fits_in_none_is_dropped_and_counted(
    tmp_path: Path, now: Now
) -> None:
    journal, thread = opened(tmp_path, now, LIMITS._replace(bytes=1 << 30)), OneThread("journal")
    recorder = Recorder(journal, thread, b"schema.8", lambda: Clock.SYNCED)
    for n in range(1500):
        recorder.record(0, [(n, 1000, ["x" * 1000], {})])
    recorder.record(0, [(9999, 1000, ["x" * 2_000_000], {})])
    await recorder.flush()
    assert recorder.dropped == 1
    assert "larger than a batch" in journal.gaps()[0].reason
    streams = [row.stream for entry in journal.waiting(0, 99) for row in rows_of(unpack(entry.body))]
    assert streams == list(range(1500))
    thread.close()
