"""A night before it comes: when an output switches, why, and what that takes."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from gateway.analytics.sun import CIVIL_DEG, SUNSET_DEG, Coordinates, Interval, nights
from gateway.control.commands.standing_orders import StandingOrders
from gateway.control.lamp_power import LampPower
from gateway.control.output import Output
from gateway.control.programs.local_days import day_span
from gateway.control.ramp import Ramp, still
from gateway.control.sensors.sensed import Sensed
from gateway.control.timetable import Timetable
from gateway.control.wanted import LampHealth, Wanted, wanted

_HOUR_MS = 3_600_000
_NO_ORDERS, _HEALTHY = StandingOrders(), LampHealth()


class NightStep(NamedTuple):
    """A span with one wanted level, reached from another until the end of a ramp, and why."""

    from_ms: int
    to_ms: int
    level: int
    begin_level: float
    ramp_ends_ms: int
    reason: str
    source: str

    def end_level(self) -> float:
        """Return the level at the end of the step: a ramp that is longer is not finished."""
        return self._ramp().at(self.to_ms)

    def energy_wh(self, power: LampPower) -> float:
        """Return the energy of one lamp in this step."""
        ramp_ends_ms = min(self.ramp_ends_ms, self.to_ms)
        ramped_wh = power.between(self.begin_level, self._ramp().at(ramp_ends_ms)) * (ramp_ends_ms - self.from_ms) / _HOUR_MS
        return ramped_wh + power.at(self.level) * (self.to_ms - ramp_ends_ms) / _HOUR_MS

    def is_lit(self) -> bool:
        """Return whether there is light in this step, or a ramp towards darkness."""
        return self.level > 0 or (self.begin_level > 0 and self.ramp_ends_ms > self.from_ms)

    def _ramp(self) -> Ramp:
        return (
            still(self.level, self.from_ms)
            if self.ramp_ends_ms <= self.from_ms
            else Ramp(self.from_ms, self.begin_level, self.ramp_ends_ms, self.level)
        )


class Night(NamedTuple):
    """What an output does from the noon of a day to the next one."""

    day: date
    span: Interval
    program: str | None
    steps: tuple[NightStep, ...]

    def lit_ms(self) -> int:
        """Return for how long there is light."""
        return sum((min(one.to_ms, one.ramp_ends_ms) if not one.level else one.to_ms) - one.from_ms for one in self.steps if one.is_lit())

    def energy_wh(self, power: LampPower) -> float:
        """Return the energy of one lamp, standby by day included."""
        return sum(one.energy_wh(power) for one in self.steps)

    def switches(self) -> Iterator[NightStep]:
        """Yield the steps that begin with a change of the level."""
        if self.steps and self.steps[0].begin_level != self.steps[0].level:
            yield self.steps[0]
        yield from (later for earlier, later in pairwise(self.steps) if earlier.level != later.level)


class Dusk(NamedTuple):
    """The nights of the sun within a span, with and without twilight."""

    below_horizon: tuple[Interval, ...]
    dark: tuple[Interval, ...]


def night_of(output: Output, timetable: Timetable, day: date, sensors: Mapping[str, Sensed]) -> Night:
    """Return what an output does in the lighting day that begins at the noon of a date, if sensors say the same all the time."""
    span = day_span(day, timetable.rules.place.zone)
    plan = None if output.calendar is None else timetable.plan(output.calendar, day)
    instants = sorted({span.from_ms, *(one for one in (plan.instants() if plan else ()) if span.from_ms < one < span.to_ms)})
    before = wanted(span.from_ms - 1, output, timetable, _NO_ORDERS, sensors, _HEALTHY)
    steps: list[NightStep] = []
    for begin_ms, end_ms in pairwise((*instants, span.to_ms)):
        found = wanted(begin_ms, output, timetable, _NO_ORDERS, sensors, _HEALTHY)
        if steps and _is_same(steps[-1], found):
            steps[-1] = steps[-1]._replace(to_ms=end_ms)
        else:
            steps.append(_step(found, begin_ms, end_ms, steps[-1].end_level() if steps else before.level))
    return Night(day, span, None if plan is None else plan.program, tuple(steps))


def dusk_of(span: Interval, position: Coordinates) -> Dusk:
    """Return the nights of the sun within a span, from sunset to sunrise and from the end to the beginning of civil twilight."""
    return Dusk(*(tuple(nights(span, position, elevation)) for elevation in (SUNSET_DEG, CIVIL_DEG)))


def _is_same(step: NightStep, found: Wanted) -> bool:
    return (step.level, step.reason, step.source) == (found.level, found.reason, found.source)


def _step(found: Wanted, begin_ms: int, end_ms: int, before: float) -> NightStep:
    return NightStep(begin_ms, end_ms, found.level, before, max(found.ramp_ends_ms or begin_ms, begin_ms), found.reason, found.source)
