"""A share of `python -m tests.control.year`: every switch of the year is there, once, when other sources say."""

import pytest

from gateway.control.programs.day_plan import LampPlace
from tests.control.streets import LAMPEDUSA, PRATO, TROMSO, at
from tests.control.year import SUN_TOLERANCE_MS, Switch, compared, due_switches, year_of

MINUTE_MS = 60_000


def test_in_the_8760_hours_of_a_year_no_switch_is_lost_or_doubled() -> None:
    found = compared(PRATO, *year_of(PRATO), step_ms=5 * MINUTE_MS)
    assert (found.hours, found.switches, found.lost, found.doubled) == (8760, 5 * 365, [], [])
    assert found.worst_ms < SUN_TOLERANCE_MS


@pytest.mark.parametrize(
    ("place", "begin", "end"),
    [
        (LAMPEDUSA, "2027-03-27T12:00", "2027-03-30T12:00"), (LAMPEDUSA, "2027-10-30T12:00", "2027-11-01T12:00"),
        (TROMSO, "2027-01-13T12:00", "2027-01-18T12:00"), (TROMSO, "2027-03-27T12:00", "2027-03-29T12:00"),
        (TROMSO, "2027-05-14T12:00", "2027-05-21T12:00"), (TROMSO, "2027-07-23T12:00", "2027-07-29T12:00"),
        (TROMSO, "2027-10-30T12:00", "2027-11-01T12:00"), (TROMSO, "2027-11-24T12:00", "2027-11-30T12:00"),
    ],
)  # fmt: skip
def test_around_changes_of_the_clock_and_of_the_polar_night_every_second_is_right(place: LampPlace, begin: str, end: str) -> None:
    found = compared(place, at(begin, place.zone), at(end, place.zone))
    assert (found.lost, found.doubled) == ([], [])
    assert found.worst_ms < SUN_TOLERANCE_MS


def test_the_other_sources_know_the_night_in_which_half_past_two_is_skipped() -> None:
    due = due_switches(PRATO, at("2027-03-28T01:00"), at("2027-03-28T06:00"))
    assert due == [Switch(at("2027-03-28T03:00"), 40), Switch(at("2027-03-28T05:00"), 100)]
