"""When a situation happens, as far as is known when it is exported."""

from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.analytics.sun import Interval
from gateway.situation.event.document import SituationFeature
from gateway.situation.event.fields import OwnText
from gateway.situation.times.instants import NEVER_MS, day_of, end_ms, occurrences, span_of

MOST_OCCURRENCES = 30
"""Of a situation that recurs, where each occurrence is an entry of its own: a month of nights."""

_FAR_MS = round(timedelta(days=366).total_seconds()) * 1000
"""How far ahead occurrences are looked for: the hours of a recurrence may have no day in its span."""


class KnownSpan(NamedTuple):
    """From when to when; None: nobody knows the end."""

    from_ms: int
    to_ms: int | None


def known_span(seen: SituationFeature, zone: ZoneInfo, made_ms: int) -> KnownSpan:
    """Return when a situation begins and ends: what was reported, or else what is planned.

    If it goes on though its planned end has passed, it ends at the next update that its owner promises, or else with the day of the export.
    """
    span = span_of(seen.properties.timing, zone)
    to_ms = span.to_ms
    if seen.properties.overrunning:
        promised = seen.properties.timing.next_update
        promised_ms = 0 if promised is None else end_ms(promised, zone)
        to_ms = max(to_ms, promised_ms if promised_ms > made_ms else end_ms(day_of(made_ms, zone).isoformat(), zone))
    return KnownSpan(span.from_ms, None if to_ms >= NEVER_MS else to_ms)


def coming_hours(seen: SituationFeature, zone: ZoneInfo, made_ms: int) -> list[KnownSpan]:
    """Return the hours in which something happens that are not over yet; the whole time if nothing recurs; at most 30 within a year."""
    whole = known_span(seen, zone, made_ms)
    timing = seen.properties.timing
    if not timing.recurrence or seen.properties.overrunning:
        return [whole]
    from_ms = max(whole.from_ms, made_ms)
    found = occurrences(timing, zone, Interval(from_ms - _DAY_MS, min(span_of(timing, zone).to_ms, from_ms + _FAR_MS)))
    return [KnownSpan(*one) for one in islice((one for one in found if one.to_ms > from_ms), MOST_OCCURRENCES)]


_DAY_MS = 86_400_000
"""Hours that have begun the day before an export are still going on, and keep their begin."""


def local_text(t_ms: int, zone: ZoneInfo) -> str:
    """Return an instant in local time with its offset, in whole seconds: `2026-12-04T23:00:00+01:00`."""
    return datetime.fromtimestamp(t_ms // 1000, zone).isoformat(timespec="seconds")


def joined(text: OwnText | None) -> str | None:
    """Return a text in Italian, and below it in English, for a format that has room for one."""
    if text is None:
        return None
    return text.it if text.en is None else f"{text.it}\n\n{text.en}"
