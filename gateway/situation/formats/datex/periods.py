"""The hours of a recurrence as DATEX II has them: hours of a day on days of the week, and exceptions.

Hours that go beyond midnight are two periods, one until midnight and one after it: readers do not agree on a period that ends before it
begins.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.analytics.sun import Interval
from gateway.situation.event.timing import Recurrence, Timing
from gateway.situation.times.instants import begin_ms, clock_ms, day_of

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ONE_DAY = timedelta(days=1)


class ValidHours(NamedTuple):
    """Hours of the clock on days of the week, from an instant on; without days, on all of them."""

    from_ms: int
    begin: str
    end: str
    days: tuple[str, ...]


def valid_hours(timing: Timing, zone: ZoneInfo) -> Iterator[ValidHours]:
    """Yield the hours of recurrences."""
    for one in timing.recurrence:
        first = _first_day(timing, one, zone)
        days = sorted(set(one.days))
        overnight = one.end <= one.begin
        yield ValidHours(clock_ms(first, one.begin, zone), f"{one.begin}:00", "24:00:00" if overnight else f"{one.end}:00", _names(days))
        if overnight and one.end != "00:00":
            after = begin_ms((first + _ONE_DAY).isoformat(), zone)
            yield ValidHours(after, "00:00:00", f"{one.end}:00", _names(sorted(day % 7 + 1 for day in days)))


def excepted_hours(timing: Timing, zone: ZoneInfo) -> Iterator[Interval]:
    """Yield the hours that exceptions take out."""
    for one in timing.recurrence:
        for text in sorted(set(one.exceptions)):
            day = date.fromisoformat(text)
            until = day + _ONE_DAY if one.end <= one.begin else day
            yield Interval(clock_ms(day, one.begin, zone), clock_ms(until, one.end, zone))


def _first_day(timing: Timing, one: Recurrence, zone: ZoneInfo) -> date:
    """Return the first day on which hours can begin: those that began before the planned start are not planned."""
    planned_ms = begin_ms(timing.planned_start, zone)
    day = day_of(planned_ms, zone)
    return day if clock_ms(day, one.begin, zone) >= planned_ms else day + _ONE_DAY


def _names(days: list[int]) -> tuple[str, ...]:
    return tuple(_DAYS[day - 1] for day in days)
