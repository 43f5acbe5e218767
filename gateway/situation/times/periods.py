"""Notice and answer periods of works, and when they are over."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from gateway.situation.event.kinds import WorksCategory
from gateway.situation.times.instants import day_of, end_ms
from gateway.situation.times.working_days import WorkingDays


class DayCount(NamedTuple):
    """A number of days, of the calendar or working days."""

    days: int
    working: bool = True


NOTICE: Mapping[WorksCategory, DayCount] = MappingProxyType(
    {
        WorksCategory.MAJOR_ADVANCE: DayCount(84, working=False),
        WorksCategory.MAJOR: DayCount(10),
        WorksCategory.STANDARD: DayCount(10),
        WorksCategory.MINOR: DayCount(3),
    }
)
"""How long before their start works are announced, in England (Street Manager): a default, not law in Italy. Immediate works have none."""

ANSWER: Mapping[WorksCategory, DayCount] = MappingProxyType(
    {
        WorksCategory.MAJOR_ADVANCE: DayCount(28, working=False),
        WorksCategory.MAJOR: DayCount(5),
        WorksCategory.STANDARD: DayCount(5),
        WorksCategory.MINOR: DayCount(2),
        WorksCategory.URGENT: DayCount(2),
        WorksCategory.EMERGENCY: DayCount(2),
    }
)
"""How long an authority has to answer, in England (Street Manager)."""

MARGIN: Mapping[WorksCategory, DayCount] = MappingProxyType({WorksCategory.MINOR: DayCount(2)})
"""How long after its planned start an announcement stays valid though nobody says that it began: five days, for minor works two."""

_DEFAULT_NOTICE, _DEFAULT_ANSWER, _DEFAULT_MARGIN = DayCount(10), DayCount(5), DayCount(5)
"""Of a category that this version does not know, and of events without one: those of standard works."""

Silence = Literal["accept", "escalate"]


class TimeRules(NamedTuple):
    """The periods of a site, and what silence means: that a proposal is accepted, or that somebody else must decide."""

    zone: ZoneInfo
    working_days: WorkingDays = WorkingDays()
    silence: Silence = "accept"
    notice: Mapping[WorksCategory, DayCount] = NOTICE
    answer: Mapping[WorksCategory, DayCount] = ANSWER
    margin: Mapping[WorksCategory, DayCount] = MARGIN
    reminder_share: float = 0.5
    take_back_within_s: float = 86_400.0

    def answer_due_ms(self, category: WorksCategory, asked_ms: int) -> int:
        """Return when the answer period of a question ends: at the end of its last day."""
        return self._end_after(asked_ms, self.answer.get(category.member, _DEFAULT_ANSWER))

    def lapse_ms(self, category: WorksCategory, start_ms: int) -> int:
        """Return when an announcement is void whose planned start has passed, and of which nobody says that it began."""
        return self._end_after(start_ms, self.margin.get(category.member, _DEFAULT_MARGIN))

    def notice_due_ms(self, category: WorksCategory, start_ms: int) -> int:
        """Return until when works must be announced that begin at an instant: the end of the last day that leaves the whole notice."""
        if category.immediate:
            return start_ms
        count, start = self.notice.get(category.member, _DEFAULT_NOTICE), day_of(start_ms, self.zone)
        last = self.working_days.before(start, count.days) if count.working else start - timedelta(days=count.days)
        return end_ms(last.isoformat(), self.zone)

    def reminder_ms(self, asked_ms: int, due_ms: int) -> int:
        """Return when somebody is reminded who has not answered yet."""
        return asked_ms + round(self.reminder_share * (due_ms - asked_ms))

    def _end_after(self, t_ms: int, count: DayCount) -> int:
        day = day_of(t_ms, self.zone)
        last = self.working_days.after(day, count.days) if count.working else day + timedelta(days=count.days)
        return end_ms(last.isoformat(), self.zone)
