"""Texts of times to instants, in the time zone of the site."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gateway.analytics.sun import Interval
from gateway.situation.event.timing import Recurrence, Timing

NEVER_MS = 1 << 53
"""Later than every instant: the end of what has none."""

_DAY_LENGTH = len("2026-12-04")
_ONE_DAY = timedelta(days=1)


def begin_ms(text: str, zone: ZoneInfo) -> int:
    """Return the instant at which something begins; a day begins at its midnight."""
    return _midnight_ms(date.fromisoformat(text), zone) if len(text) == _DAY_LENGTH else _instant_ms(text)


def end_ms(text: str, zone: ZoneInfo) -> int:
    """Return the instant at which something ends; a day is inclusive, so it ends at the midnight after it."""
    return _midnight_ms(date.fromisoformat(text) + _ONE_DAY, zone) if len(text) == _DAY_LENGTH else _instant_ms(text)


def day_of(t_ms: int, zone: ZoneInfo) -> date:
    """Return the local day of an instant."""
    return datetime.fromtimestamp(t_ms / 1000, zone).date()


def clock_ms(day: date, clock: str, zone: ZoneInfo) -> int:
    """Return the instant of a time of the clock on a day."""
    return round(1000 * datetime.combine(day, time.fromisoformat(clock), zone).timestamp())


def planned_span(timing: Timing, zone: ZoneInfo) -> Interval:
    """Return the planned time; without an end it lasts for ever."""
    end = NEVER_MS if timing.planned_end is None else end_ms(timing.planned_end, zone)
    return Interval(begin_ms(timing.planned_start, zone), end)


def span_of(timing: Timing, zone: ZoneInfo) -> Interval:
    """Return the time that something takes, as far as is known: what was reported counts more than what is planned."""
    planned = planned_span(timing, zone)
    begin = planned.from_ms if timing.actual_start is None else _instant_ms(timing.actual_start)
    end = planned.to_ms if timing.actual_end is None else _instant_ms(timing.actual_end)
    return Interval(begin, max(begin, end))


def occurrences(timing: Timing, zone: ZoneInfo, within: Interval) -> Iterator[Interval]:
    """Yield the hours in which something happens within a span, in order of their begin; its whole time if nothing recurs."""
    span = span_of(timing, zone)
    from_ms, to_ms = max(span.from_ms, within.from_ms), min(span.to_ms, within.to_ms)
    if from_ms >= to_ms:
        return
    if not timing.recurrence:
        yield Interval(from_ms, to_ms)
        return
    planned_ms = begin_ms(timing.planned_start, zone)  # a night that begins the evening before is not planned
    day, last = day_of(from_ms, zone) - _ONE_DAY, day_of(to_ms, zone)
    while day <= last:
        for hours in sorted(_on(day, one, zone) for one in timing.recurrence if _begins_on(one, day)):
            cut = Interval(max(hours.from_ms, from_ms), min(hours.to_ms, to_ms))
            if planned_ms <= hours.from_ms and cut.from_ms < cut.to_ms:
                yield cut
        day += _ONE_DAY


def _begins_on(one: Recurrence, day: date) -> bool:
    return (not one.days or day.isoweekday() in one.days) and day.isoformat() not in one.exceptions


def _on(day: date, one: Recurrence, zone: ZoneInfo) -> Interval:
    until = day if one.end > one.begin else day + _ONE_DAY
    return Interval(clock_ms(day, one.begin, zone), clock_ms(until, one.end, zone))


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return round(1000 * datetime.combine(day, time(), zone).timestamp())


def _instant_ms(text: str) -> int:
    return round(1000 * datetime.fromisoformat(text).timestamp())
