"""Working days in Italy."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.analytics.holidays import MonthDay
from gateway.situation.times.working_days import WorkingDays

PRATO = WorkingDays(MonthDay(12, 26))
FLORENCE = WorkingDays(MonthDay(6, 24))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-12-04", True), ("2026-12-05", False), ("2026-12-06", False), ("2026-12-07", True), ("2026-12-08", False),
        ("2026-04-06", False), ("2026-04-03", True), ("2026-06-02", False), ("2025-10-04", False), ("2027-10-04", False),
        ("2022-10-04", True), ("2028-12-26", False),
    ],
)  # fmt: skip
def test_weekends_and_holidays_are_no_working_days(day: str, works: bool) -> None:
    assert PRATO.is_one(date.fromisoformat(day)) is works


def test_the_day_of_the_patron_is_a_holiday_in_its_town_alone() -> None:
    assert PRATO.is_one(date(2026, 6, 24))
    assert not FLORENCE.is_one(date(2026, 6, 24))


def test_working_days_are_counted_over_holidays() -> None:
    assert PRATO.after(date(2026, 12, 23), 3) == date(2026, 12, 29)
    assert PRATO.before(date(2026, 12, 1), 10) == date(2026, 11, 17)
    assert PRATO.after(date(2026, 12, 5), 0) == date(2026, 12, 5)


@given(st.dates(date(2020, 1, 1), date(2060, 1, 1)), st.integers(1, 100))
def test_going_forward_passes_as_many_working_days_as_were_asked_for(day: date, count: int) -> None:
    after = PRATO.after(day, count)
    assert PRATO.is_one(after)
    assert sum(PRATO.is_one(day + timedelta(days=number)) for number in range(1, (after - day).days + 1)) == count
    assert PRATO.before(after, count) <= day
