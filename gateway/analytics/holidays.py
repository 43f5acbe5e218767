"""The public holidays of Italy. Pure."""

from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

_FIXED = ((1, 1), (1, 6), (4, 25), (5, 1), (6, 2), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26))
"""Month and day of holidays that do not move (law 260/1949, law 54/1977, law 336/2000)."""

_ST_FRANCIS, _ST_FRANCIS_FROM = (10, 4), 2026
"""A public holiday again since this year (law 151/2025)."""


class MonthDay(NamedTuple):
    """A day of every year."""

    month: int
    day: int


@lru_cache(maxsize=256)
def holidays_of(year: int, patron: MonthDay | None = None) -> AbstractSet[date]:
    """Return the holidays of a year: those of the law, Easter and its Monday, and the day of a town's patron."""
    easter = easter_sunday(year)
    days = [*_FIXED, *([_ST_FRANCIS] if year >= _ST_FRANCIS_FROM else []), *([patron] if patron is not None else [])]
    return frozenset({easter, easter + timedelta(days=1), *(date(year, month, day) for month, day in days)})


def easter_sunday(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (J. Meeus, "Astronomical Algorithms", chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    month, day = divmod(h + weekday - 7 * ((a + 11 * h + 22 * weekday) // 451) + 114, 31)
    return date(year, month, day + 1)
