"""Who is notified of which alarm and when: escalation, reminders, quiet hours, and what is gathered in one message. Pure.

An alarm that nobody acknowledges is notified to one contact after the other. What is due is computed from the alarms and from whom was
notified before, so a process that was killed goes on where it was. A contact gets one message at a time, with everything that is due.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from gateway.alarms.catalogue import KINDS
from gateway.alarms.city import CENTRE
from gateway.alarms.details import NO_DETAIL
from gateway.alarms.notification.notice import Notice, NoticeReason, Notification
from gateway.alarms.state import Alarm, AlarmKey, AlarmState
from gateway.model.messages import AlarmText
from gateway.model.site.alarms import AlarmSettings, EscalationSettings, QuietSettings

MOST_NOTICES = 1000
"""Notices in one message; more are in the next."""

_QUIET = ("medium", "low")
"""The priorities that wait during quiet hours, if the site file does not say which."""

_DAY_MS = 86_400_000
"""For so long, a contact that can't be reached may still be notified that an alarm is over."""


class CaseKey(NamedTuple):
    """Which alarm, and which time that it was raised."""

    alarm: AlarmKey
    since_ms: int


class Notified(msgspec.Struct, frozen=True):
    """When a contact was notified of a case first and last, in milliseconds since 1970."""

    first_ms: int
    last_ms: int


class Case(msgspec.Struct):
    """One time that an alarm was raised: since when somebody should look at it, and who was notified.

    `open_ms` is None while it is shelved or suppressed; after that, it begins anew.
    """

    open_ms: int | None
    detail: AlarmText = msgspec.field(default=NO_DETAIL, name="said")
    ended_ms: int | None = None
    notified: dict[str, Notified] = {}
    title: AlarmText | None = None

    def is_new_to(self, contact: str) -> bool:
        """Return whether a contact was not notified since somebody should look at it."""
        known = self.notified.get(contact)
        return known is None or self.open_ms is None or known.first_ms < self.open_ms

    def is_later_than(self, now_ms: int) -> bool:
        """Return whether it has a time in the future: the clock was wrong, and was set back."""
        return max((self.open_ms or 0, *(one.last_ms for one in self.notified.values()))) > now_ms

    def move_to(self, now_ms: int) -> None:
        """Replace times in the future, which would postpone everything until then."""
        self.open_ms = None if self.open_ms is None else min(self.open_ms, now_ms)
        self.notified = {name: Notified(min(one.first_ms, now_ms), min(one.last_ms, now_ms)) for name, one in self.notified.items()}


class _DueNotice(NamedTuple):
    """A notice that is due to a contact since a time."""

    contact: str
    case: CaseKey
    reason: NoticeReason
    due_ms: int


class NotificationPlan:
    """Decides who is notified of what.

    Args:
        settings: The contacts, and the order in which they are notified.
        zone: The time zone of quiet hours.
        cases: What is known from before.
        sent_ms: When each contact was sent its latest message.
    """

    def __init__(
        self, settings: AlarmSettings, zone: str, cases: Mapping[CaseKey, Case] | None = None, sent_ms: Mapping[str, int] | None = None
    ) -> None:
        self._settings, self._zone = settings, ZoneInfo(zone)
        self.cases = dict(cases or {})
        self.sent_ms = dict(sent_ms or {})
        self.changed: set[CaseKey] = set()
        """The cases that changed since this was emptied, to be stored; those that are gone are not in `cases`."""

    def decide(self, alarms: Mapping[AlarmKey, Alarm], now_ms: int, busy: Collection[str] = ()) -> list[Notification]:
        """Return what is to be sent now.

        Args:
            alarms: All alarms.
            now_ms: The time.
            busy: Contacts whose message before is still on its way.
        """
        self._follow(alarms, now_ms)
        due: dict[str, list[_DueNotice]] = defaultdict(list)
        for key in self.cases:
            for one in self._due(key, alarms.get(key.alarm)):
                if one.due_ms <= now_ms and one.contact in self._settings.contacts and not self._is_quiet(one, now_ms):
                    due[one.contact].append(one)
        return [
            self._message(name, found, now_ms) for name, found in due.items() if name not in busy and self._may_send(name, found, now_ms)
        ]

    def copy_of(self, key: CaseKey) -> Case | None:
        """Return a copy of a case, to be stored by another thread; None if it is gone."""
        case = self.cases.get(key)
        return None if case is None else msgspec.structs.replace(case, notified=dict(case.notified))

    def _follow(self, alarms: Mapping[AlarmKey, Alarm], now_ms: int) -> None:
        """Open cases of alarms that somebody should look at, and end those of alarms that are over."""
        for alarm_key, alarm in alarms.items():
            if alarm.state is AlarmState.UNACKNOWLEDGED and alarm.is_open:
                self._open(CaseKey(alarm_key, alarm.since_ms), alarm, now_ms)
        for key, case in list(self.cases.items()):
            if case.is_later_than(now_ms):
                case.move_to(now_ms)
                self.changed.add(key)
            known = alarms.get(key.alarm)
            if known is not None and known.since_ms == key.since_ms and known.state in (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED):
                if case.open_ms is not None and (known.shelved_until_ms is not None or known.suppressed_by is not None):
                    case.open_ms = None
                    self.changed.add(key)
            else:
                self._end(key, case, now_ms)

    def _open(self, key: CaseKey, alarm: Alarm, now_ms: int) -> None:
        case = self.cases.get(key)
        if case is None and self._rules(key.alarm):
            self.cases[key] = Case(now_ms, alarm.detail, notified={}, title=alarm.title)
            self.changed.add(key)
        elif case is not None and case.open_ms is None:
            case.open_ms = now_ms
            self.changed.add(key)

    def _end(self, key: CaseKey, case: Case, now_ms: int) -> None:
        if case.ended_ms is None:
            case.ended_ms = now_ms
            self.changed.add(key)
        if not case.notified or now_ms - case.ended_ms > _DAY_MS:
            del self.cases[key]
            self.changed.add(key)

    def _due(self, key: CaseKey, alarm: Alarm | None) -> Iterator[_DueNotice]:
        """Yield what contacts are to be notified of about a case, now or later."""
        case = self.cases[key]
        if case.ended_ms is not None:
            for contact in case.notified:
                yield _DueNotice(contact, key, NoticeReason.ENDED, case.ended_ms)
        elif alarm is not None and alarm.state is AlarmState.UNACKNOWLEDGED and alarm.is_open and case.open_ms is not None:
            for rule in self._rules(key.alarm):
                yield from _escalated(rule, key, case, case.open_ms)

    def _rules(self, key: AlarmKey) -> list[EscalationSettings]:
        notify = self._settings.notify
        rules = notify[key.operator] if key.operator in notify else notify.get(CENTRE, [])
        priority = KINDS[key.kind].priority.name.lower()
        return [rule for rule in rules if not rule.priorities or priority in rule.priorities]

    def _is_quiet(self, due: _DueNotice, now_ms: int) -> bool:
        quiet = self._settings.contacts[due.contact].quiet
        if quiet is None or KINDS[due.case.alarm.kind].priority.name.lower() not in (quiet.priorities or _QUIET):
            return False
        return is_within(quiet, datetime.fromtimestamp(now_ms / 1000, self._zone))

    def _may_send(self, contact: str, due: list[_DueNotice], now_ms: int) -> bool:
        """Return whether what begins together is gathered, and the message before is long enough ago."""
        gathered_ms = min(one.due_ms for one in due) + 1000 * self._settings.gather
        sent_ms = self.sent_ms.get(contact, 0)
        is_free = now_ms < sent_ms or now_ms >= sent_ms + 1000 * self._settings.contacts[contact].interval  # a clock may be set back
        return now_ms >= gathered_ms and is_free

    def _message(self, contact: str, due: list[_DueNotice], now_ms: int) -> Notification:
        by_case = {one.case: one for one in reversed(due)}
        chosen = sorted(by_case.values(), key=lambda one: (KINDS[one.case.alarm.kind].priority, one.case.since_ms, one.case))[:MOST_NOTICES]
        notices = []
        for one in chosen:
            case = self.cases[one.case]
            notices.append(Notice(one.reason, one.case.alarm, one.case.since_ms, case.detail, case.ended_ms, case.title))
            self._note(one, case, now_ms)
        self.sent_ms[contact] = now_ms
        return Notification(contact, now_ms, notices)

    def _note(self, due: _DueNotice, case: Case, now_ms: int) -> None:
        self.changed.add(due.case)
        if due.reason is not NoticeReason.ENDED:
            first_ms = now_ms if case.is_new_to(due.contact) else case.notified[due.contact].first_ms
            case.notified[due.contact] = Notified(first_ms, now_ms)
            return
        del case.notified[due.contact]
        if not case.notified:
            del self.cases[due.case]


def _escalated(rule: EscalationSettings, key: CaseKey, case: Case, open_ms: int) -> Iterator[_DueNotice]:
    """Yield the first contact that was not notified, and reminders to those that were."""
    due_ms = open_ms + round(1000 * rule.after)
    for number, contact in enumerate(rule.contacts):
        if case.is_new_to(contact):
            yield _DueNotice(contact, key, NoticeReason.ESCALATED if number else NoticeReason.RAISED, due_ms)
            return
        known = case.notified[contact]
        if rule.remind is not None:
            yield _DueNotice(contact, key, NoticeReason.REMINDER, known.last_ms + round(1000 * rule.remind))
        due_ms = known.first_ms + round(1000 * rule.escalate)


def is_within(quiet: QuietSettings, local: datetime) -> bool:
    """Return whether a local time is within quiet hours."""
    minute = 60 * local.hour + local.minute
    if quiet.begin <= quiet.end:
        return quiet.begin <= minute < quiet.end
    return minute >= quiet.begin or minute < quiet.end
