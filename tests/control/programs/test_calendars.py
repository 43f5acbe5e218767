"""Which program a night has."""

from datetime import date

import pytest

from gateway.analytics.holidays import MonthDay
from gateway.control.programs.calendars import NightCalendar, NightRule
from gateway.control.talq.objects import DateRange

PATRON = MonthDay(12, 26)


@pytest.mark.parametrize(
    ("rule", "fitting", "other"),
    [
        (NightRule("p"), "2027-05-05", None),
        (NightRule("p", weekdays=frozenset({5, 6})), "2027-03-26", "2027-03-28"),
        (NightRule("p", weekdays=frozenset({1}), occurrences=frozenset({"2"})), "2027-03-08", "2027-03-15"),
        (NightRule("p", weekdays=frozenset({1}), occurrences=frozenset({"L"})), "2027-03-29", "2027-03-22"),
        (NightRule("p", weekdays=frozenset({1}), occurrences=frozenset({"5"})), "2027-03-29", "2027-02-22"),
        (NightRule("p", holidays=True), "2027-03-29", "2027-03-30"),
        (NightRule("p", holidays=True), "2027-12-26", "2027-12-27"),
        (NightRule("p", weekdays=frozenset({7}), holidays=True), "2027-04-25", "2027-04-26"),
        (NightRule("p", "--06-15", "--09-15"), "2027-09-15", "2027-09-16"),
        (NightRule("p", "--06-15", "--09-15"), "2030-06-15", "2030-06-14"),
        (NightRule("p", "--11-01", "--02-29"), "2027-01-10", "2027-03-01"),
        (NightRule("p", "--11-01", "--02-29"), "2027-11-01", "2027-10-31"),
        (NightRule("p", "2027-12-31", "2027-12-31"), "2027-12-31", "2028-12-31"),
        (NightRule("p", first="2027-05-01"), "2031-01-01", "2027-04-30"),
        (NightRule("p", last="2027-05-01"), "2027-05-01", "2027-05-02"),
        (NightRule("p", dates=(DateRange(start="---15"),)), "2027-02-15", "2027-02-16"),
        (NightRule("p", dates=(DateRange(start="--12-24", end="--12-31"),)), "2027-12-28", "2027-12-23"),
        (NightRule("p", "--07-01", "--07-31", frozenset({6})), "2027-07-03", "2027-08-07"),
    ],
)
def test_a_rule_fits_its_days_alone(rule: NightRule, fitting: str, other: str | None) -> None:
    assert rule.fits(date.fromisoformat(fitting), PATRON)
    if other is not None:
        assert not rule.fits(date.fromisoformat(other), PATRON)


def test_the_first_rule_that_fits_counts_and_else_the_default() -> None:
    calendar = NightCalendar("c", (NightRule("feast", "2027-03-28", "2027-03-28"), NightRule("sunday", weekdays=frozenset({7}))), "usual")
    found = [calendar.program_on(date(2027, 3, day), PATRON) for day in (27, 28, 29)]
    assert found == ["usual", "feast", "usual"]
    assert calendar.program_on(date(2027, 4, 4), PATRON) == "sunday"
    assert calendar._replace(default=None).program_on(date(2027, 3, 27), PATRON) is None
