"""Which program a night has: rules in order, and the first that fits counts."""

from datetime import date, timedelta
from typing import NamedTuple

from gateway.analytics.holidays import MonthDay, holidays_of
from gateway.control.talq.objects import DateRange

_YEARLY, _MONTHLY = "--", "---"
"""How TALQ marks a day of every year (`--12-31`) and of every month (`---15`)."""


class NightRule(NamedTuple):
    """A program for the nights that begin from a first to a last day, inclusive, on certain days only if any are named.

    `first` and `last` are `2027-12-31` or, for every year, `--12-31`; a season may go over the new year. Days of the week are 1 (Monday)
    to 7; `occurrences` limits them to the first (`1`) to fifth or the last (`L`) of the month.
    """

    program: str
    first: str | None = None
    last: str | None = None
    weekdays: frozenset[int] = frozenset()
    occurrences: frozenset[str] = frozenset()
    dates: tuple[DateRange, ...] = ()
    holidays: bool = False

    def fits(self, day: date, patron: MonthDay | None) -> bool:
        """Return whether the night that begins on a day has this rule's program."""
        return self._in_season(day) and (not self._has_condition or self._on(day, patron))

    @property
    def _has_condition(self) -> bool:
        return bool(self.weekdays or self.dates or self.holidays)

    @property
    def goes_over_new_year(self) -> bool:
        """Whether its season begins in one year and ends in the next."""
        first, last = self.first, self.last
        return first is not None and last is not None and _is_yearly(first) and _is_yearly(last) and first > last

    def _in_season(self, day: date) -> bool:
        after = self.first is None or _comparable(day, self.first) >= self.first
        before = self.last is None or _comparable(day, self.last) <= self.last
        return (after or before) if self.goes_over_new_year else (after and before)

    def _on(self, day: date, patron: MonthDay | None) -> bool:
        if day.isoweekday() in self.weekdays and (not self.occurrences or not self.occurrences.isdisjoint(_occurrences(day))):
            return True
        if self.holidays and day in holidays_of(day.year, patron):
            return True
        return any(one.start <= _comparable(day, one.start) <= (one.end or one.start) for one in self.dates)


class NightCalendar(NamedTuple):
    """Rules in order, and the program of the nights that none fits; without one, lamps have their default level."""

    name: str
    rules: tuple[NightRule, ...] = ()
    default: str | None = None

    def program_on(self, day: date, patron: MonthDay | None) -> str | None:
        """Return the program of the night that begins on a day."""
        return next((rule.program for rule in self.rules if rule.fits(day, patron)), self.default)


def _is_yearly(text: str) -> bool:
    return text.startswith(_YEARLY)


def _comparable(day: date, other: str) -> str:
    """Return a day in the form of another text: texts of one form sort as the days do."""
    if other.startswith(_MONTHLY):
        return f"{_MONTHLY}{day.day:02}"
    return f"{_YEARLY}{day.month:02}-{day.day:02}" if _is_yearly(other) else day.isoformat()


def _occurrences(day: date) -> set[str]:
    """Return which of its weekdays in the month a day is: `1` to `5`, and `L` for the last."""
    number = str((day.day - 1) // 7 + 1)
    return {number, "L"} if (day + timedelta(days=7)).month != day.month else {number}
