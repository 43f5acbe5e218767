"""When records of DATEX II happen."""

import re
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from gateway.situation.imports.drafts import ImportDraft
from gateway.situation.imports.xml_reading import text_at

_DAYS = {name: number for number, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), 1)}
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
    if times is not None and (rules := [rule for period in times.iterfind("validPeriod") for rule in _recurrences(draft, period)]):
        timing["recurrence"] = rules
    if times is not None and times.find("exceptionPeriod") is not None:
        draft.deviate("periods of exception are not read: it may not happen then", "i periodi di eccezione non vengono letti")
    draft.properties["timing"] = timing


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


def _clock(element: Element, path: str) -> str | None:
    text = text_at(element, path) or ""
    if text.startswith("24:00"):
        return "00:00"
    found = _CLOCK.fullmatch(text)
    return None if found is None else f"{found[1]}:{found[2]}"
