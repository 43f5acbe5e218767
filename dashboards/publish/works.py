"""Announced works as mute timings of Grafana, which know days and hours of days, but no span from one instant to another. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, NamedTuple

_MIDNIGHT = "00:00"
_END_OF_DAY = "24:00"


class _DayPart(NamedTuple):
    """A part of one day."""

    day: date
    start: str
    end: str


def time_intervals(begins: str, ends: str, zone: str) -> list[dict[str, Any]]:
    """Return the mute timing's intervals of works: their first and their last day, and the whole days between by months.

    Args:
        begins: When they begin, as 2026-12-01T08:00.
        ends: When they end, which is later.
        zone: The time zone of both.
    """
    parts = list(_day_parts(datetime.fromisoformat(begins), datetime.fromisoformat(ends)))
    found = []
    for (start, end, year, month), alike in groupby(parts, lambda one: (one.start, one.end, one.day.year, one.day.month)):
        days = [one.day.day for one in alike]
        found.append(
            {
                "times": [{"start_time": start, "end_time": end}],
                "days_of_month": [str(days[0]) if len(days) == 1 else f"{days[0]}:{days[-1]}"],
                "months": [str(month)],
                "years": [str(year)],
                "location": zone,
            }
        )
    return found


def _day_parts(begins: datetime, ends: datetime) -> Iterator[_DayPart]:
    day = begins.date()
    while datetime.combine(day, time()) < ends:
        first, last = day == begins.date(), day == ends.date()
        yield _DayPart(day, f"{begins:%H:%M}" if first else _MIDNIGHT, f"{ends:%H:%M}" if last else _END_OF_DAY)
        day += timedelta(days=1)
