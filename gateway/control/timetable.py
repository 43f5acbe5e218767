"""The programs and calendars of a site: what a calendar says at an instant."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from gateway.analytics.holidays import MonthDay
from gateway.control.programs.calendars import NightCalendar
from gateway.control.programs.day_plan import DayPlan, LampPlace, plan_of
from gateway.control.programs.local_days import ONE_DAY, lighting_day_of
from gateway.control.talq.objects import ControlProgram

_MOST_PLANS = 512
"""Plans that are kept: those of today of many calendars. They depend on the date alone, so they need not be timed."""


class Rules(NamedTuple):
    """What people wrote: programs and calendars by name, the place, and the day of the town's patron."""

    programs: Mapping[str, ControlProgram]
    calendars: Mapping[str, NightCalendar]
    place: LampPlace
    patron: MonthDay | None = None


class Timetable:
    """What calendars say at any instant."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._plans: dict[tuple[str, date], DayPlan | None] = {}

    def plan_at(self, calendar: str, t_ms: int) -> DayPlan | None:
        """Return the plan of a calendar for the lighting day of an instant, or None if it has no program then."""
        return self.plan(calendar, lighting_day_of(t_ms, self.rules.place.zone))

    def plan(self, calendar: str, day: date) -> DayPlan | None:
        """Return the plan of a calendar for the lighting day that begins at the noon of a date, or None if it has no program then."""
        key = (calendar, day)
        if key not in self._plans:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            self._plans[key] = self._planned(calendar, day)
        return self._plans[key]

    def _planned(self, calendar: str, day: date) -> DayPlan | None:
        program = self._program(calendar, day)
        return None if program is None else plan_of(program, self._program(calendar, day - ONE_DAY), day, self.rules.place)

    def _program(self, calendar: str, day: date) -> ControlProgram | None:
        rules = self.rules
        found = rules.calendars.get(calendar)
        name = None if found is None else found.program_on(day, rules.patron)
        return None if name is None else rules.programs.get(name)
