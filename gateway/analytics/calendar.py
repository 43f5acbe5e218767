"""When the lamps of a panel should burn, and how bright: the astronomical calendar with its dimming. Pure."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.analytics.sun import Coordinates, Interval, nights
from gateway.model.site.assets import DimmingSettings, LightingSettings

FULL = 100


class CalendarStep(NamedTuple):
    """A span of time (milliseconds since 1970, its end excluded) with one light output in percent; 0 is off."""

    from_ms: int
    to_ms: int
    level: int


class LightingCalendar:
    """The calendar of one panel within a span, as steps without gaps."""

    def __init__(self, lighting: LightingSettings, place: Coordinates, zone: ZoneInfo, span: Interval) -> None:
        self.steps: list[CalendarStep] = list(_joined(_steps(lighting, place, zone, span)))
        self._begins = [step.from_ms for step in self.steps]

    def at(self, t_ms: int) -> CalendarStep:
        """Return the step at a time of the span; outside of it, the nearest one."""
        return self.steps[max(0, bisect_right(self._begins, t_ms) - 1)]

    def within(self, span: Interval) -> Iterator[CalendarStep]:
        """Yield the steps in a part of the span, cut to it."""
        for step in self.steps[max(0, bisect_right(self._begins, span.from_ms) - 1) :]:
            if step.from_ms >= span.to_ms:
                return
            yield CalendarStep(max(step.from_ms, span.from_ms), min(step.to_ms, span.to_ms), step.level)

    def nights(self) -> Iterator[Interval]:
        """Yield the spans in which the lamps should burn."""
        begin_ms: int | None = None
        for step in self.steps:
            if step.level and begin_ms is None:
                begin_ms = step.from_ms
            if not step.level and begin_ms is not None:
                yield Interval(begin_ms, step.from_ms)
                begin_ms = None
        if begin_ms is not None:
            yield Interval(begin_ms, self.steps[-1].to_ms)


def _steps(lighting: LightingSettings, place: Coordinates, zone: ZoneInfo, span: Interval) -> Iterator[CalendarStep]:
    end_ms = span.from_ms
    for night in nights(span, place, lighting.elevation):
        yield CalendarStep(end_ms, night.from_ms, 0)
        yield from _dimmed(night, lighting.dimming, zone)
        end_ms = night.to_ms
    yield CalendarStep(end_ms, span.to_ms, 0)


def _dimmed(night: Interval, dimming: Sequence[DimmingSettings], zone: ZoneInfo) -> Iterator[CalendarStep]:
    dimmed = [(_occurrences(one, night, zone), one.level) for one in dimming]
    borders = {night.from_ms, night.to_ms} | {t_ms for spans, _ in dimmed for one in spans for t_ms in one}
    inside = sorted(t_ms for t_ms in borders if night.from_ms <= t_ms <= night.to_ms)
    for begin_ms, end_ms in pairwise(inside):
        levels = [level for spans, level in dimmed if any(one.from_ms <= begin_ms < one.to_ms for one in spans)]
        yield CalendarStep(begin_ms, end_ms, levels[-1] if levels else FULL)


def _occurrences(one: DimmingSettings, night: Interval, zone: ZoneInfo) -> list[Interval]:
    """Return the spans of a dimming that may touch a night."""
    found: list[Interval] = []
    day = datetime.fromtimestamp(night.from_ms / 1000, zone).date() - timedelta(days=1)
    while True:
        begin_ms = _clock_ms(datetime.combine(day, _time(one.begin)), zone)
        if begin_ms > night.to_ms:
            return found
        end_day = day if one.end > one.begin else day + timedelta(days=1)
        found.append(Interval(begin_ms, _clock_ms(datetime.combine(end_day, _time(one.end)), zone)))
        day += timedelta(days=1)


def _time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def _clock_ms(local: datetime, zone: ZoneInfo) -> int:
    return round(1000 * local.replace(tzinfo=zone).timestamp())


def _joined(steps: Iterator[CalendarStep]) -> Iterator[CalendarStep]:
    """Yield steps with those of one level joined, and without empty ones."""
    last: CalendarStep | None = None
    for step in steps:
        if step.from_ms >= step.to_ms:
            continue
        if last is not None and last.level == step.level:
            last = last._replace(to_ms=step.to_ms)
            continue
        if last is not None:
            yield last
        last = step
    if last is not None:
        yield last


def noon_before(t_ms: int, zone: ZoneInfo) -> int:
    """Return the local noon at or before a time, at which a lighting day begins, in milliseconds since 1970."""
    local = datetime.fromtimestamp(t_ms / 1000, zone)
    day = local.date() if local.hour >= 12 else local.date() - timedelta(days=1)
    return _clock_ms(datetime.combine(day, time(12)), zone)


def lighting_day(t_ms: int, zone: ZoneInfo) -> Interval:
    """Return the day from local noon to local noon that contains a time."""
    begin_ms = noon_before(t_ms, zone)
    return Interval(begin_ms, noon_before(begin_ms + 36 * 3_600_000, zone))


def month_span(year: int, month: int, zone: ZoneInfo) -> Interval:
    """Return a calendar month in a time zone."""
    following = (year + month // 12, month % 12 + 1)
    begin, end = (datetime(*one, 1, tzinfo=UTC).replace(tzinfo=zone) for one in ((year, month), following))
    return Interval(round(1000 * begin.timestamp()), round(1000 * end.timestamp()))
