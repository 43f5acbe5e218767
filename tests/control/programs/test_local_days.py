"""Lighting days, and times of the clock where it changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from hypothesis import given
from hypothesis import strategies as st

from gateway.control.programs.local_days import clock_ms, day_span, lighting_day_of, night_clock_ms, seconds_of
from tests.control.streets import ROME, at

SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)


def utc(t_ms: int) -> str:
    return datetime.fromtimestamp(t_ms / 1000, UTC).strftime("%m-%dT%H:%M:%S")


def test_a_time_that_the_clock_skips_is_the_instant_of_the_change() -> None:
    assert utc(clock_ms(SPRING, seconds_of("02:00:00"), ROME)) == "03-28T01:00:00"
    assert utc(clock_ms(SPRING, seconds_of("02:30:00"), ROME)) == "03-28T01:00:00"
    assert utc(clock_ms(SPRING, seconds_of("02:59:59"), ROME)) == "03-28T01:00:00"
    assert utc(clock_ms(SPRING, seconds_of("03:00:00"), ROME)) == "03-28T01:00:00"
    assert utc(clock_ms(SPRING, seconds_of("03:10:00"), ROME)) == "03-28T01:10:00"


def test_a_time_that_the_clock_shows_twice_is_the_first() -> None:
    assert utc(clock_ms(AUTUMN, seconds_of("02:30:00"), ROME)) == "10-31T00:30:00"
    assert utc(clock_ms(AUTUMN, seconds_of("03:00:00"), ROME)) == "10-31T02:00:00"


def test_a_change_by_half_an_hour_is_known_too() -> None:
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    assert utc(clock_ms(date(2027, 10, 3), seconds_of("02:15:00"), lord_howe)) == "10-02T15:30:00"


@pytest.mark.parametrize(("day", "hours"), [("2027-03-27", 23), ("2027-10-30", 25), ("2027-03-28", 24), ("2027-06-01", 24)])
def test_a_lighting_day_has_23_or_25_hours_where_the_clock_changes(day: str, hours: int) -> None:
    begin_ms, end_ms = day_span(date.fromisoformat(day), ROME)
    assert (end_ms - begin_ms) / 3_600_000 == hours


def test_an_instant_belongs_to_the_day_whose_noon_it_follows() -> None:
    assert lighting_day_of(at("2027-03-28T11:59"), ROME) == date(2027, 3, 27)
    assert lighting_day_of(at("2027-03-28T12:00"), ROME) == SPRING
    assert lighting_day_of(at("2027-03-28T00:00"), ROME) == date(2027, 3, 27)


def test_times_before_noon_are_on_the_morning_after() -> None:
    assert night_clock_ms(SPRING, seconds_of("11:59:59"), ROME) == at("2027-03-29T11:59:59")
    assert night_clock_ms(SPRING, seconds_of("12:00:00"), ROME) == at("2027-03-28T12:00")


@given(
    st.dates(date(2000, 1, 1), date(2037, 12, 31)),
    st.integers(0, 86_399),
    st.sampled_from(["Europe/Rome", "Europe/Oslo", "Australia/Lord_Howe"]),
)
def test_instants_agree_with_another_implementation_of_time_zones(day: date, clock_s: int, name: str) -> None:
    other = tz.gettz(name)
    local = datetime.combine(day, datetime.min.time(), other) + timedelta(seconds=clock_s)
    found = clock_ms(day, clock_s, ZoneInfo(name))
    if tz.datetime_exists(local):
        assert found == round(1000 * tz.enfold(local, 0).timestamp())
    else:
        assert datetime.fromtimestamp(found / 1000 - 1, other).utcoffset() != datetime.fromtimestamp(found / 1000, other).utcoffset()


@given(st.dates(date(2000, 1, 1), date(2037, 12, 31)), st.integers(0, 86_398))
def test_later_times_of_a_day_are_never_earlier_instants(day: date, clock_s: int) -> None:
    assert clock_ms(day, clock_s, ROME) <= clock_ms(day, clock_s + 1, ROME)
