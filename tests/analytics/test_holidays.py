"""The public holidays of Italy."""

from datetime import date, timedelta

import pytest

from gateway.analytics.holidays import MonthDay, easter_sunday, holidays_of


@pytest.mark.parametrize("day", ["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25", "1961-04-02"])
def test_easter_is_on_the_days_of_the_calendars(day: str) -> None:
    assert easter_sunday(int(day[:4])).isoformat() == day


def test_easter_monday_is_a_holiday_and_the_tuesday_is_not() -> None:
    assert date(2027, 3, 29) in holidays_of(2027)
    assert date(2027, 3, 30) not in holidays_of(2027)


def test_st_francis_is_a_holiday_since_2026() -> None:
    assert date(2025, 10, 4) not in holidays_of(2025)
    assert date(2026, 10, 4) in holidays_of(2026)


def test_the_day_of_the_patron_belongs_to_its_town() -> None:
    assert holidays_of(2027, MonthDay(6, 24)) - holidays_of(2027) == {date(2027, 6, 24)}


def test_a_year_has_twelve_holidays_of_the_law_and_easter() -> None:
    assert len(holidays_of(2027)) == 13
    assert date(2027, 1, 1) - timedelta(days=1) not in holidays_of(2027)
