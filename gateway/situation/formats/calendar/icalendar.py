"""An iCalendar (RFC 5545) to which calendars subscribe: an event for each situation, and one for each rule by which it recurs.

Days are written as days, with the end after the last one, which iCalendar excludes. Recurring hours are a rule in local time; where the
clock changes in a night, or the last one is cut off, that night is written besides (RECURRENCE-ID).
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from gateway.analytics.sun import Interval
from gateway.model.instants import ms_of_iso
from gateway.situation.bilingual import Bilingual
from gateway.situation.event.geometry import paths_of
from gateway.situation.event.kinds import Relation, SituationState
from gateway.situation.event.timing import Recurrence, Timing
from gateway.situation.formats.calendar.zone import zone_lines
from gateway.situation.formats.known_times import joined, known_span
from gateway.situation.formats.losses import (
    CAP_DETAILS,
    CONVERSATION,
    REGISTERS,
    REPORTED,
    SITE_WORKS,
    SOURCE,
    SUBJECTS,
    VERIFIED_PLACE,
    VERIFIED_TIMES,
    WORKS,
)
from gateway.situation.formats.port import (
    ALL_KINDS,
    ALL_STATES,
    ExchangeFormat,
    ExportedFile,
    ExportedSituation,
    ExportRequest,
    LostField,
    lost,
)
from gateway.situation.formats.texts import marked_headline, place_of
from gateway.situation.lifecycle.permissions import STATE_WORDS
from gateway.situation.times.instants import day_of, occurrences, planned_span, span_of

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = timedelta(days=1)
_LINE_BYTES = 75
"""Of a line, without its end; longer ones are folded (RFC 5545, section 3.1)."""

_LOOKED_AT_MS = 2 * 366 * 86_400_000
"""How far after an export, or after a later begin, nights with a change of the clock are written besides."""


class _Night(NamedTuple):
    """An occurrence: the day on which it begins, and from when to when."""

    day: date
    hours: Interval


def _write(request: ExportRequest) -> list[ExportedFile]:
    starts = [planned_span(one.said.timing, request.zone).from_ms for one in request.situations]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//street-gateway//Situation Room {request.site}//IT"]
    lines += zone_lines(request.zone, min([*starts, request.made_ms]))
    for one in request.situations:
        lines += _events(one, request)
    lines.append("END:VCALENDAR")
    return [ExportedFile("situations.ics", "".join(map(_folded, lines)).encode())]


def _obstacle(one: ExportedSituation, request: ExportRequest) -> Bilingual | None:
    timing = one.said.timing
    if timing.recurrence and not any(_nights(timing, rule, request) for rule in timing.recurrence):
        return Bilingual("none of its hours is within its planned time", "nessuna delle sue ore cade nel periodo previsto")
    return None


def _events(one: ExportedSituation, request: ExportRequest) -> Iterator[str]:
    timing = one.said.timing
    if not timing.recurrence:
        yield from _event(f"{one.seen.id}@{request.site}", _once(one, request), one, request)
    for number, rule in enumerate(timing.recurrence):
        uid = f"{one.seen.id}{f'.{number}' if number else ''}@{request.site}"
        nights = _nights(timing, rule, request)
        if nights:
            yield from _event(uid, _rule(timing, rule, nights[0].day, request.zone), one, request)
        for night in nights:
            if night.hours.to_ms != night.hours.from_ms + _length_ms(rule):
                yield from _event(uid, _exceptional(rule, night, request.zone), one, request)


def _once(one: ExportedSituation, request: ExportRequest) -> Iterator[str]:
    timing = one.said.timing
    if timing.actual_start is None and timing.actual_end is None and not one.said.overrunning and _days_alone(timing):
        yield f"DTSTART;VALUE=DATE:{_day(date.fromisoformat(timing.planned_start))}"
        if timing.planned_end is not None:
            yield f"DTEND;VALUE=DATE:{_day(date.fromisoformat(timing.planned_end) + _DAY)}"
        return
    span = known_span(one.seen, request.zone, request.made_ms)
    yield f"DTSTART:{_utc(span.from_ms)}"
    if span.to_ms is not None:
        yield f"DTEND:{_utc(span.to_ms)}"


def _days_alone(timing: Timing) -> bool:
    return all(text is None or "T" not in text for text in (timing.planned_start, timing.planned_end))


def _nights(timing: Timing, rule: Recurrence, request: ExportRequest) -> list[_Night]:
    """Return the occurrences of a rule that are looked at, each with its whole begin: what was reported moves no single night."""
    zone, only = request.zone, replace(timing, recurrence=[rule], actual_start=None)
    span = span_of(timing, zone)
    begin_ms = planned_span(timing, zone).from_ms
    far_ms = max(begin_ms, request.made_ms) + _LOOKED_AT_MS
    found = occurrences(only, zone, Interval(begin_ms, min(span.to_ms, far_ms)))
    return [_Night(day_of(one.from_ms, zone), one) for one in found if span.from_ms < one.to_ms != far_ms]


def _rule(timing: Timing, rule: Recurrence, first: date, zone: ZoneInfo) -> Iterator[str]:
    span = span_of(timing, zone)
    yield f"DTSTART;TZID={zone.key}:{_clock(first, rule)}"
    yield f"DURATION:PT{_length_ms(rule) // 60_000}M"
    parts = [f"FREQ=WEEKLY;BYDAY={','.join(_DAYS[day - 1] for day in sorted(set(rule.days)))}" if rule.days else "FREQ=DAILY"]
    if timing.planned_end is not None or timing.actual_end is not None:
        parts.append(f"UNTIL={_utc(span.to_ms - 1000)}")
    yield f"RRULE:{';'.join(parts)}"
    days = sorted({date.fromisoformat(day) for day in rule.exceptions})
    if excluded := [_clock(day, rule) for day in days if day > first]:
        yield f"EXDATE;TZID={zone.key}:{','.join(excluded)}"


def _exceptional(rule: Recurrence, night: _Night, zone: ZoneInfo) -> Iterator[str]:
    yield f"RECURRENCE-ID;TZID={zone.key}:{_clock(night.day, rule)}"
    yield f"DTSTART:{_utc(night.hours.from_ms)}"
    yield f"DTEND:{_utc(night.hours.to_ms)}"


def _length_ms(rule: Recurrence) -> int:
    """Return how long an occurrence lasts by the clock."""
    begin, end = (int(text[:2]) * 60 + int(text[3:]) for text in (rule.begin, rule.end))
    return ((end - begin - 1) % 1440 + 1) * 60_000


def _event(uid: str, times: Iterator[str], one: ExportedSituation, request: ExportRequest) -> Iterator[str]:
    said = one.said
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}"
    yield from times
    changed = _utc(ms_of_iso(said.updated))
    yield from (f"DTSTAMP:{changed}", f"LAST-MODIFIED:{changed}", f"CREATED:{_utc(ms_of_iso(one.created))}", f"SEQUENCE:{said.version}")
    headline = marked_headline(said)
    yield f"SUMMARY;LANGUAGE=it:{_text(headline.it)}"
    if headline.en is not None:
        yield f"COMMENT;LANGUAGE=en:{_text(headline.en)}"
    yield f"DESCRIPTION:{_text(_description(one, request))}"
    yield f"STATUS:{_STATUS.get(said.state, 'CONFIRMED')}"
    yield f"CATEGORIES:{_text(said.kind)}"
    yield f"CLASS:{'PUBLIC' if said.audience.public else 'CONFIDENTIAL'}"
    yield "TRANSP:TRANSPARENT"
    yield from _more(one, request)
    yield "END:VEVENT"


def _more(one: ExportedSituation, request: ExportRequest) -> Iterator[str]:
    said = one.said
    if (place := place_of(said)) is not None:
        yield f"LOCATION:{_text(place)}"
    if one.seen.geometry is not None:
        lon, lat = paths_of(one.seen.geometry)[0][0]
        yield f"GEO:{lat:.6f};{lon:.6f}"
    if said.provenance is not None and said.provenance.url is not None:
        yield f"URL:{said.provenance.url}"
    for attachment in said.attachments:
        yield f"ATTACH:{attachment.href}"
    present = {other.seen.id for other in request.situations}  # others may be private, and so are their names
    for related in (each for each in said.related if each.id in present):
        yield f"RELATED-TO;RELTYPE={'PARENT' if related.relation == Relation.PART_OF else 'SIBLING'}:{related.id}"


_STATUS = {SituationState.PROPOSED: "TENTATIVE", SituationState.CANCELLED: "CANCELLED"}


def _description(one: ExportedSituation, request: ExportRequest) -> str:
    said = one.said
    lines = [joined(said.description), f"{request.title(said.owner)}: {STATE_WORDS[said.state].it} ({STATE_WORDS[said.state].en})"]
    if said.overrunning:
        lines.append("Oltre il termine previsto (overrunning)")
    if said.start_unconfirmed:
        lines.append("Inizio non confermato (start unconfirmed)")
    if said.timing.planned_end is None and said.timing.actual_end is None:
        lines.append("Fine non nota (end unknown)")
    return "\n".join(filter(None, lines))


def _utc(t_ms: int) -> str:
    return f"{datetime.fromtimestamp(t_ms // 1000, UTC):%Y%m%dT%H%M%SZ}"


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _clock(day: date, rule: Recurrence) -> str:
    return f"{day:%Y%m%d}T{rule.begin.replace(':', '')}00"


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r", "").replace("\n", "\\n").replace("\t", " ")


def _folded(line: str) -> str:
    """Return a line with its end, folded between characters."""
    parts, size = [""], 0
    for character in line:
        bytes_of_it = len(character.encode())
        if size + bytes_of_it > _LINE_BYTES:
            parts.append(" ")
            size = 1
        parts[-1] += character
        size += bytes_of_it
    return "\r\n".join(parts) + "\r\n"


ICALENDAR = ExchangeFormat(
    name="icalendar",
    title="iCalendar (RFC 5545)",
    kinds=ALL_KINDS,
    states=ALL_STATES,
    exercises="in the summary",
    obstacle=_obstacle,
    write=_write,
    losses=(
        *CONVERSATION,
        *WORKS,
        *SITE_WORKS,
        *SUBJECTS,
        *CAP_DETAILS,
        *REGISTERS,
        *lost("impact", "traffic", "accident", "damage", "lighting", "severity", "probability"),
        *SOURCE,
        *VERIFIED_TIMES,
        *VERIFIED_PLACE,
        *REPORTED,
        *lost("timing.observed"),
        LostField("timing.next_update", "the end of what is overrunning, for want of another"),
        LostField("geometry", "the first position alone"),
        LostField("attachments", "the address alone"),
        *lost("location.description.en"),
        LostField("related.id", "situations of the export alone"),
        LostField("related.relation", "`part_of` and others"),
    ),
)
