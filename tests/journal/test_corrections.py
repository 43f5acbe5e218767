"""Corrections: batches stored with wrong times are withdrawn first, then sent again with their true times."""

from pathlib import Path

import pytest

from gateway.journal.entries import BatchState
from gateway.journal.journal import Journal
from gateway.model.batch import Clock, Flag, unpack
from tests.journal.journals import LIMITS, Now, append, opened

WITHDRAWN = Flag.WITHDRAWN
UNSYNCED, SYNCED = Clock.UNSYNCED, Clock.SYNCED


@pytest.fixture
def journal(tmp_path: Path, now: Now) -> Journal:
    """A journal of three batches from before the clock could be trusted, at 1000, 1001 and 1002 ms."""
    journal = opened(tmp_path, now)
    for number in range(3):
        append(journal, number, clock=UNSYNCED, t0_ms=1000 + number)
    return journal


def waiting(journal: Journal) -> list[tuple[int, Clock, int]]:
    return [(found.t0_ms, found.clock, found.flags) for found in (unpack(entry.body) for entry in journal.waiting(0, 9))]


def correct(journal: Journal, move_ms: int = 500, clock: Clock = SYNCED, *, sent: int = 3) -> int:
    """Correct the journal after so many of its batches were sent."""
    after_id = journal.file.value("SELECT coalesce(max(id), 0) FROM batches WHERE seq < ?", sent)
    return journal.corrections.correct(journal.epoch, after_id, move_ms, clock)


def test_a_batch_that_was_not_sent_is_corrected_at_once(journal: Journal) -> None:
    assert correct(journal, sent=2) == 1
    assert waiting(journal) == [(1000, UNSYNCED, 0), (1001, UNSYNCED, 0), (1502, SYNCED, 0)]
    assert journal.corrections.pending, "those that were sent are withdrawn when they have their receipts"


def test_a_stored_batch_is_withdrawn_first_and_then_sent_with_its_true_time(journal: Journal, tmp_path: Path, now: Now) -> None:
    journal.mark_stored(journal.epoch, [(0, 0)])
    assert correct(journal) == 0
    assert journal.corrections.pending
    assert journal.corrections.step() == 1
    assert waiting(journal) == [(1000, UNSYNCED, WITHDRAWN), (1001, UNSYNCED, 0), (1002, UNSYNCED, 0)]
    journal.mark_stored(journal.epoch, [(0, 2)])
    assert journal.corrections.step() == 2
    assert waiting(journal) == [(1001, UNSYNCED, WITHDRAWN), (1002, UNSYNCED, WITHDRAWN)]
    assert journal.corrections.step() == 0, "nothing is written again before everything is withdrawn"
    journal.close()
    journal = opened(tmp_path, now)
    assert journal.corrections.pending, "a restart does not forget it"
    (epoch,) = {entry.number.epoch for entry in journal.waiting(0, 9)}
    journal.mark_stored(epoch, [(1, 2)])
    assert journal.corrections.step() == 3
    assert waiting(journal) == [(1500, SYNCED, 0), (1501, SYNCED, 0), (1502, SYNCED, 0)]
    journal.mark_stored(epoch, [(0, 2)])
    assert (journal.corrections.step(), journal.corrections.pending) == (0, False)


def test_batches_that_a_store_can_not_withdraw_stay_there_flagged_and_are_not_written_twice(journal: Journal) -> None:
    journal.mark_stored(journal.epoch, [(0, 2)])
    correct(journal)
    assert journal.corrections.step() == 3
    journal.mark_rejected(journal.waiting(0, 9)[0].number, "this store can't delete single readings")
    assert (journal.corrections.step(), journal.corrections.pending, waiting(journal)) == (0, False, [])
    assert journal.replay(0) == 3
    assert [(clock, flags) for _, clock, flags in waiting(journal)] == [(UNSYNCED, 0)] * 3


def test_batches_withdrawn_before_a_withdrawal_was_rejected_are_sent_corrected(journal: Journal) -> None:
    journal.mark_stored(journal.epoch, [(0, 2)])
    correct(journal)
    journal.corrections.step()
    journal.mark_stored(journal.epoch, [(1, 1)])
    journal.mark_rejected(journal.waiting(0, 9)[0].number, "this store can't delete single readings")
    assert waiting(journal) == [(1501, SYNCED, 0)]
    states = [row[0] for row in journal.file.database.execute("SELECT state FROM batches ORDER BY id")]
    assert states == [BatchState.STORED, BatchState.WAITING, BatchState.STORED]


def test_many_batches_are_corrected_in_several_steps(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.journal.corrections._STEP_BATCHES", 2)
    journal.mark_stored(journal.epoch, [(0, 2)])
    correct(journal)
    assert [journal.corrections.step() for _ in range(3)] == [2, 1, 0]
    journal.mark_stored(journal.epoch, [(0, 2)])
    assert [journal.corrections.step() for _ in range(3)] == [2, 1, 0]
    assert waiting(journal) == [(1500, SYNCED, 0), (1501, SYNCED, 0), (1502, SYNCED, 0)]


def test_a_correction_of_version_5_without_a_trusted_clock_ends_when_its_withdrawn_batches_are_sent_again(journal: Journal) -> None:
    """Version 5 withdrew for every guess of the clock. That had no end: what it sent again was unsynced, and withdrawn again."""
    with journal.file.transaction() as database:
        database.execute("INSERT INTO corrections VALUES (?, ?)", (journal.epoch, UNSYNCED))
        database.execute("UPDATE batches SET t0_ms = t0_ms + 500")
        for seq, state in enumerate((BatchState.STORED, BatchState.WITHDRAWING, BatchState.WITHDRAWN)):
            database.execute("UPDATE batches SET state = ? WHERE seq = ?", (state, seq))
    journal.corrections.refresh()
    assert journal.corrections.step() == 0, "a withdrawal has no receipt yet"
    journal.mark_stored(journal.epoch, [(1, 1)])
    assert journal.corrections.step() == 2
    assert waiting(journal) == [(1501, UNSYNCED, 0), (1502, UNSYNCED, 0)]
    assert (journal.corrections.step(), journal.corrections.pending) == (0, False)


def test_a_batch_that_the_disk_damaged_is_set_aside_and_does_not_stop_the_correction(journal: Journal) -> None:
    journal.mark_stored(journal.epoch, [(0, 2)])
    correct(journal)
    with journal.file.transaction() as database:
        database.execute("UPDATE batches SET body = x'00' WHERE seq = 1")
    journal.corrections.step()
    assert waiting(journal) == [(1000, UNSYNCED, WITHDRAWN), (1002, UNSYNCED, WITHDRAWN)]
    journal.mark_stored(journal.epoch, [(0, 2)])
    journal.corrections.step()
    assert waiting(journal) == [(1500, SYNCED, 0), (1502, SYNCED, 0)]


def test_a_clock_that_is_set_without_being_trusted_withdraws_nothing_until_it_is_trusted(journal: Journal) -> None:
    """Each guess moves what was not sent. What was sent is corrected once, by all of the moves since."""
    journal.mark_stored(journal.epoch, [(0, 0)])
    assert correct(journal, 1000, UNSYNCED, sent=1) == 2
    assert not journal.corrections.pending
    assert waiting(journal) == [(2001, UNSYNCED, 0), (2002, UNSYNCED, 0)]
    assert journal.corrections.step() == 0
    journal.mark_stored(journal.epoch, [(1, 1)])
    assert correct(journal, 30, sent=2) == 1
    assert waiting(journal) == [(2032, SYNCED, 0)]
    assert journal.corrections.step() == 2
    journal.mark_stored(journal.epoch, [(0, 2)])
    assert journal.corrections.step() == 2
    assert waiting(journal) == [(2030, SYNCED, 0), (2031, SYNCED, 0)]


def test_the_age_of_a_batch_counts_by_its_true_time(tmp_path: Path) -> None:
    now = Now(5000)
    journal = opened(tmp_path, now, LIMITS._replace(keep_stored_s=3600))
    append(journal, clock=UNSYNCED, t0_ms=4000)
    now.ms += 1_795_400_000_000
    correct(journal, 1_795_400_000_000)
    journal.prune()
    assert (len(journal.waiting(0, 9)), journal.gaps.all()) == (1, [])


def test_batches_of_a_trusted_clock_are_not_corrected(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal, t0_ms=1000)
    assert correct(journal, sent=0) == 0
    assert (waiting(journal), journal.corrections.pending) == ([(1000, SYNCED, 0)], False)


def test_the_floor_of_a_corrected_batch_moves_with_it(journal: Journal) -> None:
    correct(journal, sent=0)
    assert [unpack(entry.body).floor_ms for entry in journal.waiting(0, 9)] == [1500, 1500, 1500]
