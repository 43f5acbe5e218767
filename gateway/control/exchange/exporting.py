"""Programs and calendars as objects of TALQ 2.7.1, which other management systems read.

TALQ knows no holidays: those of fixed days become days of every year, Easter and its Monday rules of single days, for some years.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

from gateway.analytics.holidays import MonthDay, easter_sunday, holidays_of
from gateway.control.programs.calendars import NightCalendar, NightRule
from gateway.control.talq.objects import (
    CalendarRule,
    DateCondition,
    DateRange,
    TalqCalendar,
    TalqDocument,
    WeekdayCondition,
    WeekdayRange,
)
from gateway.control.timetable import Rules

_FIRST_DAY, _LAST_DAY = "--01-01", "--12-31"
_OCCURRENCES: tuple[Literal["1", "2", "3", "4", "5", "L"], ...] = ("1", "2", "3", "4", "5", "L")


def exported(rules: Rules, owner: str, years: range) -> TalqDocument:
    """Return the programs and calendars of a site, with the movable holidays of some years."""
    calendars = tuple(_calendar(one, owner, years, rules.patron) for one in rules.calendars.values())
    return TalqDocument(tuple(rules.programs.values()), calendars)


def _calendar(calendar: NightCalendar, owner: str, years: range, patron: MonthDay | None) -> TalqCalendar:
    rules = tuple(found for rule in calendar.rules for found in _rules(rule, years, patron))
    return TalqCalendar(id=calendar.name, owner_cms=owner, rules=rules, default_program=calendar.default)


def _rules(rule: NightRule, years: range, patron: MonthDay | None) -> Iterator[CalendarRule]:
    """Yield the rules of TALQ that together fit the nights of one: neighbours with the same program are an alternative."""
    for first, last in _seasons(rule):
        if not (rule.weekdays or rule.dates or rule.holidays):
            yield CalendarRule(program=rule.program, start_date=first, end_date=last)
        if rule.weekdays:
            days = tuple(WeekdayRange(start=day) for day in sorted(rule.weekdays))
            occurrences = tuple(one for one in _OCCURRENCES if one in rule.occurrences)
            condition = WeekdayCondition(days=days, occurrences=occurrences)
            yield CalendarRule(program=rule.program, start_date=first, end_date=last, condition=condition)
        for dates in _by_form((*rule.dates, *(_fixed_holidays(years, patron) if rule.holidays else ()))):
            yield CalendarRule(program=rule.program, start_date=first, end_date=last, condition=DateCondition(dates=dates))
    if rule.holidays:
        for day in _movable_holidays(years):
            if rule.fits(day, patron):
                yield CalendarRule(program=rule.program, start_date=day.isoformat(), end_date=day.isoformat())


def _seasons(rule: NightRule) -> Iterator[tuple[str | None, str | None]]:
    """Yield the seasons of a rule: one over the new year becomes two."""
    if rule.goes_over_new_year:
        yield rule.first, _LAST_DAY
        yield _FIRST_DAY, rule.last
    else:
        yield rule.first, rule.last


def _by_form(dates: tuple[DateRange, ...]) -> Iterator[tuple[DateRange, ...]]:
    """Yield the days of every month, and those of every year, if there are any."""
    monthly = tuple(one for one in dates if one.start.startswith("---"))
    yearly = tuple(one for one in dates if not one.start.startswith("---"))
    yield from (one for one in (monthly, yearly) if one)


def _fixed_holidays(years: range, patron: MonthDay | None) -> tuple[DateRange, ...]:
    movable = set(_movable_holidays(years))
    days = {f"--{day:%m-%d}" for year in years for day in holidays_of(year, patron) if day not in movable}
    return tuple(DateRange(start=day) for day in sorted(days))


def _movable_holidays(years: range) -> list[date]:
    return [easter_sunday(year) + timedelta(days=number) for year in years for number in (0, 1)]
