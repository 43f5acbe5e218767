"""What time a reading has, whatever is done to the clocks: boots without one, steps of a day in both directions, batteries."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.edge.clock.trusted_time import ASK_AGAIN_MS, FARTHEST_MS, LONG_UP_MS, Correction, Sources, TrustedTime
from gateway.host.threads import OneThread
from gateway.journal.entries import JournalLimits
from gateway.journal.journal import Journal
from gateway.journal.recorder import Recorder
from gateway.model.batch import Clock, Flag, encode_rows, rows_of, unpack
from tests.rows import Row

TRUE_MS = 1_795_400_000_000
DAY_MS = 86_400_000
WAIT_MS = 60_000


class Machine:
    """The clocks of a machine: true time passes by `pass_`; the time of day may be wrong by `wrong_ms`."""

    def __init__(self, wrong_ms: int = 0, *, up_ms: int = 20_000, synchronised: bool = False, rtc_wrong_ms: int | None = None) -> None:
        self.true_ms, self.booted_ms = TRUE_MS, TRUE_MS - up_ms
        self.wrong_ms, self.synchronised, self.rtc_wrong_ms = wrong_ms, synchronised, rtc_wrong_ms

    def sources(self) -> Sources:
        return Sources(
            lambda: self.true_ms - self.booted_ms,
            lambda: self.true_ms + self.wrong_ms,
            lambda: None if self.rtc_wrong_ms is None else (self.true_ms + self.rtc_wrong_ms) // 1000 * 1000,
            lambda: self.synchronised,
        )


def test_a_synchronised_clock_is_the_time_and_its_slewing_is_followed() -> None:
    machine = Machine(synchronised=True)
    time = TrustedTime(machine.sources(), WAIT_MS)
    assert (time.now_ms(), time.clock, time.waited) == (TRUE_MS, Clock.SYNCED, True)
    machine.true_ms += 5000
    machine.wrong_ms = 3
    assert time.look() == Correction(0, back=False)
    assert time.now_ms() == TRUE_MS + 5003


def test_time_is_the_time_of_day_to_the_millisecond_wherever_in_one_the_machine_was_started() -> None:
    up_ms, day_ms = 20_000.9, TRUE_MS + 0.6
    time = TrustedTime(Sources(lambda: up_ms, lambda: day_ms, lambda: None, lambda: False), WAIT_MS)
    for _ in range(20):
        up_ms, day_ms = up_ms + 0.1, day_ms + 0.1
        assert time.now_ms() == int(day_ms)


@pytest.mark.parametrize("step_ms", [DAY_MS, -DAY_MS])
def test_a_clock_that_is_set_by_a_day_changes_nothing_and_its_coming_back_neither(step_ms: int) -> None:
    machine = Machine(synchronised=True)
    time = TrustedTime(machine.sources(), WAIT_MS)
    machine.wrong_ms, machine.synchronised = step_ms, False
    machine.true_ms += 1000
    assert time.look() == Correction(0, back=False)
    assert (time.now_ms(), time.clock) == (TRUE_MS + 1000, Clock.HOLDOVER)
    machine.wrong_ms, machine.synchronised = 0, True
    machine.true_ms += 1000
    assert time.look() == Correction(0, back=False)
    assert (time.now_ms(), time.clock) == (TRUE_MS + 2000, Clock.SYNCED)


def test_a_start_without_a_clock_waits_a_minute_for_one_and_then_goes_on_flagged() -> None:
    machine = Machine(wrong_ms=-40 * DAY_MS)
    time = TrustedTime(machine.sources(), WAIT_MS)
    assert (time.clock, time.waited) == (Clock.UNSYNCED, False)
    machine.true_ms += WAIT_MS
    time.look()
    assert (time.clock, time.waited) == (Clock.UNSYNCED, True)


def test_a_machine_that_is_up_for_long_without_a_clock_does_not_wait() -> None:
    assert TrustedTime(Machine(up_ms=LONG_UP_MS + 1).sources(), WAIT_MS).waited


@pytest.mark.parametrize("wrong_ms", [-40 * DAY_MS, 3 * DAY_MS, -1])
def test_when_trust_comes_what_was_read_before_is_moved_by_what_the_clock_was_wrong(wrong_ms: int) -> None:
    machine = Machine(wrong_ms)
    time = TrustedTime(machine.sources(), WAIT_MS)
    machine.true_ms += 30_000
    stamped_ms = time.now_ms()
    machine.true_ms += 5000
    machine.wrong_ms, machine.synchronised = 0, True
    correction = time.look()
    assert stamped_ms + correction.move_ms == TRUE_MS + 30_000
    assert not correction.back
    assert (time.now_ms(), time.clock, time.waited) == (TRUE_MS + 35_000, Clock.SYNCED, True)


def test_a_battery_that_agrees_with_the_time_of_day_is_trusted_and_one_that_ran_out_is_not() -> None:
    assert TrustedTime(Machine(rtc_wrong_ms=400).sources(), WAIT_MS).clock is Clock.HOLDOVER
    assert TrustedTime(Machine(rtc_wrong_ms=-40 * DAY_MS).sources(), WAIT_MS).clock is Clock.UNSYNCED
    assert TrustedTime(Machine(wrong_ms=-TRUE_MS, rtc_wrong_ms=-TRUE_MS).sources(), WAIT_MS).clock is Clock.UNSYNCED


def test_a_trusted_clock_that_steps_back_lets_time_begin_anew() -> None:
    machine = Machine(synchronised=True, wrong_ms=DAY_MS)
    time = TrustedTime(machine.sources(), WAIT_MS)
    machine.wrong_ms = 0
    assert time.look() == Correction(0, back=True)
    assert time.now_ms() == TRUE_MS


@given(st.lists(st.tuples(st.integers(1, 100_000), st.integers(-DAY_MS, DAY_MS)), max_size=30))
def test_nothing_that_is_done_to_an_untrusted_clock_after_it_was_true_moves_a_reading(steps: list[tuple[int, int]]) -> None:
    machine = Machine(synchronised=True)
    time = TrustedTime(machine.sources(), WAIT_MS)
    machine.synchronised = False
    for passed_ms, wrong_ms in steps:
        machine.true_ms += passed_ms
        machine.wrong_ms = wrong_ms
        assert time.look() == Correction(0, back=False)
        assert time.now_ms() == machine.true_ms


async def test_a_boot_without_a_clock_ends_with_every_reading_at_its_true_time(tmp_path: Path) -> None:
    machine = Machine(wrong_ms=-40 * DAY_MS)
    time, thread = TrustedTime(machine.sources(), WAIT_MS), OneThread("journal")
    journal = Journal(tmp_path / "journal.sqlite", JournalLimits(1 << 24, 1e9, 1e9), time.now_ms)
    recorder = Recorder(journal, thread, b"schema.8", lambda: time.clock)
    taken = []
    for second in range(6):
        machine.true_ms += 1000
        taken.append(machine.true_ms)
        recorder.record(0, [(0, time.now_ms(), [second], {})])
        if second < 4:
            await recorder.flush()
    machine.wrong_ms, machine.synchronised = 0, True
    move_ms = time.look().move_ms
    recorder.move(move_ms)
    assert journal.correct(0, move_ms, time.clock) == 4
    machine.true_ms += 1000
    taken.append(machine.true_ms)
    recorder.record(0, [(0, time.now_ms(), [6], {})])
    await recorder.flush()
    batches = [unpack(entry.body) for entry in journal.waiting(0, 99)]
    told = [(batch.t0_ms + row.dt_ms, row.values[0]) for batch in batches for row in rows_of(batch)]
    assert told == [(t_ms, second) for second, t_ms in enumerate(taken)]
    assert {batch.clock for batch in batches} == {Clock.SYNCED}
    assert all(entry.made_ms >= TRUE_MS for entry in journal.waiting(0, 99))
    thread.close()


def journal_of_three(folder: Path) -> Journal:
    """Three batches from before the time was known."""
    journal = Journal(folder / "journal.sqlite", JournalLimits(1 << 24, 1e9, 1e9), lambda: TRUE_MS)
    for number in range(3):
        rows = encode_rows([Row(0, 0, [number])])
        journal.append(schema=b"schema.8", t0_ms=1000 + number, clock=Clock.UNSYNCED, flags=Flag(0), readings=1, rows=rows)
    return journal


def waiting(journal: Journal) -> list[tuple[int, Clock, int]]:
    return [(found.t0_ms, found.clock, found.flags) for found in (unpack(entry.body) for entry in journal.waiting(0, 9))]


def test_what_was_sent_before_trust_came_stays_flagged_as_it_was_sent(tmp_path: Path) -> None:
    journal = journal_of_three(tmp_path)
    assert journal.correct(journal.waiting(0, 9)[1].id, 500, Clock.SYNCED) == 1
    assert [(batch.t0_ms, batch.clock) for batch in (unpack(entry.body) for entry in journal.waiting(0, 9))] == [
        (1000, Clock.UNSYNCED),
        (1001, Clock.UNSYNCED),
        (1502, Clock.SYNCED),
    ]


def test_the_centres_time_is_true_half_of_the_round_trip_ago_and_is_carried_on_as_holdover() -> None:
    machine = Machine(wrong_ms=-40 * DAY_MS)
    time = TrustedTime(machine.sources(), WAIT_MS)
    assert time.wants_centre
    asked_ms = time.up_ms()
    machine.true_ms += 300
    time.told(asked_ms, machine.true_ms - 150)
    assert time.look() == Correction(40 * DAY_MS, back=False)
    assert (time.now_ms(), time.clock, time.waited, time.wants_centre) == (machine.true_ms, Clock.HOLDOVER, True, False)


def test_an_answer_that_was_long_on_its_way_or_from_before_the_question_or_of_no_time_at_all_is_not_believed() -> None:
    machine = Machine(wrong_ms=-40 * DAY_MS)
    time = TrustedTime(machine.sources(), WAIT_MS)
    asked_ms = time.up_ms()
    machine.true_ms += FARTHEST_MS + 2
    time.told(asked_ms, TRUE_MS)
    time.told(time.up_ms() + 10, TRUE_MS)
    time.told(time.up_ms(), 5)
    assert time.look() == Correction(0, back=False)
    assert (time.clock, time.wants_centre) == (Clock.UNSYNCED, True)


def test_a_clock_that_is_held_over_is_asked_about_again_and_follows_what_is_more_than_the_answers_own_error() -> None:
    machine = Machine(synchronised=True)
    time = TrustedTime(machine.sources(), WAIT_MS)
    assert not time.wants_centre
    machine.synchronised = False
    time.look()
    assert time.wants_centre
    for wrong_ms, half_ms, followed_ms in ((40, 50, 0), (40, 10, 40)):
        asked_ms = time.up_ms()
        machine.true_ms += 2 * half_ms
        time.told(asked_ms, machine.true_ms - half_ms + wrong_ms)
        assert time.look() == Correction(0, back=False)
        assert time.now_ms() == machine.true_ms + followed_ms
    machine.true_ms += ASK_AGAIN_MS
    assert time.wants_centre


def test_the_kernels_word_counts_for_more_than_the_centres() -> None:
    machine = Machine(synchronised=True)
    time = TrustedTime(machine.sources(), WAIT_MS)
    time.told(time.up_ms(), TRUE_MS + 5000)
    assert time.look() == Correction(0, back=False)
    assert (time.now_ms(), time.clock) == (TRUE_MS, Clock.SYNCED)


def test_what_was_stored_with_a_wrong_time_is_withdrawn_first_and_then_sent_with_its_true_time(tmp_path: Path) -> None:
    journal = journal_of_three(tmp_path)
    journal.stored(journal.epoch, [(0, 0)])
    assert journal.correct(journal.newest_id, 500, Clock.SYNCED) == 0
    assert journal.correcting
    assert journal.go_on_correcting() == 1
    unsynced, withdrawn = Clock.UNSYNCED, Flag.WITHDRAWN
    assert waiting(journal) == [(1000, unsynced, withdrawn), (1001, unsynced, 0), (1002, unsynced, 0)]
    journal.stored(journal.epoch, [(0, 2)])
    assert journal.go_on_correcting() == 2
    assert waiting(journal) == [(1001, unsynced, withdrawn), (1002, unsynced, withdrawn)]
    assert journal.go_on_correcting() == 0, "nothing is written anew before all is taken back"
    journal.close()
    journal = Journal(tmp_path / "journal.sqlite", JournalLimits(1 << 24, 1e9, 1e9), lambda: TRUE_MS)
    assert journal.correcting, "a restart does not forget it"
    (epoch,) = {entry.number.epoch for entry in journal.waiting(0, 9)}
    journal.stored(epoch, [(1, 2)])
    assert journal.go_on_correcting() == 3
    assert waiting(journal) == [(1500, Clock.SYNCED, 0), (1501, Clock.SYNCED, 0), (1502, Clock.SYNCED, 0)]
    journal.stored(epoch, [(0, 2)])
    assert (journal.go_on_correcting(), journal.correcting) == (0, False)


def test_what_a_store_can_not_take_back_stays_there_flagged_and_is_not_written_twice(tmp_path: Path) -> None:
    journal = journal_of_three(tmp_path)
    journal.stored(journal.epoch, [(0, 2)])
    journal.correct(journal.newest_id, 500, Clock.SYNCED)
    assert journal.go_on_correcting() == 3
    journal.rejected(journal.waiting(0, 9)[0].number, "this store can't forget single readings")
    assert (journal.go_on_correcting(), journal.correcting, waiting(journal)) == (0, False, [])
    assert journal.replay(0) == 3
    assert [(clock, flags) for _, clock, flags in waiting(journal)] == [(Clock.UNSYNCED, 0)] * 3


def test_what_was_read_without_a_clock_is_as_old_as_it_is_and_not_fifty_years(tmp_path: Path) -> None:
    now_ms = 5000
    journal = Journal(tmp_path / "journal.sqlite", JournalLimits(1 << 24, 3600, 3600), lambda: now_ms)
    rows = encode_rows([Row(0, 0, [1])])
    journal.append(schema=b"schema.8", t0_ms=4000, clock=Clock.UNSYNCED, flags=Flag(0), readings=1, rows=rows)
    now_ms += TRUE_MS
    journal.correct(journal.newest_id, TRUE_MS, Clock.SYNCED)
    journal.prune()
    assert (len(journal.waiting(0, 9)), journal.gaps()) == (1, [])
