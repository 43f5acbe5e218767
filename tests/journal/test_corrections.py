"""Corrections: batches stored with wrong times are withdrawn first, then sent again with their true times."""

from pathlib import Path

import pytest

from gateway.journal.entries import BatchState
from gateway.journal.file import UNCONFIRMED
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
    """Return the batches without receipt, those included that are held until others are withdrawn."""
    journal.file.write_receipts()
    bodies = journal.file.database.execute(f"SELECT body FROM batches WHERE {UNCONFIRMED} ORDER BY id").fetchall()
    return [(found.t0_ms, found.clock, found.flags) for found in (unpack(body) for (body,) in bodies)]


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
    append(journal)
    assert (journal.corrections.step(), journal.corrections.pending) == (2, False), "what was held meanwhile is sent"


def test_many_batches_are_corrected_in_several_steps(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.journal.corrections._STEP_BATCHES", 2)
    journal.mark_stored(journal.epoch, [(0, 2)])
    correct(journal)
    assert [journal.corrections.step() for _ in range(3)] == [2, 1, 0]
    journal.mark_stored(journal.epoch, [(0, 2)])
    assert [journal.corrections.step() for _ in range(3)] == [2, 1, 3], "in the end, all that were held are sent"
    assert waiting(journal) == [(1500, SYNCED, 0), (1501, SYNCED, 0), (1502, SYNCED, 0)]


def test_a_correction_of_version_5_without_a_trusted_clock_ends_when_its_withdrawn_batches_are_sent_again(journal: Journal) -> None:
    """Version 5 withdrew for every guess of the clock. That had no end: what it sent again was unsynced, and withdrawn again."""
    with journal.file.transaction() as database:
        database.execute("INSERT INTO corrections VALUES (?, ?, 99)", (journal.epoch, UNSYNCED))
        database.execute("UPDATE batches SET t0_ms = t0_ms + 500")
        for seq, state in enumerate((BatchState.STORED, BatchState.WITHDRAWING, BatchState.WITHDRAWN)):
            database.execute("UPDATE batches SET state = ? WHERE seq = ?", (state, seq))
    journal.corrections.refresh()
    assert journal.corrections.step() == 0, "a withdrawal has no receipt yet"
    journal.mark_stored(journal.epoch, [(1, 1)])
    assert journal.corrections.step() == 2
    assert waiting(journal) == [(1501, UNSYNCED, 0), (1502, UNSYNCED, 0)]
    assert (journal.corrections.step(), journal.corrections.pending) == (2, False)


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


def test_while_batches_are_withdrawn_nothing_else_is_sent(journal: Journal) -> None:
    """A new reading may have the time of one that is withdrawn. Sent before the withdrawal, it would be removed by it."""
    journal.mark_stored(journal.epoch, [(0, 2)])
    correct(journal)
    append(journal, t0_ms=1002)
    assert journal.waiting(0, 9) == []
    assert journal.corrections.step() == 3
    assert [entry.number.seq for entry in journal.waiting(0, 9)] == [0, 1, 2]
    journal.mark_stored(journal.epoch, [(0, 2)])
    assert journal.corrections.step() == 3
    assert journal.waiting(0, 9) == []
    assert (journal.corrections.step(), journal.corrections.pending) == (4, False), "the one that was held is sent too"
    assert [entry.number.seq for entry in journal.waiting(0, 9)] == [0, 1, 2, 3]


def test_a_correction_does_not_take_up_batches_from_after_it_began(journal: Journal) -> None:
    """The clock is in doubt again before the correction has ended: those batches wait for a correction of their own."""
    journal.mark_stored(journal.epoch, [(0, 2)])
    correct(journal)
    append(journal, clock=UNSYNCED, t0_ms=2000)
    journal.mark_stored(journal.epoch, [(3, 3)])
    assert journal.corrections.step() == 3
    assert correct(journal, 40, UNSYNCED, sent=4) == 0
    journal.mark_stored(journal.epoch, [(0, 2)])
    assert journal.corrections.step() == 3
    assert waiting(journal) == [(1500, SYNCED, 0), (1501, SYNCED, 0), (1502, SYNCED, 0)], "a guess has moved nothing of it"
    journal.mark_stored(journal.epoch, [(0, 2)])
    assert (journal.corrections.step(), journal.corrections.pending) == (0, False)
    correct(journal, 2, sent=4)
    assert journal.corrections.step() == 1
    journal.mark_stored(journal.epoch, [(3, 3)])
    journal.corrections.step()
    assert waiting(journal) == [(2042, SYNCED, 0)], "both moves count"


def test_moves_add_up_in_any_order_of_guesses_and_receipts_and_the_correction_ends(journal: Journal) -> None:
    for move_ms in (3_600_000, -1_800_000, 30):
        correct(journal, move_ms, UNSYNCED)
    journal.mark_stored(journal.epoch, [(0, 2)])
    correct(journal, -1_800_030)
    sent = 0
    while journal.corrections.pending:
        journal.corrections.step()
        entries = journal.waiting(0, 9)
        sent += len(entries)
        journal.mark_stored(journal.epoch, [(entry.number.seq, entry.number.seq) for entry in entries])
    assert sent == 6, "three withdrawals, three corrected batches"
    bodies = [unpack(row[0]) for row in journal.file.database.execute("SELECT body FROM batches ORDER BY id")]
    assert [(one.t0_ms, one.clock, one.flags) for one in bodies] == [(1000 + n, SYNCED, 0) for n in range(3)]
    for _ in range(3):
        assert (journal.corrections.step(), journal.waiting(0, 9)) == (0, [])


def test_a_clock_set_by_hand_and_never_synchronised_sends_nothing_twice_over_restarts(journal: Journal, tmp_path: Path, now: Now) -> None:
    journal.mark_stored(journal.epoch, [(0, 2)])
    correct(journal, 1_680_000, UNSYNCED)
    for _ in range(3):
        assert (journal.corrections.step(), journal.corrections.pending, journal.waiting(0, 9)) == (0, False, [])
        journal.close()
        journal = opened(tmp_path, now)
        journal.corrections.correct(journal.epoch, journal.newest_id, 0, SYNCED)


def test_a_clock_that_was_ahead_moves_all_batches_of_its_run(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    for number in range(3):
        append(journal, number, t0_ms=9000 + number)
    journal.mark_stored(journal.epoch, [(0, 0)])
    assert journal.corrections.correct(journal.epoch, 2, -5000, SYNCED, whole_run=True) == 1
    assert waiting(journal) == [(9001, SYNCED, 0), (4002, SYNCED, 0)]
    assert journal.corrections.step() == 1
    journal.mark_stored(journal.epoch, [(0, 1)])
    assert journal.corrections.step() == 1
    journal.mark_stored(journal.epoch, [(1, 1)])
    assert journal.corrections.step() == 2
    assert waiting(journal) == [(4000, SYNCED, 0), (4001, SYNCED, 0), (4002, SYNCED, 0)]


def test_earlier_runs_with_times_in_the_future_move_before_this_one_in_their_order_and_stay_unsynced(tmp_path: Path, now: Now) -> None:
    starts = {"true": 1000, "ahead": 90_000_000, "further ahead": 90_000_500}
    for t0_ms in starts.values():
        journal = opened(tmp_path, now)
        for number in range(3):
            append(journal, t0_ms=t0_ms + 100 * number)
        journal.mark_stored(journal.epoch, [(0, 2)])
        journal.close()
    journal = opened(tmp_path, now)
    append(journal, t0_ms=5000)
    journal.mark_stored(journal.epoch, [(0, 0)])
    assert journal.newest_times() == (90_000_700, 90_000_700)
    assert journal.corrections.move_before(5000, journal.epoch) == 6
    assert journal.newest_times() == (5000, 5000)
    while journal.corrections.pending:
        journal.corrections.step()
        for entry in journal.waiting(0, 99):
            journal.mark_stored(entry.number.epoch, [(entry.number.seq, entry.number.seq)])
    bodies = [unpack(row[0]) for row in journal.file.database.execute("SELECT body FROM batches ORDER BY id")]
    assert [(one.t0_ms, one.clock) for one in bodies] == [
        *((1000 + 100 * n, SYNCED) for n in range(3)),
        *((4598 + 100 * n, UNSYNCED) for n in range(3)),
        *((4799 + 100 * n, UNSYNCED) for n in range(3)),
        (5000, SYNCED),
    ]
    assert journal.corrections.move_before(5000, journal.epoch) == 0, "an estimate is not corrected again"
    assert journal.newest_times() == (5000, 5000)


def test_the_newest_trusted_reading_is_found_behind_untrusted_ones(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    for number in range(3):
        append(journal, t0_ms=1000 + number)
    for number in range(20):
        append(journal, t0_ms=5000 + number, clock=UNSYNCED)
    assert journal.newest_times() == (5019, 1002)


def test_a_run_that_began_in_the_last_second_of_the_one_before_moves_it_only_when_its_readings_are_earlier(
    tmp_path: Path, now: Now
) -> None:
    journal = opened(tmp_path, now)
    append(journal, t0_ms=5000)
    journal.close()
    journal = opened(tmp_path, now)
    assert journal.corrections.move_before(4100, journal.epoch) == 0
    append(journal, t0_ms=5001)
    assert journal.corrections.move_before(4100, journal.epoch) == 0
    journal.corrections.correct(journal.epoch, 9, -2, SYNCED, whole_run=True)
    assert journal.corrections.move_before(4098, journal.epoch) == 1
    assert [row[0] for row in journal.file.database.execute("SELECT t0_ms FROM batches ORDER BY id")] == [4998, 4999]
