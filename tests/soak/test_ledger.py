"""What was served compared with what is stored."""

import pytest

from tests.soak.ledger import VALUES, Device, Tally, compare, value

SERVED_MS = [1_000, 2_000, 3_000, 4_000]


def device(numbers: list[tuple[int, object]], **changed: float) -> Device:
    values = {t_ms: [value(int(number), place) for place in range(VALUES)] for t_ms, number in numbers if isinstance(number, int)}
    for t_ms, first in changed.items():
        values[int(t_ms[1:])][0] = first
    return Device("d-1", SERVED_MS, numbers, values)


def counts(tally: Tally) -> tuple[int, int, int, int, int]:
    return tally.lost, tally.doubled, tally.misdated, tally.wrong, tally.in_gaps


WHOLE: list[tuple[int, object]] = [(1_003, 1), (2_003, 2), (3_003, 3), (4_003, 4)]


def test_readings_that_are_stored_once_with_their_values_are_right() -> None:
    found = compare(device(WHOLE), [])
    assert (found.served, found.stored, found.notes) == (4, 4, ())
    assert counts(found) == (0, 0, 0, 0, 0)


def test_a_number_that_is_not_stored_is_lost_unless_it_is_in_a_recorded_gap() -> None:
    assert counts(compare(device(WHOLE[:3]), [])) == (1, 0, 0, 0, 0)
    assert counts(compare(device(WHOLE[:3]), [(3_900, 4_100)])) == (0, 0, 0, 0, 1)
    assert counts(compare(device(WHOLE[:3]), [(1_000, 3_500)])) == (1, 0, 0, 0, 0)


def test_a_number_at_two_times_is_doubled() -> None:
    assert counts(compare(device([*WHOLE, (4_500, 4)]), [])) == (0, 1, 0, 0, 0)


def test_a_number_far_from_the_time_when_it_was_served_is_misdated() -> None:
    assert counts(compare(device([*WHOLE[:3], (64_000, 4)]), [])) == (0, 0, 1, 0, 0)


@pytest.mark.parametrize("number", [0, 5, None, "4", -1])
def test_a_number_that_was_never_served_is_wrong(number: object) -> None:
    assert counts(compare(device([*WHOLE, (5_000, number)]), [])) == (0, 0, 0, 1, 0)


def test_one_value_that_differs_from_what_was_served_is_wrong() -> None:
    assert counts(compare(device(WHOLE, t2003=0.25), [])) == (0, 0, 0, 1, 0)


def test_a_reading_without_its_values_is_wrong() -> None:
    assert counts(compare(device(WHOLE)._replace(values={}), [])) == (0, 0, 0, 4, 0)


def test_sums_of_tallies_keep_the_first_notes() -> None:
    both = compare(device(WHOLE[1:]), []).plus(compare(device(WHOLE[:3]), []))
    assert (both.served, both.stored, both.lost) == (8, 6, 2)
    assert both.notes == ("d-1: 1 of 1000 is not stored", "d-1: 4 of 4000 is not stored")
