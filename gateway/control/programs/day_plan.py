"""A program on one lighting day: at which instants it does what."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.analytics.sun import Coordinates, Interval, nights
from gateway.control.programs.local_days import NOON_S, ONE_DAY, day_span, night_clock_ms, seconds_of
from gateway.control.programs.operations import FULL, combined
from gateway.control.sensors.sensed import Sensed
from gateway.control.talq.objects import (
    AbsoluteActivePeriod,
    ActivePeriod,
    AstroAndSensorActivePeriod,
    AstroClockTimeControl,
    ControlProgram,
    DynamicControl,
    ExternalControlEffect,
    FixedTimeControl,
    Operation,
)

_MINUTE_MS = 60_000
_NEIGHBOURS_MS = 2 * 86_400_000
"""How far around a day the sun is looked for: an offset of twelve hours, and a day that the sun's noon begins before the clock's."""


class LampPlace(NamedTuple):
    """Where lamps are: sun and clock."""

    position: Coordinates
    zone: ZoneInfo


class Window(NamedTuple):
    """A span in which the lamps burn: always, or while a photocell says that it is dark. `otherwise` counts if it can't be believed."""

    from_ms: int
    to_ms: int
    sensor: str | None = None
    otherwise: bool = True

    def is_open(self, t_ms: int, sensors: Mapping[str, Sensed]) -> bool:
        """Return whether the lamps burn at an instant."""
        if not self.from_ms <= t_ms < self.to_ms:
            return False
        active = None if self.sensor is None or self.sensor not in sensors else sensors[self.sensor].active
        return self.otherwise if active is None else active


class LevelChange(NamedTuple):
    """A level from an instant on, reached within seconds."""

    at_ms: int
    level: int
    ramp_s: float = 0.0


class SunChange(NamedTuple):
    """An operation on the level from an instant on."""

    at_ms: int
    operation: Operation
    level: int
    ramp_s: float = 0.0


class SensorEffect(NamedTuple):
    """An operation on the level while a sensor is active, and some seconds after; `level` is None if the sensor sends it."""

    span: Interval
    sensor: str
    operation: Operation
    level: int | None
    hold_s: float
    ramp_up_s: float
    ramp_down_s: float


class Programmed(NamedTuple):
    """What a program says: a level, since when, reached within seconds, and the sensor that decided, if one did."""

    level: int
    begun_ms: int
    ramp_s: float = 0.0
    sensor: str | None = None

    def then(self, level: int, begun_ms: int, ramp_s: float, sensor: str | None = None) -> "Programmed":
        """Return what another part of the program makes of it; the ramp is that of the later one."""
        later = begun_ms > self.begun_ms
        return Programmed(level, max(begun_ms, self.begun_ms), ramp_s if later else self.ramp_s, sensor or self.sensor)


class DayPlan(NamedTuple):
    """What a program does on the lighting day that begins at the noon of a date."""

    program: str
    span: Interval
    windows: tuple[Window, ...]
    levels: tuple[LevelChange, ...]
    sun: tuple[SunChange, ...]
    effects: tuple[SensorEffect, ...]

    def at(self, t_ms: int, sensors: Mapping[str, Sensed]) -> Programmed:
        """Return what the program says at an instant of its day."""
        begun = [_begun_ms(one, t_ms, sensors) for one in self.windows if one.is_open(t_ms, sensors)]
        if not begun:
            return Programmed(0, max((one.to_ms for one in self.windows if one.to_ms <= t_ms), default=self.span.from_ms))
        change = self.levels[max(0, bisect_right(self.levels, t_ms, key=_at_ms) - 1)]
        found = Programmed(change.level, change.at_ms, change.ramp_s).then(change.level, min(begun), change.ramp_s)
        number = bisect_right(self.sun, t_ms, key=_at_ms)
        if number:
            sun = self.sun[number - 1]
            found = found.then(combined(found.level, sun.operation, sun.level), sun.at_ms, sun.ramp_s)
        # The first effect has the highest priority, so it is applied last.
        for effect in reversed(self.effects):
            found = _with_effect(found, effect, t_ms, sensors)
        return found

    def instants(self) -> Iterator[int]:
        """Yield the instants at which the level can change without a sensor."""
        yield from self.span
        for window in self.windows:
            yield from window[:2]
        yield from (one.at_ms for one in self.levels)
        yield from (one.at_ms for one in self.sun)
        for effect in self.effects:
            yield from effect.span


def plan_of(program: ControlProgram, before: ControlProgram | None, day: date, place: LampPlace) -> DayPlan:
    """Return what a program does on a lighting day. Until its first time of the clock, the last level of the day before counts."""
    span = day_span(day, place.zone)
    dark = list(nights(Interval(span.from_ms - _NEIGHBOURS_MS, span.to_ms + _NEIGHBOURS_MS), place.position))
    always = [] if program.active_periods else [Window(*span)]
    periods = [*always, *(window for one in program.active_periods for window in _windows(one, dark, day, place))]
    return DayPlan(
        program.id,
        span,
        tuple(one for one in periods if one.from_ms < min(one.to_ms, span.to_ms) and one.to_ms > span.from_ms),
        _levels(program, before or program, day, place),
        _sun_changes(program.astro_clock_time_controls, dark),
        tuple(effect for one in program.dynamic_controls for effect in _effects(one, day, place)),
    )


def _at_ms(change: LevelChange | SunChange) -> int:
    return change.at_ms


def _begun_ms(window: Window, t_ms: int, sensors: Mapping[str, Sensed]) -> int:
    sensed = None if window.sensor is None else sensors.get(window.sensor)
    return window.from_ms if sensed is None or sensed.active is None else max(window.from_ms, t_ms - round(1000 * sensed.for_s))


def _windows(period: ActivePeriod, dark: Iterable[Interval], day: date, place: LampPlace) -> Iterator[Window]:
    if isinstance(period, AbsoluteActivePeriod):
        yield from (Window(*span) for span in _clock_spans(period.start_time, period.end_time, day, place))
        return
    for night in dark:
        begin_ms, end_ms = night.from_ms + period.sunset_offset * _MINUTE_MS, night.to_ms + period.sunrise_offset * _MINUTE_MS
        if not isinstance(period, AstroAndSensorActivePeriod):
            yield Window(begin_ms, end_ms)
            continue
        sensor = period.sensor.sensor_addresses[0]
        certain_ms = max(begin_ms, end_ms - period.pc_active_before_sunrise * _MINUTE_MS)
        yield Window(begin_ms - period.pc_active_before_sunset * _MINUTE_MS, begin_ms, sensor, otherwise=False)
        yield Window(begin_ms, certain_ms)
        yield Window(certain_ms, end_ms, sensor, otherwise=True)


def _clock_spans(start: str, end: str, day: date, place: LampPlace) -> Iterator[Interval]:
    """Yield the spans between two times of the clock that touch a lighting day; if they are the same, the whole day.

    One that goes over noon, such as 11:00 to 13:00, touches a day twice.
    """
    if start == end:
        yield day_span(day, place.zone)
        return
    begin_s, end_s = seconds_of(start), seconds_of(end)
    # The order is that of the clock: two times that it skips are one instant.
    to_next_day = ONE_DAY if _after_noon_s(end_s) < _after_noon_s(begin_s) else timedelta()
    for one in (day - ONE_DAY, day):
        yield Interval(night_clock_ms(one, begin_s, place.zone), night_clock_ms(one + to_next_day, end_s, place.zone))


def _after_noon_s(clock_s: int) -> int:
    return (clock_s - NOON_S) % 86_400


def _levels(program: ControlProgram, before: ControlProgram, day: date, place: LampPlace) -> tuple[LevelChange, ...]:
    earlier = _changes(before.fixed_time_controls, day - ONE_DAY, place) or _changes(program.fixed_time_controls, day - ONE_DAY, place)
    today = _changes(program.fixed_time_controls, day, place)
    return (*(earlier[-1:] or (LevelChange(day_span(day, place.zone).from_ms, FULL),)), *today)


def _changes(controls: Iterable[FixedTimeControl], day: date, place: LampPlace) -> tuple[LevelChange, ...]:
    found = [
        (night_clock_ms(day, seconds_of(one.start_time), place.zone), _after_noon_s(seconds_of(one.start_time)), one.command)
        for one in controls
    ]
    # Times that the clock skips are one instant: their order by the clock stays.
    found.sort(key=lambda one: one[:2])
    return tuple(LevelChange(at_ms, command.state.value, command.ramp_to_level_time) for at_ms, _, command in found)


def _sun_changes(controls: Iterable[AstroClockTimeControl], dark: Iterable[Interval]) -> tuple[SunChange, ...]:
    found = [
        SunChange(
            (night.from_ms if one.solar_event_type == "sunset" else night.to_ms) + one.offset * _MINUTE_MS,
            one.operation,
            one.command.state.value,
            one.command.ramp_to_level_time,
        )
        for one in controls
        for night in dark
    ]
    return tuple(sorted(found))


def _effects(control: DynamicControl, day: date, place: LampPlace) -> Iterator[SensorEffect]:
    period, effect = control.period, control.effect
    sensor = effect.source.sensor.sensor_addresses[0]
    spans = [day_span(day, place.zone)] if period is None else _clock_spans(period.start_time, period.end_time, day, place)
    for span in spans:
        if isinstance(effect, ExternalControlEffect):
            yield SensorEffect(span, sensor, effect.operation, None, effect.hold_time, 0.0, 0.0)
        else:
            level, up_s, down_s = effect.command.state.value, effect.command.ramp_to_level_time, effect.command.ramp_from_level_time
            yield SensorEffect(span, sensor, effect.operation, level, effect.hold_time, up_s, down_s)


def _with_effect(found: Programmed, effect: SensorEffect, t_ms: int, sensors: Mapping[str, Sensed]) -> Programmed:
    sensed = sensors.get(effect.sensor)
    if sensed is None or sensed.active is None or not effect.span.from_ms <= t_ms < effect.span.to_ms:
        return found
    level = sensed.level if effect.level is None else effect.level
    changed_ms = t_ms - round(1000 * sensed.for_s)
    if level is not None and (sensed.active or sensed.for_s < effect.hold_s):
        begun_ms = max(changed_ms if sensed.active else effect.span.from_ms, effect.span.from_ms)
        return found.then(combined(found.level, effect.operation, level), begun_ms, effect.ramp_up_s, effect.sensor)
    lowered_ms = changed_ms + round(1000 * effect.hold_s)
    return found.then(found.level, lowered_ms, effect.ramp_down_s) if effect.ramp_down_s else found
