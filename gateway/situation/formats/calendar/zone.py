"""The rules of a time zone, as iCalendar needs them (VTIMEZONE, RFC 5545, section 3.6.5)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

_YEARS = 5
"""Changes of the clock that are looked at: if they follow a rule, it is written as one."""

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class _Change(NamedTuple):
    """A change of the clock: its local time by the old offset, the offsets, and the name of the new time."""

    local: datetime
    before: timedelta
    after: timedelta
    name: str
    saving: bool


def zone_lines(zone: ZoneInfo, from_ms: int) -> list[str]:
    """Return the component VTIMEZONE for times from an instant on."""
    begin = datetime(datetime.fromtimestamp(from_ms // 1000, UTC).year - 1, 1, 1, tzinfo=UTC)
    changes = _changes(zone, begin)
    first = begin.astimezone(zone)
    groups: dict[tuple[timedelta, timedelta, str, bool], list[datetime]] = {}
    for one in changes:
        groups.setdefault((one.before, one.after, one.name, one.saving), []).append(one.local)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone.key}"]
    if not changes:
        offset = first.utcoffset() or timedelta()
        lines += _observance(_Change(first.replace(tzinfo=None, microsecond=0), offset, offset, first.tzname() or "", saving=False), [])
    for (before, after, name, saving), local in groups.items():
        lines += _observance(_Change(local[0], before, after, name, saving), local[1:])
    return [*lines, "END:VTIMEZONE"]


def _observance(change: _Change, again: list[datetime]) -> Iterator[str]:
    kind = "DAYLIGHT" if change.saving else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{change.local:%Y%m%dT%H%M%S}"
    yield f"TZOFFSETFROM:{_offset(change.before)}"
    yield f"TZOFFSETTO:{_offset(change.after)}"
    yield f"TZNAME:{change.name}"
    rule = _rule([change.local, *again])
    if rule is not None:
        yield rule
    elif again:
        yield "RDATE:" + ",".join(f"{one:%Y%m%dT%H%M%S}" for one in again)
    yield f"END:{kind}"


def _rule(changes: list[datetime]) -> str | None:
    """Return the rule of changes that come each year on the last such day of a month, as in the European Union (directive 2000/84/EC)."""
    first = changes[0]
    yearly = len(changes) > 1 and [one.year for one in changes] == list(range(first.year, first.year + len(changes)))
    same = all((one.month, one.weekday(), one.time()) == (first.month, first.weekday(), first.time()) for one in changes)
    last = all((one + timedelta(days=7)).month != one.month for one in changes)
    return f"RRULE:FREQ=YEARLY;BYMONTH={first.month};BYDAY=-1{_DAYS[first.weekday()]}" if yearly and same and last else None


@lru_cache(maxsize=32)
def _changes(zone: ZoneInfo, begin: datetime) -> list[_Change]:
    days = [begin + timedelta(days=number) for number in range(_YEARS * 366)]
    return [_change(zone, one, other) for one, other in pairwise(days) if _utcoffset(one, zone) != _utcoffset(other, zone)]


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> _Change:
    """Return the change between two instants, found by halving."""
    before, after = _utcoffset(low, zone), _utcoffset(high, zone)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (middle, high) if _utcoffset(middle, zone) == before else (low, middle)
    instant = high.replace(microsecond=0)
    new = instant.astimezone(zone)
    return _Change(instant.replace(tzinfo=None) + before, before, after, new.tzname() or "", bool(new.dst()))


def _utcoffset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _offset(offset: timedelta) -> str:
    seconds = round(offset.total_seconds())
    minutes = abs(seconds) // 60
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02}{minutes % 60:02}"
