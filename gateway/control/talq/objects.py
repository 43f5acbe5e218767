"""The objects of TALQ 2.7.1 that describe when lamps burn, and how bright, as they are in its JSON.

Names, defaults and meanings are those of the data model (TALQ-consortium/TALQ_specification, `oas/talq-data-model-2-7-1-online.json`).
What is not here is not supported: periods by a sensor or an attribute alone, colours.
"""

from typing import Annotated, Literal

import msgspec

DimLevel = Annotated[int, msgspec.Meta(ge=0, le=100)]
ClockText = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\Z")]
"""A time of the clock: `23:00:00`."""

Minutes = Annotated[int, msgspec.Meta(ge=-720, le=720)]
RampSeconds = Annotated[float, msgspec.Meta(ge=0, le=43_200)]
TalqId = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
YearDay = Annotated[str, msgspec.Meta(pattern=r"^([0-9]{4}-|--)(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\Z")]
"""A day (`2027-12-31`), or a day of every year (`--12-31`)."""

MonthDayText = Annotated[str, msgspec.Meta(pattern=r"^(---|--(0[1-9]|1[0-2])-)(0[1-9]|[12][0-9]|3[01])\Z")]
"""A day of every month (`---15`), or a day of every year (`--12-31`)."""

Operation = Literal["Set", "Max", "Min", "Add", "Sub", "Mul"]
"""What happens to the level of the program: it becomes another, the greater, the lesser of both, their sum, difference, or product."""


class _Object(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename="camel"):
    """An object of TALQ; unknown keys are errors, because what they ask for would not be done."""


class LevelState(_Object, frozen=True, tag_field="name", tag="LevelState"):
    """A light output in percent."""

    value: DimLevel


class CommandBase(_Object, frozen=True):
    """A level to reach, and in which time."""

    state: LevelState
    ramp_to_level_time: RampSeconds = 0.0
    ramp_from_level_time: RampSeconds = 0.0


class SensorReference(_Object, frozen=True):
    """The name of a sensor, in a list of one."""

    sensor_addresses: Annotated[tuple[TalqId, ...], msgspec.Meta(min_length=1, max_length=1)]


class SensorControlSource(_Object, frozen=True):
    """Where the command of an effect comes from."""

    sensor: SensorReference


class AbsoluteActivePeriod(_Object, frozen=True, tag_field="name", tag="AbsoluteActivePeriod"):
    """A period between two times of the clock; if they are the same, the whole day."""

    start_time: ClockText
    end_time: ClockText


class AstroClockActivePeriod(_Object, frozen=True, tag_field="name", tag="AstroClockActivePeriod"):
    """A period from sunset to sunrise, moved by minutes; positive is later."""

    sunset_offset: Minutes
    sunrise_offset: Minutes


class AstroAndSensorActivePeriod(_Object, frozen=True, tag_field="name", tag="AstroAndSensorActivePeriod"):
    """A period as `AstroClockActivePeriod`, which a photocell may begin and end earlier by minutes."""

    sensor: SensorReference
    sunset_offset: Minutes
    sunrise_offset: Minutes
    pc_active_before_sunset: Annotated[int, msgspec.Meta(ge=0, le=720)]
    pc_active_before_sunrise: Annotated[int, msgspec.Meta(ge=0, le=720)]


ActivePeriod = AbsoluteActivePeriod | AstroClockActivePeriod | AstroAndSensorActivePeriod


class FixedTimeControl(_Object, frozen=True):
    """A level from a time of the clock until the next one of the program."""

    start_time: ClockText
    command: CommandBase


class AstroClockTimeControl(_Object, frozen=True):
    """An operation on the level from minutes before or after sunset or sunrise until the next one of the program."""

    offset: Minutes
    solar_event_type: Literal["sunrise", "sunset"]
    operation: Operation
    command: CommandBase


class EffectPeriod(_Object, frozen=True):
    """When an effect applies."""

    start_time: ClockText
    end_time: ClockText


class FixedControlEffect(_Object, frozen=True, tag_field="type", tag="FixedControlEffect"):
    """An operation on the level while a sensor is active, and for `hold_time` seconds after."""

    source: SensorControlSource
    operation: Operation
    command: CommandBase
    hold_time: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 0.0


class ExternalControlEffect(_Object, frozen=True, tag_field="type", tag="ExternalControlEffect"):
    """An operation on the level with the level that a sensor sends."""

    source: SensorControlSource
    operation: Operation
    hold_time: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 0.0


class DynamicControl(_Object, frozen=True):
    """An effect of a sensor; of several, the first has the highest priority."""

    effect: FixedControlEffect | ExternalControlEffect
    period: EffectPeriod | None = None


class ControlProgram(_Object, frozen=True, tag_field="type", tag="ControlProgramOne"):
    """What a lamp does in a night: off outside of its active periods, which are the whole day if there are none."""

    id: TalqId
    owner_cms: Annotated[str, msgspec.Meta(min_length=1)] = msgspec.field(name="ownerCMS")
    active_periods: tuple[ActivePeriod, ...]
    fixed_time_controls: tuple[FixedTimeControl, ...]
    astro_clock_time_controls: tuple[AstroClockTimeControl, ...] = ()
    dynamic_controls: tuple[DynamicControl, ...] = ()


class DateRange(_Object, frozen=True):
    """A day, or the days to `end`, inclusive."""

    start: MonthDayText
    end: MonthDayText | None = None


class DateCondition(_Object, frozen=True, tag_field="type", tag="ccDate"):
    """Days of a month or year."""

    dates: tuple[DateRange, ...]


class WeekdayRange(_Object, frozen=True):
    """A day of the week, 1 is Monday, or the days to `end`, inclusive."""

    start: Annotated[int, msgspec.Meta(ge=1, le=7)]
    end: Annotated[int, msgspec.Meta(ge=1, le=7)] | None = None


class WeekdayCondition(_Object, frozen=True, tag_field="type", tag="ccDay"):
    """Days of the week; with `occurrences`, only the first to fifth or last (`L`) of the month."""

    days: tuple[WeekdayRange, ...]
    occurrences: tuple[Literal["1", "2", "3", "4", "5", "L"], ...] = ()


class CalendarRule(_Object, frozen=True):
    """The program of the nights that begin from a first to a last day, if its condition is met."""

    program: TalqId
    start_date: YearDay | None = None
    end_date: YearDay | None = None
    condition: DateCondition | WeekdayCondition | None = None


class TalqCalendar(_Object, frozen=True):
    """Rules in order; the first that fits a night counts, else `default_program`."""

    id: TalqId
    owner_cms: Annotated[str, msgspec.Meta(min_length=1)] = msgspec.field(name="ownerCMS")
    rules: tuple[CalendarRule, ...] = ()
    default_program: TalqId | None = None


class TalqDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Programs and calendars in one file, each as TALQ's interface has them."""

    programs: tuple[ControlProgram, ...] = ()
    calendars: tuple[TalqCalendar, ...] = ()
