"""Lighting days, and instants of times of the clock, where the clock changes too."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from gateway.analytics.calendar import noon_before
from gateway.analytics.sun import Interval

NOON_S = 43_200
ONE_DAY = timedelta(days=1)


@lru_cache(maxsize=8)
def lighting_day_of(t_ms: int, zone: ZoneInfo) -> date:
    """Return the date on whose noon the lighting day of an instant begins."""
    return datetime.fromtimestamp(noon_before(t_ms, zone) / 1000, zone).date()


def day_span(day: date, zone: ZoneInfo) -> Interval:
    """Return the lighting day that begins at the noon of a date; it has 23 or 25 hours where the clock changes."""
    return Interval(clock_ms(day, NOON_S, zone), clock_ms(day + ONE_DAY, NOON_S, zone))


def night_clock_ms(day: date, clock_s: int, zone: ZoneInfo) -> int:
    """Return when it is a time of the clock (seconds after midnight) in the lighting day that begins at the noon of a date."""
    return clock_ms(day if clock_s >= NOON_S else day + ONE_DAY, clock_s, zone)


def clock_ms(day: date, clock_s: int, zone: ZoneInfo) -> int:
    """Return the instant of a time of the clock on a date.

    A time that the clock skips is the instant of the change, and one that it shows twice is the first: the order of times is kept.
    """
    local = datetime.combine(day, time()) + timedelta(seconds=clock_s)
    early, late = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early.astimezone(zone).replace(tzinfo=None) == local:
        return round(1000 * early.timestamp())
    # In a gap, fold 0 counts with the offset before the change, which makes it the later instant.
    return _change_between(round(late.timestamp()), round(early.timestamp()), zone)


def _change_between(before_s: int, after_s: int, zone: ZoneInfo) -> int:
    """Return the instant between two (seconds since 1970) at which the offset from UTC changes, in milliseconds."""
    offset = datetime.fromtimestamp(before_s, zone).utcoffset()
    while after_s - before_s > 1:
        middle_s = (before_s + after_s) // 2
        if datetime.fromtimestamp(middle_s, zone).utcoffset() == offset:
            before_s = middle_s
        else:
            after_s = middle_s
    return 1000 * after_s


def seconds_of(clock: str) -> int:
    """Return the seconds after midnight of a time of the clock, `23:00:00`."""
    hours, minutes, seconds = map(int, clock.split(":"))
    return 3600 * hours + 60 * minutes + seconds
