"""When an event happens: what is planned, what was reported, and on which hours."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated

import msgspec

from gateway.situation.event.fields import Day, DayOrInstant, Few, Instant, LocalClock

_DAY_LENGTH = len("2026-12-04")
_EARLIEST_YEAR, _LATEST_YEAR = 1971, 2199

_Weekday = Annotated[int, msgspec.Meta(ge=1, le=7)]


class Recurrence(msgspec.Struct, frozen=True, omit_defaults=True):
    """The hours in which something happens within its planned time, in local time; `end` at or before `begin` is on the next day.

    Days are 1 (Monday) to 7 (ISO 8601), those on which it begins; none are every day. On `exceptions`, it does not begin.
    """

    begin: LocalClock
    end: LocalClock
    days: Annotated[list[_Weekday], msgspec.Meta(max_length=7)] = []
    exceptions: Few[Day] = []


class Timing(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Planned and actual times. What is verified was reported by a person or a device on site (WZDx 4.2)."""

    planned_start: DayOrInstant
    planned_end: DayOrInstant | None = None
    actual_start: Instant | None = None
    actual_end: Instant | None = None
    start_verified: bool = False
    end_verified: bool = False
    recurrence: Few[Recurrence] = []
    observed: Instant | None = None
    next_update: Instant | None = None


_TIMES = ("planned_start", "planned_end", "actual_start", "actual_end", "observed", "next_update")


def timing_errors(timing: Timing) -> Iterator[str]:
    """Yield what is wrong with times that have the right form."""
    named = {name: getattr(timing, name) for name in _TIMES}
    bad = [f"'{text}' of {name} is no date that exists" for name, text in named.items() if text is not None and not _exists(text)]
    bad += [f"the exception '{day}' is no date that exists" for one in timing.recurrence for day in one.exceptions if not _exists(day)]
    yield from bad
    if bad:
        return
    for begin, end in (("planned_start", "planned_end"), ("actual_start", "actual_end")):
        if named[begin] is not None and named[end] is not None and _before(named[end], named[begin]):
            yield f"{end} is before {begin}"
    if timing.actual_end is not None and timing.actual_start is None:
        yield "actual_end needs actual_start"
    if (timing.start_verified and timing.actual_start is None) or (timing.end_verified and timing.actual_end is None):
        yield "what is verified must have happened: actual_start or actual_end is missing"


def _exists(text: str) -> bool:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return False
    return _EARLIEST_YEAR <= found.year <= _LATEST_YEAR


def _before(one: str, other: str) -> bool:
    """Return whether a time is before another; if one of them is a day, their days as written are compared."""
    if min(len(one), len(other)) == _DAY_LENGTH:
        return date.fromisoformat(one[:_DAY_LENGTH]) < date.fromisoformat(other[:_DAY_LENGTH])
    return datetime.fromisoformat(one) < datetime.fromisoformat(other)
