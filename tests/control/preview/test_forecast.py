"""Nights of a group."""

from datetime import date, timedelta

import pytest

from gateway.control.preview.forecast import change_of_clock, forecast
from tests.control.preview.groups import ROADSIDE, STREET
from tests.control.streets import ROME, timetable

TABLE = timetable()


def test_a_group_takes_the_energy_of_all_its_lamps() -> None:
    one, three = (forecast(group, TABLE, date(2027, 3, 23), 1) for group in (STREET._replace(lamps=("a",)), STREET))
    assert three.kwh == pytest.approx(3 * one.kwh)
    assert three.hours == one.hours == pytest.approx(11.68, abs=0.02)
    assert three.least_kwh is None


def test_the_least_energy_is_that_of_the_quietest_road() -> None:
    found = forecast(ROADSIDE, TABLE, date(2027, 3, 23), 1)
    assert found.least_kwh is not None
    assert found.least_kwh == pytest.approx(0.1 * 0.45 * found.hours, rel=0.001)
    assert found.kwh > found.least_kwh


def test_a_year_has_all_its_nights() -> None:
    found = forecast(STREET, TABLE, date(2027, 1, 1), 14)
    assert [one.day for one in found.nights] == [date(2027, 1, 1) + timedelta(days=number) for number in range(14)]
    assert found.switches == sum(4 if night.program == "dimmed" else 2 for night in found.nights)


@pytest.mark.parametrize(("day", "hours"), [("2027-03-27", 1), ("2027-10-30", -1), ("2027-06-01", 0)])
def test_a_change_of_the_clock_is_known(day: str, hours: int) -> None:
    night = forecast(STREET, TABLE, date.fromisoformat(day), 1).nights[0]
    assert change_of_clock(night, ROME) == timedelta(hours=hours)
