"""The time of readings under boots without a clock, steps of a day in both directions, and batteries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.edge.clock.trusted_time import (
    ASK_AGAIN_MS,
    LONG_UP_MS,
    LONGEST_ROUND_TRIP_MS,
    STEP_PROVEN_MS,
    ClockUpdate,
    Sources,
    TrustedTime,
)
from gateway.journal.entries import NewestTimes
from gateway.model.batch import Clock
from tests.edge.clock.machine import DAY_MS, TRUE_MS, WAIT_MS, Machine


def test_a_synchronised_clock_is_trusted_and_its_slewing_followed() -> None:
    machine = Machine(synchronised=True)
    time = TrustedTime(machine.sources(), WAIT_MS)
    assert (time.now_ms(), time.clock, time.may_send) == (TRUE_MS, Clock.SYNCED, True)
    machine.true_ms += 5000
    machine.wrong_ms = 3
    assert time.update() == ClockUpdate()
    assert time.now_ms() == TRUE_MS + 5003


def test_the_time_of_day_is_exact_to_the_millisecond_at_any_phase_of_the_boot() -> None:
    up_ms, day_ms = 20_000.9, TRUE_MS + 0.6
    time = TrustedTime(Sources(lambda: up_ms, lambda: day_ms, lambda: None, lambda: False), WAIT_MS)
    for _ in range(20):
        up_ms, day_ms = up_ms + 0.1, day_ms + 0.1
        assert time.now_ms() == int(day_ms)


@pytest.mark.parametrize("step_ms", [DAY_MS, -DAY_MS])
def test_setting_the_clock_by_a_day_and_back_changes_nothing(step_ms: int) -> None:
    machine = Machine(synchronised=True)
    time = TrustedTime(machine.sources(), WAIT_MS)
    machine.wrong_ms, machine.synchronised = step_ms, False
    machine.true_ms += 1000
    assert time.update() == ClockUpdate()
    assert (time.now_ms(), time.clock) == (TRUE_MS + 1000, Clock.HOLDOVER)
    machine.wrong_ms, machine.synchronised = 0, True
    machine.true_ms += 1000
    assert time.update() == ClockUpdate()
    assert (time.now_ms(), time.clock) == (TRUE_MS + 2000, Clock.SYNCED)


def test_a_start_without_a_clock_waits_a_minute_and_then_continues_unsynced() -> None:
    machine = Machine(wrong_ms=-40 * DAY_MS)
    time = TrustedTime(machine.sources(), WAIT_MS)
    assert (time.clock, time.may_send) == (Clock.UNSYNCED, False)
    machine.true_ms += WAIT_MS
    time.update()
    assert (time.clock, time.may_send) == (Clock.UNSYNCED, True)


def test_a_step_of_an_untrusted_clock_moves_earlier_readings_and_its_slewing_does_not() -> None:
    machine = Machine(wrong_ms=-40 * DAY_MS)
    time = TrustedTime(machine.sources(), WAIT_MS)
    machine.wrong_ms += 900
    assert time.update() == ClockUpdate()
    machine.wrong_ms += DAY_MS
    assert time.update() == ClockUpdate(DAY_MS + 900)
    assert (time.clock, time.now_ms()) == (Clock.UNSYNCED, machine.true_ms + machine.wrong_ms)


def test_a_machine_that_has_been_up_for_long_without_a_clock_does_not_wait() -> None:
    assert TrustedTime(Machine(up_ms=LONG_UP_MS + 1).sources(), WAIT_MS).may_send


@pytest.mark.parametrize("wrong_ms", [-40 * DAY_MS, 3 * DAY_MS, -1])
def test_a_clock_that_becomes_trusted_moves_earlier_readings_by_its_error(wrong_ms: int) -> None:
    machine = Machine(wrong_ms)
    time = TrustedTime(machine.sources(), WAIT_MS)
    machine.true_ms += 30_000
    stamped_ms = time.now_ms()
    machine.true_ms += 5000
    machine.wrong_ms, machine.synchronised = 0, True
    correction = time.update()
    assert stamped_ms + correction.move_ms == TRUE_MS + 30_000
    assert correction == ClockUpdate(correction.move_ms, now_trusted=True)
    assert (time.now_ms(), time.clock, time.may_send) == (TRUE_MS + 35_000, Clock.SYNCED, True)


def test_a_battery_backed_clock_is_trusted_if_it_agrees_with_the_time_of_day_and_is_not_empty() -> None:
    assert TrustedTime(Machine(rtc_wrong_ms=400).sources(), WAIT_MS).clock is Clock.HOLDOVER
    assert TrustedTime(Machine(rtc_wrong_ms=-40 * DAY_MS).sources(), WAIT_MS).clock is Clock.UNSYNCED
    assert TrustedTime(Machine(wrong_ms=-TRUE_MS, rtc_wrong_ms=-TRUE_MS).sources(), WAIT_MS).clock is Clock.UNSYNCED


class SetWhileRead:
    """A machine whose time of day is set just before or just after one of the reads of it, with the kernel's flag."""

    def __init__(self, machine: Machine, at: int, *, before: bool) -> None:
        self._machine, self._at, self._before = machine, at, before
        self._day_ms = machine.sources().day_ms

    def sources(self) -> Sources:
        return self._machine.sources()._replace(day_ms=self._read)

    def _read(self) -> float:
        self._at -= 1
        found = self._day_ms()
        if self._at == 0:
            self._machine.wrong_ms, self._machine.synchronised = (DAY_MS, False) if self._machine.synchronised else (0, True)
        return self._day_ms() if self._before else found


@pytest.mark.parametrize("rtc_wrong_ms", [None, 0])
@pytest.mark.parametrize("synchronised", [False, True])
@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("at", range(1, 6))
def test_a_clock_that_is_set_while_it_is_read_is_never_trusted_at_its_wrong_time(
    at: int, before: bool, synchronised: bool, rtc_wrong_ms: int | None
) -> None:
    machine = Machine(wrong_ms=0 if synchronised else -DAY_MS, synchronised=synchronised, rtc_wrong_ms=rtc_wrong_ms)
    time = TrustedTime(SetWhileRead(machine, at, before=before).sources(), WAIT_MS)
    for _ in range(4):
        assert time.clock is Clock.UNSYNCED or time.now_ms() == machine.true_ms
        machine.true_ms += 1000
        time.update()
    assert synchronised or (time.now_ms(), time.clock) == (machine.true_ms, Clock.SYNCED)


@pytest.mark.parametrize("at", range(1, 4))
def test_a_pause_while_the_clocks_are_read_sets_no_time_wrong(at: int) -> None:
    machine = Machine(synchronised=True)
    sources, reads = machine.sources(), iter(range(1, 100))

    def day_ms() -> float:
        machine.true_ms += 30_000 if next(reads) == at else 0
        return sources.day_ms()

    time = TrustedTime(sources._replace(day_ms=day_ms), WAIT_MS)
    for _ in range(3):
        assert (time.now_ms(), time.clock) == (machine.true_ms, Clock.SYNCED)
        time.update()


STEPS_MS = [30_000, -30_000, 3_600_000, -3_600_000, DAY_MS, -DAY_MS]


@pytest.mark.parametrize("step_ms", STEPS_MS)
def test_a_step_of_a_synchronised_clock_is_not_followed_and_times_are_unsynced_until_it_steps_back(step_ms: int) -> None:
    machine = Machine(synchronised=True)
    time = TrustedTime(machine.sources(), WAIT_MS)
    machine.wrong_ms = step_ms
    for _ in range(3):
        machine.true_ms += 1000
        assert time.update() == ClockUpdate()
        assert (time.now_ms(), time.clock, time.wants_centre) == (machine.true_ms, Clock.UNSYNCED, True)
    machine.wrong_ms = 0
    assert time.update() == ClockUpdate(now_trusted=True)
    assert (time.now_ms(), time.clock) == (machine.true_ms, Clock.SYNCED)


@pytest.mark.parametrize("step_ms", STEPS_MS)
def test_a_step_of_a_synchronised_clock_is_followed_when_the_centre_confirms_it(step_ms: int) -> None:
    machine = Machine(synchronised=True, wrong_ms=-step_ms)
    time = TrustedTime(machine.sources(), WAIT_MS)
    machine.wrong_ms = 0
    time.update()
    time.centre_answered(time.up_ms(), machine.true_ms + 40)
    assert time.update() == ClockUpdate(step_ms, whole_run=step_ms < 0, now_trusted=True)
    assert (time.now_ms(), time.clock) == (machine.true_ms, Clock.SYNCED)


@pytest.mark.parametrize("step_ms", STEPS_MS)
def test_a_step_of_a_synchronised_clock_that_the_centre_denies_is_held_over(step_ms: int) -> None:
    machine = Machine(synchronised=True)
    time = TrustedTime(machine.sources(), WAIT_MS)
    machine.wrong_ms = step_ms
    time.update()
    time.centre_answered(time.up_ms(), machine.true_ms)
    assert time.update() == ClockUpdate(now_trusted=True)
    assert (time.now_ms(), time.clock) == (machine.true_ms, Clock.HOLDOVER)


@pytest.mark.parametrize("step_ms", STEPS_MS)
def test_without_the_centres_time_a_step_is_followed_after_ten_minutes_at_it(step_ms: int) -> None:
    machine = Machine(synchronised=True, wrong_ms=-step_ms)
    time = TrustedTime(machine.sources(), WAIT_MS)
    machine.wrong_ms = 7000
    time.update()
    machine.true_ms += STEP_PROVEN_MS - 1
    machine.wrong_ms = 0
    time.update()
    machine.true_ms += STEP_PROVEN_MS - 1
    assert time.update() == ClockUpdate()
    assert time.clock is Clock.UNSYNCED
    machine.true_ms += 1
    assert time.update() == ClockUpdate(step_ms, whole_run=step_ms < 0, now_trusted=True)
    assert (time.now_ms(), time.clock) == (machine.true_ms, Clock.SYNCED)


def test_the_drift_of_a_long_holdover_is_no_step() -> None:
    machine = Machine(synchronised=True)
    time = TrustedTime(machine.sources(), WAIT_MS)
    machine.synchronised = False
    time.update()
    machine.true_ms += 3 * DAY_MS
    machine.synchronised, machine.wrong_ms = True, -20_000
    assert time.update() == ClockUpdate()
    assert (time.now_ms(), time.clock) == (machine.true_ms - 20_000, Clock.SYNCED)


def test_a_guess_is_not_before_the_newest_reading_in_the_journal_and_does_not_go_back() -> None:
    machine = Machine(wrong_ms=-40 * DAY_MS)
    time = TrustedTime(machine.sources(), WAIT_MS)
    time.not_before(NewestTimes(TRUE_MS - 5000, 0))
    assert (time.now_ms(), time.clock) == (TRUE_MS - 4999, Clock.UNSYNCED)
    machine.wrong_ms = -DAY_MS
    assert time.update() == ClockUpdate()
    machine.wrong_ms = DAY_MS
    assert time.update() == ClockUpdate(DAY_MS + 4999)
    machine.wrong_ms = 0
    assert time.update() == ClockUpdate()
    assert time.now_ms() == TRUE_MS + DAY_MS
    machine.synchronised = True
    assert time.update() == ClockUpdate(-DAY_MS, now_trusted=True)


@pytest.mark.parametrize("rtc_wrong_ms", [None, -3_600_000])
def test_a_start_before_the_newest_trusted_reading_is_in_doubt(rtc_wrong_ms: int | None) -> None:
    machine = Machine(wrong_ms=-3_600_000, synchronised=rtc_wrong_ms is None, rtc_wrong_ms=rtc_wrong_ms)
    time = TrustedTime(machine.sources(), WAIT_MS)
    time.not_before(NewestTimes(TRUE_MS - 5000, TRUE_MS - 5000))
    assert (time.now_ms(), time.clock) == (TRUE_MS - 4999, Clock.UNSYNCED)
    machine.true_ms += 1000
    assert time.update() == ClockUpdate()
    machine.wrong_ms, machine.rtc_wrong_ms = 0, None if rtc_wrong_ms is None else 0
    assert time.update() == ClockUpdate(4999, now_trusted=True)
    assert time.now_ms() == machine.true_ms
    assert time.clock is (Clock.SYNCED if rtc_wrong_ms is None else Clock.HOLDOVER)


def test_a_start_before_the_newest_trusted_reading_stays_in_doubt_when_its_clock_passes_that_time() -> None:
    machine = Machine(wrong_ms=-30_000, synchronised=True)
    time = TrustedTime(machine.sources(), WAIT_MS)
    time.not_before(NewestTimes(TRUE_MS - 5000, TRUE_MS - 5000))
    for _ in range(60):
        machine.true_ms += 1000
        assert time.update() == ClockUpdate()
        assert time.clock is Clock.UNSYNCED
    machine.wrong_ms = 0
    assert time.update() == ClockUpdate(4999, now_trusted=True)
    assert (time.now_ms(), time.clock) == (machine.true_ms, Clock.SYNCED)


def test_a_start_before_an_untrusted_reading_is_not_in_doubt() -> None:
    time = TrustedTime(Machine(synchronised=True).sources(), WAIT_MS)
    time.not_before(NewestTimes(TRUE_MS + DAY_MS, TRUE_MS - 5000))
    assert (time.now_ms(), time.clock, time.started_ms) == (TRUE_MS, Clock.SYNCED, TRUE_MS)


@given(st.lists(st.tuples(st.integers(1, 700_000), st.sampled_from([0, 0, 900, *STEPS_MS]), st.booleans(), st.booleans()), max_size=30))
def test_within_a_run_no_time_comes_twice_whatever_the_clocks_say(steps: list[tuple[int, int, bool, bool]]) -> None:
    """A move backward, of the readings that it does not move, is at most the drift of the clock since it was last set."""
    machine = Machine()
    time = TrustedTime(machine.sources(), WAIT_MS)
    readings: list[tuple[float, Clock]] = []
    for passed_ms, wrong_ms, synchronised, centre in steps:
        machine.true_ms += passed_ms
        machine.wrong_ms, machine.synchronised = wrong_ms, synchronised
        if centre:
            time.centre_answered(time.up_ms(), machine.true_ms)
        update = time.update()
        readings = [
            (t_ms + update.move_ms, clock) if update.whole_run or clock is Clock.UNSYNCED else (t_ms, clock) for t_ms, clock in readings
        ]
        if update.now_trusted or update.whole_run:
            readings = [(t_ms, time.clock if clock is Clock.UNSYNCED else clock) for t_ms, clock in readings]
        now_ms = time.now_ms()
        if readings:
            assert now_ms > readings[-1][0] - 1100 - 1e-4 * passed_ms
        readings.append((now_ms, time.clock))


@given(st.lists(st.tuples(st.integers(1, 100_000), st.integers(-DAY_MS, DAY_MS)), max_size=30))
def test_a_clock_that_was_trusted_once_is_held_over_whatever_happens_to_the_time_of_day(steps: list[tuple[int, int]]) -> None:
    machine = Machine(synchronised=True)
    time = TrustedTime(machine.sources(), WAIT_MS)
    machine.synchronised = False
    for passed_ms, wrong_ms in steps:
        machine.true_ms += passed_ms
        machine.wrong_ms = wrong_ms
        assert time.update() == ClockUpdate()
        assert time.now_ms() == machine.true_ms


def test_the_centres_time_was_right_half_of_the_round_trip_ago_and_continues_as_holdover() -> None:
    machine = Machine(wrong_ms=-40 * DAY_MS)
    time = TrustedTime(machine.sources(), WAIT_MS)
    assert time.wants_centre
    asked_ms = time.up_ms()
    machine.true_ms += 300
    time.centre_answered(asked_ms, machine.true_ms - 150)
    assert time.update() == ClockUpdate(40 * DAY_MS, now_trusted=True)
    assert (time.now_ms(), time.clock, time.may_send, time.wants_centre) == (machine.true_ms, Clock.HOLDOVER, True, False)


def test_an_answer_that_is_late_or_older_than_its_question_or_no_time_is_ignored() -> None:
    machine = Machine(wrong_ms=-40 * DAY_MS)
    time = TrustedTime(machine.sources(), WAIT_MS)
    asked_ms = time.up_ms()
    machine.true_ms += LONGEST_ROUND_TRIP_MS + 2
    time.centre_answered(asked_ms, TRUE_MS)
    time.centre_answered(time.up_ms() + 10, TRUE_MS)
    time.centre_answered(time.up_ms(), 5)
    assert time.update() == ClockUpdate()
    assert (time.clock, time.wants_centre) == (Clock.UNSYNCED, True)


def test_a_clock_in_holdover_asks_again_and_follows_differences_greater_than_the_error_of_the_answer() -> None:
    machine = Machine(synchronised=True)
    time = TrustedTime(machine.sources(), WAIT_MS)
    assert not time.wants_centre
    machine.synchronised = False
    time.update()
    assert time.wants_centre
    for wrong_ms, half_ms, followed_ms in ((40, 50, 0), (40, 10, 40)):
        asked_ms = time.up_ms()
        machine.true_ms += 2 * half_ms
        time.centre_answered(asked_ms, machine.true_ms - half_ms + wrong_ms)
        assert time.update() == ClockUpdate()
        assert time.now_ms() == machine.true_ms + followed_ms
    machine.true_ms += ASK_AGAIN_MS
    assert time.wants_centre


def test_a_synchronised_kernel_has_precedence_over_the_centre() -> None:
    machine = Machine(synchronised=True)
    time = TrustedTime(machine.sources(), WAIT_MS)
    time.centre_answered(time.up_ms(), TRUE_MS + 5000)
    assert time.update() == ClockUpdate()
    assert (time.now_ms(), time.clock) == (TRUE_MS, Clock.SYNCED)
