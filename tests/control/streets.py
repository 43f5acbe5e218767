"""A street, its programs and its lamps, for the tests."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from gateway.analytics.holidays import MonthDay
from gateway.analytics.sun import Coordinates
from gateway.control.output import Adaptive, Output
from gateway.control.programs.calendars import NightCalendar, NightRule
from gateway.control.programs.day_plan import LampPlace
from gateway.control.settings import program_of
from gateway.control.talq.objects import ControlProgram
from gateway.control.timetable import Rules, Timetable
from gateway.model.site.lighting import LightingProgramSettings
from tests.model.site.parts import read

ROME = ZoneInfo("Europe/Rome")
PRATO = LampPlace(Coordinates(43.8777, 11.1022), ROME)
LAMPEDUSA = LampPlace(Coordinates(35.5016, 12.6100), ROME)
TROMSO = LampPlace(Coordinates(69.6492, 18.9553), ZoneInfo("Europe/Oslo"))

DIMMED = """
periods: [{}]
levels:
  - {at: "12:00", level: 100}
  - {at: "23:00", level: 60, ramp: 300s}
  - {at: "05:00", level: 100, ramp: 60s}
"""
WITH_CELL = """
periods: [{photocell: cell, before_sunset: 60min, before_sunrise: 60min, sunset_offset: 15min, sunrise_offset: -5min}]
levels: [{at: "12:00", level: 80}]
effects: [{sensor: presence, operation: max, level: 100, hold: 120s, ramp: 2s, ramp_back: 30s}]
"""
ALL_NIGHT = "periods: [{}]"


def program(text: str, name: str = "program") -> ControlProgram:
    """Return a program as it is written in a site file."""
    return program_of(name, read(text, LightingProgramSettings), "prato")


PROGRAMS = {name: program(text, name) for name, text in (("dimmed", DIMMED), ("with-cell", WITH_CELL), ("all-night", ALL_NIGHT))}
CALENDARS = {
    "street": NightCalendar("street", (NightRule("all-night", weekdays=frozenset({6, 7}), holidays=True),), "dimmed"),
    "cell": NightCalendar("cell", (), "with-cell"),
    "winter": NightCalendar("winter", (NightRule("dimmed", "--10-01", "--03-31"),)),
}
RULES = Rules(PROGRAMS, CALENDARS, PRATO, MonthDay(12, 26))
LAMP = Output("pl-0001", "street")
ROAD = Output("pl-0002", "street", adaptive=Adaptive("loop", "M3", {"M3": 90, "M4": 70, "M5": 45}))


def timetable(**changed: Any) -> Timetable:
    """Return the timetable of the street."""
    return Timetable(RULES._replace(**changed))


def at(text: str, zone: ZoneInfo = ROME) -> int:
    """Return an instant of a local time, `2027-03-28T01:30`, in milliseconds since 1970."""
    return round(1000 * datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())
