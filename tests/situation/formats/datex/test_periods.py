"""Hours of a recurrence in DATEX II."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.analytics.sun import Interval
from gateway.situation.event.timing import Timing
from gateway.situation.formats.datex.periods import ValidHours, excepted_hours, valid_hours
from gateway.situation.times.instants import begin_ms, clock_ms, day_of, end_ms, occurrences, planned_span
from tests.situation.examples import ROME, works

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def timing(**changes: Any) -> Timing:
    return works(timing=changes).timing


@st.composite
def recurring(draw: st.DrawFn) -> Timing:
    first = draw(st.dates(date(2027, 3, 20), date(2027, 4, 2)) | st.dates(date(2027, 10, 20), date(2027, 11, 2)))
    last = first + timedelta(days=draw(st.integers(0, 14)))
    clocks = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 30]))
    exceptions = [(first + timedelta(days=one)).isoformat() for one in draw(st.lists(st.integers(-1, 14), max_size=3))]
    rule = {
        "begin": draw(clocks),
        "end": draw(clocks),
        "days": draw(st.lists(st.integers(1, 7), unique=True, max_size=3)),
        "exceptions": exceptions,
    }
    start = draw(st.just(first.isoformat()) | st.just(f"{first}T22:00:00+02:00"))
    return timing(planned_start=start, planned_end=last.isoformat(), recurrence=[rule])


def hours_of(said: Timing, span: Interval) -> set[int]:
    """Return the half hours in which DATEX II says that something happens, as a reader finds them."""
    on = {t_ms for hours in valid_hours(said, ROME) for one in on_days(hours, span) for t_ms in half_hours(one)}
    off = {t_ms for one in excepted_hours(said, ROME) for t_ms in half_hours(one)}
    return {one for one in on - off if span.from_ms <= one < span.to_ms}


def on_days(hours: ValidHours, span: Interval) -> Iterator[Interval]:
    day = day_of(span.from_ms, ROME)
    while begin_ms(day.isoformat(), ROME) < span.to_ms:
        if not hours.days or _DAYS[day.weekday()] in hours.days:
            until = end_ms(day.isoformat(), ROME) if hours.end == "24:00:00" else clock_ms(day, hours.end, ROME)
            yield Interval(max(hours.from_ms, clock_ms(day, hours.begin, ROME)), until)
        day += timedelta(days=1)


def half_hours(one: Interval) -> Iterator[int]:
    yield from range(one.from_ms, one.to_ms, 1_800_000)


@settings(max_examples=100, deadline=None)
@given(recurring())
def test_a_reader_finds_the_hours_that_the_situation_room_means(said: Timing) -> None:
    span = planned_span(said, ROME)
    expected = {t_ms for one in occurrences(said, ROME, span) for t_ms in half_hours(one)}
    assert hours_of(said, span) == expected


def test_a_night_is_two_periods() -> None:
    said = timing(planned_start="2026-12-01", planned_end="2026-12-31", recurrence=[{"begin": "21:00", "end": "05:00", "days": [7, 1]}])
    evening, morning = valid_hours(said, ROME)
    assert evening == (clock_ms(date(2026, 12, 1), "21:00", ROME), "21:00:00", "24:00:00", ("monday", "sunday"))
    assert morning == (begin_ms("2026-12-02", ROME), "00:00:00", "05:00:00", ("monday", "tuesday"))


def test_hours_until_midnight_are_one_period() -> None:
    said = timing(planned_start="2026-12-01", recurrence=[{"begin": "21:00", "end": "00:00"}])
    assert [(one.begin, one.end, one.days) for one in valid_hours(said, ROME)] == [("21:00:00", "24:00:00", ())]
