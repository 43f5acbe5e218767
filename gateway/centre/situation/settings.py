"""What the site file says of the Situation Room, as the rules of situations need it. Pure."""

from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import asdict

from gateway.analytics.holidays import MonthDay
from gateway.model.site.situation.room import SituationSettings, WorksDaysSettings
from gateway.situation.conflicts.comparison import ConflictRules
from gateway.situation.event.kinds import WorksCategory
from gateway.situation.lifecycle.parties import Organisation, Parties
from gateway.situation.times.periods import ANSWER, NOTICE, DayCount, TimeRules
from gateway.situation.times.working_days import WorkingDays


class RoomRules(NamedTuple):
    """Who takes part, and by which rules."""

    parties: Parties
    times: TimeRules
    conflicts: ConflictRules


def room_rules(settings: SituationSettings, zone: ZoneInfo) -> RoomRules:
    """Return who takes part in a Situation Room, and by which rules."""
    organisations = {
        name: Organisation(name, one.title or name, one.authority, frozenset(one.kinds) if one.kinds else None)
        for name, one in settings.organisations.items()
    }
    times = TimeRules(
        zone,
        WorkingDays(_month_day(settings.patron)),
        settings.silence,
        notice=_days(NOTICE, settings.notice),
        answer=_days(ANSWER, settings.answer),
    )
    conflicts = ConflictRules(
        near_m=settings.near_m, tail_days=settings.tail_days, together_days=settings.together_days, no_dig_years=settings.no_dig_years
    )
    return RoomRules(Parties(organisations), times, conflicts)


def _month_day(text: str | None) -> MonthDay | None:
    if text is None:
        return None
    month, _, day = text.partition("-")
    return MonthDay(int(month), int(day))


def _days(usual: Mapping[WorksCategory, DayCount], settings: WorksDaysSettings) -> dict[WorksCategory, DayCount]:
    """Return the periods with those that the site changes; whether they count working days stays."""
    changed = {WorksCategory(name): days for name, days in asdict(settings).items() if days is not None}
    return {category: count._replace(days=changed.get(category, count.days)) for category, count in usual.items()}
