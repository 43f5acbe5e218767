"""What a site file says of lighting, as the objects that are computed with."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.analytics.holidays import MonthDay
from gateway.analytics.sun import Coordinates
from gateway.control.lamp_power import LampPower
from gateway.control.output import Adaptive, Output
from gateway.control.programs.calendars import NightCalendar, NightRule
from gateway.control.programs.day_plan import LampPlace
from gateway.control.talq.objects import (
    AbsoluteActivePeriod,
    ActivePeriod,
    AstroAndSensorActivePeriod,
    AstroClockActivePeriod,
    AstroClockTimeControl,
    CommandBase,
    ControlProgram,
    DateRange,
    DynamicControl,
    EffectPeriod,
    ExternalControlEffect,
    FixedControlEffect,
    FixedTimeControl,
    LevelState,
    Operation,
    SensorControlSource,
    SensorReference,
)
from gateway.control.timetable import Rules
from gateway.model.site.lighting import (
    AdaptiveSettings,
    BurningPeriodSettings,
    LampGroupSettings,
    LightingCalendarSettings,
    LightingControlSettings,
    LightingProgramSettings,
    LightingRuleSettings,
    OperationName,
    SensorEffectSettings,
)

OPERATIONS: Mapping[OperationName, Operation] = MappingProxyType(
    {"set": "Set", "max": "Max", "min": "Min", "add": "Add", "subtract": "Sub", "multiply": "Mul"}
)
"""The operations by their names in site files."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY = "holiday"
LAST_WEEK, LAST_OCCURRENCE = "last", "L"


class LampGroup(NamedTuple):
    """Lamps that are always alike, and the power of each."""

    output: Output
    lamps: tuple[str, ...]
    power: LampPower


def rules_of(lighting: LightingControlSettings, zone: ZoneInfo, owner: str) -> Rules:
    """Return the programs and calendars of a site; `owner` is whom TALQ's objects name as theirs."""
    return Rules(
        {name: program_of(name, one, owner) for name, one in lighting.programs.items()},
        {name: calendar_of(name, one) for name, one in lighting.calendars.items()},
        LampPlace(Coordinates(lighting.lat, lighting.lon), zone),
        None if lighting.patron is None else MonthDay(*map(int, lighting.patron.removeprefix("--").split("-"))),
    )


def groups_of(lighting: LightingControlSettings) -> list[LampGroup]:
    """Return the groups of a site, in their order."""
    return [_group(name, one) for name, one in lighting.groups.items()]


def program_of(name: str, program: LightingProgramSettings, owner: str) -> ControlProgram:
    """Return a program as an object of TALQ."""
    return ControlProgram(
        id=name,
        owner_cms=owner,
        active_periods=tuple(map(_period, program.periods)),
        # TALQ wants them in the order of the clock.
        fixed_time_controls=tuple(
            FixedTimeControl(start_time=one.at, command=_command(one.level, one.ramp))
            for one in sorted(program.levels, key=lambda one: one.at)
        ),
        astro_clock_time_controls=tuple(
            AstroClockTimeControl(
                offset=one.offset,
                solar_event_type=one.event,
                operation=OPERATIONS[one.operation],
                command=_command(one.level, one.ramp),
            )
            for one in program.sun_levels
        ),
        dynamic_controls=tuple(map(_control, program.effects)),
    )


def calendar_of(name: str, calendar: LightingCalendarSettings) -> NightCalendar:
    """Return a calendar."""
    return NightCalendar(name, tuple(map(_rule, calendar.rules)), calendar.default)


def _group(name: str, group: LampGroupSettings) -> LampGroup:
    adaptive = None if group.adaptive is None else _adaptive(group.adaptive)
    power = LampPower(group.power, group.standby_power, group.measured_power)
    return LampGroup(Output(name, group.calendar, group.default_level, adaptive=adaptive), tuple(group.lamps), power)


def _adaptive(adaptive: AdaptiveSettings) -> Adaptive:
    return Adaptive(adaptive.counter, adaptive.design_category, dict(adaptive.levels.items()), adaptive.most_steps)


def _period(period: BurningPeriodSettings) -> ActivePeriod:
    if period.begin is not None and period.end is not None:
        return AbsoluteActivePeriod(start_time=period.begin, end_time=period.end)
    if period.photocell is None:
        return AstroClockActivePeriod(sunset_offset=period.sunset_offset, sunrise_offset=period.sunrise_offset)
    return AstroAndSensorActivePeriod(
        sensor=_reference(period.photocell),
        sunset_offset=period.sunset_offset,
        sunrise_offset=period.sunrise_offset,
        pc_active_before_sunset=period.before_sunset,
        pc_active_before_sunrise=period.before_sunrise,
    )


def _control(effect: SensorEffectSettings) -> DynamicControl:
    source, operation = SensorControlSource(sensor=_reference(effect.sensor)), OPERATIONS[effect.operation]
    begins, ends = effect.begin, effect.end
    period = None if begins is None or ends is None else EffectPeriod(start_time=begins, end_time=ends)
    if effect.level is None:
        return DynamicControl(effect=ExternalControlEffect(source=source, operation=operation, hold_time=effect.hold), period=period)
    command = _command(effect.level, effect.ramp, effect.ramp_back)
    fixed = FixedControlEffect(source=source, operation=operation, command=command, hold_time=effect.hold)
    return DynamicControl(effect=fixed, period=period)


def _rule(rule: LightingRuleSettings) -> NightRule:
    return NightRule(
        rule.program,
        rule.first,
        rule.last,
        frozenset(WEEKDAYS.index(day) + 1 for day in rule.days if day != HOLIDAY),
        frozenset(LAST_OCCURRENCE if week == LAST_WEEK else str(week) for week in rule.weeks),
        tuple(_range(one.split("/")) for one in rule.dates),
        holidays=HOLIDAY in rule.days,
    )


def _range(days: Sequence[str]) -> DateRange:
    return DateRange(start=days[0], end=days[1] if len(days) > 1 else None)


def _command(level: int, ramp_s: float, ramp_back_s: float = 0.0) -> CommandBase:
    return CommandBase(state=LevelState(value=level), ramp_to_level_time=ramp_s, ramp_from_level_time=ramp_back_s)


def _reference(sensor: str) -> SensorReference:
    return SensorReference(sensor_addresses=(sensor,))
