"""What calendars say on a day."""

from datetime import date

from tests.control.streets import at, timetable


def test_the_plan_is_that_of_the_program_of_the_night() -> None:
    found = timetable()
    names = [plan and plan.program for plan in (found.plan("street", date(2027, 3, day)) for day in (26, 27, 28, 29, 30))]
    assert names == ["dimmed", "all-night", "all-night", "all-night", "dimmed"]


def test_a_night_is_that_of_the_day_on_which_it_begins() -> None:
    found = timetable()
    friday = found.plan_at("street", at("2027-03-27T03:00"))
    assert friday is not None
    assert friday.program == "dimmed"


def test_a_night_without_a_program_has_no_plan() -> None:
    assert timetable().plan("winter", date(2027, 7, 1)) is None
    assert timetable().plan("unknown", date(2027, 7, 1)) is None


def test_the_morning_continues_with_the_last_level_of_the_program_before() -> None:
    """From the dimmed night of Friday 26 March to the full one of Saturday: until 100 % at noon nothing changes."""
    plan = timetable().plan("street", date(2027, 3, 27))
    assert plan is not None
    assert plan.levels[0].level == 100


def test_plans_are_kept_within_bounds() -> None:
    found = timetable()
    for number in range(1500):
        found.plan("street", date.fromordinal(date(2027, 1, 1).toordinal() + number))
    assert len(found._plans) <= 512
