"""The wanted state of an output at an instant: the one function that weighs programs, sensors, commands and the state of things.

It has no memory, so nothing is missed if the clock steps, the hour changes, or the gateway was off.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from gateway.control.commands.override import LightOverride, Precedence
from gateway.control.commands.standing_orders import StandingOrders
from gateway.control.output import Output
from gateway.control.programs.day_plan import Programmed
from gateway.control.programs.operations import FULL
from gateway.control.sensors.sensed import NOT_BELIEVED, Sensed
from gateway.control.timetable import Timetable

CommandReason = Literal["default", "override", "sensor", "program"]
"""Why a level is wanted, as TALQ says it."""


class LampHealth(NamedTuple):
    """What is known of an output and its gateway.

    `hand_switch` is what a switch on site forces, `feeder_on` whether the panel feeds it, `regulation_failed` whether it can't be dimmed.
    """

    clock_trusted: bool = True
    hand_switch: bool | None = None
    feeder_on: bool = True
    regulation_failed: bool = False


class Wanted(NamedTuple):
    """A level in percent, why, and by whose word: the name of a program or sensor, or the id of a command.

    If it is reached by a ramp, `ramp_ends_ms` is its end. `until_ms` is when a command expires. `held` says why the output can't be
    changed now: somebody on site switched it, or the panel is off.
    """

    level: int
    reason: CommandReason
    precedence: Precedence
    source: str = ""
    ramp_ends_ms: int | None = None
    until_ms: int | None = None
    held: Literal["local_override", "interlock"] | None = None


def wanted(
    now_ms: int, output: Output, timetable: Timetable, orders: StandingOrders, sensors: Mapping[str, Sensed], health: LampHealth
) -> Wanted:
    """Return what an output should do at an instant (milliseconds since 1970), which is not looked at if the clock is not trusted."""
    found = _wanted(now_ms, output, timetable, orders, sensors, health)
    return found if health.feeder_on or found.held else found._replace(held="interlock")


def _wanted(
    now_ms: int, output: Output, timetable: Timetable, orders: StandingOrders, sensors: Mapping[str, Sensed], health: LampHealth
) -> Wanted:
    known_ms = now_ms if health.clock_trusted else None
    if orders.overrides and (safety := orders.in_effect(Precedence.SAFETY, known_ms)) is not None:
        return _commanded(safety, now_ms)
    if health.hand_switch is not None:
        return Wanted(FULL if health.hand_switch else 0, "override", Precedence.HAND_SWITCH, "hand switch", held="local_override")
    if not orders.overrides:
        return _ruled(now_ms, output, timetable, sensors, health)
    for precedence in (Precedence.OVERRIDE, Precedence.RULE):
        command = orders.in_effect(precedence, known_ms)
        if command is not None:
            return _commanded(command, now_ms)
    found = _ruled(now_ms, output, timetable, sensors, health)
    ended = None if known_ms is None else orders.ended(known_ms)
    if ended is None or now_ms >= (ends_ms := ended.at_ms + round(1000 * ended.ramp_s)):
        return found
    return found._replace(ramp_ends_ms=max(ends_ms, found.ramp_ends_ms or 0))


def _commanded(command: LightOverride, now_ms: int) -> Wanted:
    ends_ms = command.begins_ms + round(1000 * command.ramp_s)
    return Wanted(command.level or 0, "override", command.precedence, command.id, ends_ms if now_ms < ends_ms else None, command.expires_ms)


def _ruled(now_ms: int, output: Output, timetable: Timetable, sensors: Mapping[str, Sensed], health: LampHealth) -> Wanted:
    """Return what is wanted without a command."""
    if not health.clock_trusted:
        return _without_clock(output, sensors)
    plan = None if output.calendar is None else timetable.plan_at(output.calendar, now_ms)
    if plan is None:
        found = Wanted(output.default_level, "default", Precedence.DEFAULT)
    else:
        found = _programmed(plan.at(now_ms, sensors), plan.program, now_ms)
    if not found.level:
        return found
    if health.regulation_failed:
        return found._replace(level=max(found.level, output.fail_level), ramp_ends_ms=None)
    return _adapted(found, output, sensors)


def _programmed(programmed: Programmed, program: str, now_ms: int) -> Wanted:
    ends_ms = programmed.begun_ms + round(1000 * programmed.ramp_s)
    reason: CommandReason = "program" if programmed.sensor is None else "sensor"
    return Wanted(programmed.level, reason, Precedence.CALENDAR, programmed.sensor or program, ends_ms if now_ms < ends_ms else None)


def _adapted(found: Wanted, output: Output, sensors: Mapping[str, Sensed]) -> Wanted:
    """Return what is wanted for the traffic: less than the program says if there is little; what it says if the counter is silent."""
    if output.adaptive is None:
        return found
    steps = sensors.get(output.adaptive.sensor, NOT_BELIEVED).reduction
    level = output.adaptive.level(steps)
    if level >= found.level:
        return found
    if not steps:
        return found._replace(level=level)
    return found._replace(level=level, reason="sensor", precedence=Precedence.RULE, source=output.adaptive.sensor)


def _without_clock(output: Output, sensors: Mapping[str, Sensed]) -> Wanted:
    """Return what is wanted while nobody knows what time it is: what the photocell says, else light."""
    dark = None if output.photocell is None else sensors.get(output.photocell, NOT_BELIEVED).active
    if dark is None:
        return Wanted(output.fail_level, "default", Precedence.DEFAULT, "clock not trusted")
    return Wanted(output.fail_level if dark else 0, "sensor", Precedence.DEFAULT, output.photocell or "")
