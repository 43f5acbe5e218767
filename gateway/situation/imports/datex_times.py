"""When records of DATEX II happen."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from gateway.analytics.sun import Interval
from gateway.situation.imports.drafts import ImportDraft
from gateway.situation.imports.xml_reading import text_at
from gateway.situation.times.instants import begin_ms, clock_ms, day_of, end_ms

_DAYS = {name: number for number, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), 1)}
_EVERY_DAY = range(1, 8)
_ONE_DAY = timedelta(days=1)
_MOST_EXCEPTED_MS = 60 * 86_400_000
"""Of a period of exception: more days than a recurrence has exceptions would be something else."""

_OFFSET = re.compile(r"(?:Z|[+-][0-9]{2}:[0-9]{2})\Z")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::00(?:[.]0+)?)?")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?")


def read_times(draft: ImportDraft, record: Element, zone: ZoneInfo) -> None:
    """Set the times of a draft to those of a record."""
    timing: dict[str, Any] = {}
    times = record.find("validity/validityTimeSpecification")
    for key, path in (("planned_start", "overallStartTime"), ("planned_end", "overallEndTime")):
        if times is not None and (found := instant_at(draft, times, path, zone)) is not None:
            timing[key] = found
    if (observed := instant_at(draft, record, "situationRecordObservationTime", zone)) is not None:
        timing["observed"] = observed
    if times is not None:
        timing["recurrence"] = _rules(draft, times, timing, zone)
    draft.properties["timing"] = timing


def _rules(draft: ImportDraft, times: Element, timing: dict[str, Any], zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return the recurrences, without the hours that are outside of their periods or in periods of exception."""
    rules = []
    for period in times.iterfind("validPeriod"):
        found = _recurrences(draft, period)
        outside = list(_outside(period, timing, zone))
        if found and (None in outside or None in [_take_out(found, one, zone) for one in outside if one is not None]):
            draft.deviate("begin and end of a valid period are not read", "inizio e fine di un periodo di validità non vengono letti")
        rules += found
    for period in times.iterfind("exceptionPeriod"):
        excepted = _span(text_at(period, "startOfPeriod"), text_at(period, "endOfPeriod"), zone)
        if excepted is None or not _take_out(rules, excepted, zone):
            draft.deviate(
                "a period of exception that is not whole hours of a recurrence is not read",
                "un periodo di eccezione che non è fatto di ore intere di una ricorrenza non viene letto",
            )
    return rules


def _outside(period: Element, timing: dict[str, Any], zone: ZoneInfo) -> Iterator[Interval | None]:
    """Yield what of the whole time is before a period and after it; None if that can't be said."""
    begin, end = text_at(period, "startOfPeriod"), text_at(period, "endOfPeriod")
    if begin is not None:
        yield _span(timing.get("planned_start"), begin, zone)
    if end is not None:
        yield _span(end, timing.get("planned_end"), zone)


def _span(begin: str | None, end: str | None, zone: ZoneInfo) -> Interval | None:
    """Return the time between two instants, which is empty if they come the other way round; None if they are no instants."""
    if begin is None or end is None or not all(_OFFSET.search(text) and _INSTANT.fullmatch(text) for text in (begin, end)):
        return None
    try:
        return Interval(begin_ms(begin, zone), end_ms(end, zone))
    except ValueError:
        return None


def instant_at(draft: ImportDraft, element: Element, path: str, zone: ZoneInfo) -> str | None:
    """Return an instant in the form that the Situation Room accepts; None if there is none, or it is no instant."""
    text = text_at(element, path)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text) if _INSTANT.fullmatch(text) is not None else None
    except ValueError:
        found = None
    if found is None:
        draft.deviate(f"{path} is no instant: '{text[:40]}'", f"{path} non è un istante: '{text[:40]}'")
        return None
    if found.tzinfo is None:
        draft.deviate(f"{path} has no offset: read in local time", f"{path} non indica il fuso: letto come ora locale")
        found = found.replace(tzinfo=zone)
    return found.isoformat()


def _recurrences(draft: ImportDraft, period: Element) -> list[dict[str, Any]]:
    hours = list(period.iterfind("recurringTimePeriodOfDay"))
    days = [one.text or "" for one in period.iterfind("recurringDayWeekMonthPeriod/applicableDay")]
    others = [one.tag for one in period.iter() if one.tag in ("applicableMonth", "applicableWeek", "recurringSpecialDay")]
    clocks = [(_clock(one, "startTimeOfPeriod"), _clock(one, "endTimeOfPeriod")) for one in hours]
    if not hours or others or any(None in one for one in clocks) or not set(days) <= set(_DAYS):
        draft.deviate(
            "a valid period that is not hours on days of the week is not read",
            "un periodo di validità che non è fatto di ore e giorni non viene letto",
        )
        return []
    numbers = {"days": sorted({_DAYS[day] for day in days})} if days else {}
    return [{"begin": begin, "end": end, **numbers} for begin, end in clocks]


def _take_out(rules: list[dict[str, Any]], excepted: Interval, zone: ZoneInfo) -> int | None:
    """Make exceptions of the hours of recurrences in a span, and return how many; None if it is too long, or cuts hours in two."""
    if excepted.to_ms - excepted.from_ms > _MOST_EXCEPTED_MS:
        return None
    count = 0
    for rule in rules:
        for day, hours in _occurrences(rule, excepted, zone):
            if not excepted.from_ms <= hours.from_ms < hours.to_ms <= excepted.to_ms:
                return None
            rule.setdefault("exceptions", []).append(day.isoformat())
            count += 1
    return count


def _occurrences(rule: dict[str, Any], within: Interval, zone: ZoneInfo) -> Iterator[tuple[date, Interval]]:
    """Yield the days on which a recurrence begins, with their hours, that have a part of a span."""
    day, last = day_of(within.from_ms, zone) - _ONE_DAY, day_of(within.to_ms, zone)
    while day <= last:
        until = day + _ONE_DAY if rule["end"] <= rule["begin"] else day
        hours = Interval(clock_ms(day, rule["begin"], zone), clock_ms(until, rule["end"], zone))
        if day.isoweekday() in rule.get("days", _EVERY_DAY) and hours.from_ms < within.to_ms and within.from_ms < hours.to_ms:
            yield day, hours
        day += _ONE_DAY


def _clock(element: Element, path: str) -> str | None:
    text = text_at(element, path) or ""
    if text.startswith("24:00"):
        return "00:00"
    found = _CLOCK.fullmatch(text)
    return None if found is None else f"{found[1]}:{found[2]}"
