"""The key `lighting`: when lamps burn and how bright, by programs, calendars and groups."""

from typing import Annotated, Literal

import msgspec

from gateway.model.scalar_types import ClockTime, DayRange, Delay, MinuteOffset, Name, YearDate, says, whole
from gateway.model.site.part import SitePart

OperationName = Literal["set", "max", "min", "add", "subtract", "multiply"]
"""What happens to the level of the program."""


class BurningPeriodSettings(SitePart, frozen=True, kw_only=True):
    """When lamps burn: from sunset to sunrise, or between two times of the clock."""

    begin: Annotated[ClockTime | None, says('When it begins by the clock, for example `"18:00"`; by default, at sunset.')] = None
    end: Annotated[ClockTime | None, says("When it ends by the clock; with `begin` only.")] = None
    sunset_offset: Annotated[MinuteOffset, says("How much later than sunset it begins; negative is earlier.")] = 0
    sunrise_offset: Annotated[MinuteOffset, says("How much later than sunrise it ends; negative is earlier.")] = 0
    photocell: Annotated[Name | None, says("The photocell that may begin or end it earlier.")] = None
    before_sunset: Annotated[MinuteOffset, says("How much earlier the photocell may begin it.")] = 0
    before_sunrise: Annotated[MinuteOffset, says("How much earlier the photocell may end it.")] = 0


class LampLevelSettings(SitePart, frozen=True, kw_only=True):
    """A level from a time of the clock until the next one."""

    at: Annotated[ClockTime, says('From when, in the site\'s time zone, for example `"23:00"`.')]
    level: Annotated[int, whole(0, 100), says("Light output in percent.")]
    ramp: Annotated[Delay, says("How long the change takes: it ends so much after `at`.")] = 0.0


class SunLevelSettings(SitePart, frozen=True, kw_only=True):
    """An operation on the level from a time of the sun until the next one of these."""

    event: Annotated[Literal["sunset", "sunrise"], says("From when.")]
    offset: Annotated[MinuteOffset, says("How much later; negative is earlier.")] = 0
    operation: Annotated[OperationName, says("What happens to the level of `levels`.")] = "set"
    level: Annotated[int, whole(0, 100), says("The level of the operation, in percent.")]
    ramp: Annotated[Delay, says("How long the change takes.")] = 0.0


class SensorEffectSettings(SitePart, frozen=True, kw_only=True):
    """An operation on the level while a sensor is active; of several, the first counts most."""

    sensor: Annotated[Name, says("The sensor.")]
    operation: Annotated[OperationName, says("What happens to the level.")] = "max"
    level: Annotated[Annotated[int, whole(0, 100)] | None, says("Its level, in percent; by default, what the sensor asks for.")] = None
    begin: Annotated[ClockTime | None, says("From when it may act, by the clock; by default, all day.")] = None
    end: Annotated[ClockTime | None, says("Until when it may act.")] = None
    hold: Annotated[Delay, says("How long it lasts after the sensor is not active any more.")] = 0.0
    ramp: Annotated[Delay, says("How long the change takes.")] = 0.0
    ramp_back: Annotated[Delay, says("How long the way back takes.")] = 0.0


class LightingProgramSettings(SitePart, frozen=True, kw_only=True):
    """What lamps do in a night."""

    periods: Annotated[list[BurningPeriodSettings], says("When they burn; `[{}]` is from sunset to sunrise. Without periods, always.")] = []
    levels: Annotated[
        list[LampLevelSettings],
        says("How bright, by the clock; until the first one from noon on, the last one of the day before counts. By default, 100 %."),
    ] = []
    sun_levels: Annotated[list[SunLevelSettings], says("How bright, by the sun.")] = []
    effects: Annotated[list[SensorEffectSettings], says("What sensors change.")] = []


class LightingRuleSettings(SitePart, frozen=True, kw_only=True):
    """Which nights have a program. The night that begins on a day is that day's."""

    program: Annotated[Name, says("The program.")]
    first: Annotated[
        YearDate | None, says('First day, of every year (`"06-15"`) or of one (`"2027-06-15"`); by default, there is none.')
    ] = None
    last: Annotated[YearDate | None, says("Last day, inclusive. A season may go over the new year.")] = None
    days: Annotated[
        list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"]],
        says("Days of the week, and Italian public holidays with Easter Monday and `patron`; by default, all."),
    ] = []
    weeks: Annotated[
        list[Literal[1, 2, 3, 4, 5, "last"]], says("Only the first to fifth or last of these days of the week in a month; by default, all.")
    ] = []
    dates: Annotated[
        list[DayRange], says('Days of every year (`"12-24"`) or month (`"15"`), or from one to another (`"12-24/12-31"`).')
    ] = []


class LightingCalendarSettings(SitePart, frozen=True, kw_only=True):
    """Which program each night has: that of the first rule that fits."""

    rules: Annotated[list[LightingRuleSettings], says("The rules in order: exceptions first.")] = []
    default: Annotated[Name | None, says("The program of the nights that no rule fits; by default, lamps have `default_level`.")] = None


class AdaptiveSettings(SitePart, frozen=True, kw_only=True):
    """How the traffic reduces the light of a road (TAI of UNI 11248)."""

    counter: Annotated[Name, says("The traffic counter.")]
    design_category: Annotated[
        Literal["M1", "M2", "M3", "M4", "M5", "M6"], says("The lighting category without reduction, which is met if the counter is silent.")
    ]
    levels: Annotated[
        dict[Literal["M1", "M2", "M3", "M4", "M5", "M6"], Annotated[int, whole(1, 100)]],
        says("Light output in percent that meets each category; one without a level is met with the next brighter one."),
    ]
    most_steps: Annotated[int, whole(1, 2), says("By how many categories the light is reduced at most.")] = 2


class LampGroupSettings(SitePart, frozen=True, kw_only=True):
    """Lamps that are always alike."""

    lamps: Annotated[list[Name], msgspec.Meta(min_length=1), says("The assets of the lamps.")]
    calendar: Annotated[Name | None, says("Their calendar; without one, they have `default_level`.")] = None
    default_level: Annotated[int, whole(0, 100), says("Level without a calendar, or without a program, in percent.")] = 100
    power: Annotated[float, msgspec.Meta(ge=0.1, le=10_000), says("Power of a lamp with its control gear at full light output, in watts.")]
    standby_power: Annotated[float, msgspec.Meta(ge=0, le=100), says("Power of a lamp that is off, in watts.")] = 0.0
    measured_power: Annotated[
        dict[Annotated[int, whole(1, 99)], Annotated[float, msgspec.Meta(ge=0, le=10_000)]],
        says("Power of a lamp in watts at other light outputs (percent), as measured or from its data sheet; by default, even between."),
    ] = {}
    adaptive: Annotated[AdaptiveSettings | None, says("How the traffic reduces their light; by default, it does not.")] = None


class LightingControlSettings(SitePart, frozen=True, kw_only=True):
    """When lamps burn and how bright. `gateway lighting preview` shows the nights."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90), says("Latitude of the lamps in degrees (WGS 84), for the sun.")]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180), says("Longitude of the lamps in degrees (WGS 84).")]
    patron: Annotated[YearDate | None, says('Day of the town\'s patron, a holiday, as month and day: `"12-26"`.')] = None
    programs: Annotated[dict[Name, LightingProgramSettings], says("What lamps do in a night, by name.")] = {}
    calendars: Annotated[dict[Name, LightingCalendarSettings], says("Which program each night has, by name.")] = {}
    groups: Annotated[dict[Name, LampGroupSettings], says("The lamps, by the name of their group.")] = {}
