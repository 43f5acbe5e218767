"""From the site file to what is computed with."""

from zoneinfo import ZoneInfo

from gateway.control.settings import calendar_of, groups_of, program_of, rules_of
from gateway.control.talq.objects import (
    AbsoluteActivePeriod,
    AstroAndSensorActivePeriod,
    AstroClockActivePeriod,
    DateRange,
    FixedControlEffect,
)
from gateway.model.site.lighting import LightingCalendarSettings, LightingControlSettings, LightingProgramSettings
from tests.model.site.parts import read

LIGHTING = """
lat: 43.9
lon: 11.1
patron: "12-26"
programs: {night: {periods: [{}]}}
calendars: {c: {default: night}}
groups:
  via-roma:
    lamps: [pl-1, pl-2]
    calendar: c
    default_level: 70
    power: 60
    standby_power: 0.5
    measured_power: {50: 31}
    adaptive: {counter: loop, design_category: M3, levels: {M3: 90, M4: 60}}
"""


def test_rules_have_the_place_and_the_patron() -> None:
    rules = rules_of(read(LIGHTING, LightingControlSettings), ZoneInfo("Europe/Rome"), "citelum")
    assert rules.patron == (12, 26)
    assert rules.place.position == (43.9, 11.1)
    assert rules.programs["night"].owner_cms == "citelum"
    assert rules.calendars["c"].default == "night"


def test_a_group_has_its_lamps_power_and_categories() -> None:
    (group,) = groups_of(read(LIGHTING, LightingControlSettings))
    assert group.lamps == ("pl-1", "pl-2")
    assert (group.output.calendar, group.output.default_level, group.output.fail_level) == ("c", 70, 90)
    assert [group.power.at(level) for level in (0, 50, 100)] == [0.5, 31, 60]


def test_a_program_becomes_an_object_of_talq() -> None:
    text = """
periods:
  - {begin: "18:00", end: "23:30:15"}
  - {sunset_offset: -10min}
  - {photocell: cell, before_sunset: 30min, sunrise_offset: 5min}
levels: [{at: "23:00", level: 40, ramp: 90s}, {at: "06:00", level: 100}]
sun_levels: [{event: sunset, offset: 1h, operation: subtract, level: 20}]
effects: [{sensor: pir, level: 100, hold: 2min, begin: "23:00", end: "05:00"}, {sensor: cms}]
"""
    found = program_of("p", read(text, LightingProgramSettings), "o")
    kinds = [type(one) for one in found.active_periods]
    assert kinds == [AbsoluteActivePeriod, AstroClockActivePeriod, AstroAndSensorActivePeriod]
    assert [one.start_time for one in found.fixed_time_controls] == ["06:00:00", "23:00:00"]
    assert found.fixed_time_controls[1].command.ramp_to_level_time == 90
    assert (found.astro_clock_time_controls[0].operation, found.astro_clock_time_controls[0].offset) == ("Sub", 60)
    fixed = found.dynamic_controls[0].effect
    assert isinstance(fixed, FixedControlEffect)
    assert (fixed.hold_time, fixed.operation) == (120, "Max")
    assert found.dynamic_controls[1].period is None


def test_a_rule_has_weekdays_holidays_and_dates() -> None:
    text = 'rules: [{program: p, first: "06-15", last: "09-15", days: [fri, holiday], weeks: [1, last], dates: ["15", "12-24/12-31"]}]'
    (rule,) = calendar_of("c", read(text, LightingCalendarSettings)).rules
    assert (rule.first, rule.last, rule.holidays) == ("--06-15", "--09-15", True)
    assert (sorted(rule.weekdays), sorted(rule.occurrences)) == ([5], ["1", "L"])
    assert rule.dates == (DateRange(start="---15"), DateRange(start="--12-24", end="--12-31"))
