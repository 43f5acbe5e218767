"""What a subscription is to be sent, and when: quiet hours, and the least interval between two messages. Pure."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.alarms.notification.plan import is_within
from gateway.centre.situation.changes import SituationChange
from gateway.model.site.alarms import PriorityName, QuietSettings
from gateway.situation.event.document import SituationFeature
from gateway.situation.event.kinds import SeverityLevel, SituationKind
from gateway.situation.subscription import Subscription

_USUAL: tuple[PriorityName, ...] = ("medium", "low")
_PRIORITIES: dict[SeverityLevel, PriorityName] = {
    SeverityLevel.HIGHEST: "critical",
    SeverityLevel.HIGH: "high",
    SeverityLevel.LOW: "low",
    SeverityLevel.LOWEST: "low",
    SeverityLevel.NONE: "low",
}


class WaitingChanges:
    """Changes that a subscription wants and was not sent yet; of each situation the newest.

    Args:
        subscription: What it wants.
        quiet: Its quiet hours; None if it has none.
        interval_s: The least interval between two messages.
        zone: The time zone of the quiet hours.
        number: That of the last entry of the history that it was sent.
    """

    def __init__(self, subscription: Subscription, quiet: QuietSettings | None, interval_s: float, zone: ZoneInfo, number: int) -> None:
        self._subscription, self._quiet, self._interval_ms, self._zone = subscription, quiet, round(1000 * interval_s), zone
        self._waiting: dict[str, SituationChange] = {}
        self._first: dict[str, int] = {}
        self._sent_ms: int | None = None
        self.number = number
        """That of the last entry of the history that was read."""

    @property
    def done(self) -> int:
        """The number up to which everything was sent: a new process reads on from there."""
        return min((number - 1 for number in self._first.values()), default=self.number)

    def add(self, changes: Iterable[SituationChange], number: int) -> None:
        """Add what has changed, up to an entry of the history. What the recipient may not see any more is not sent."""
        for one in changes:
            if one.seen is not None and self._subscription.wants(one.seen):
                self._waiting[one.situation] = one
                self._first.setdefault(one.situation, one.number)
            else:
                self._forget(one.situation)
        self.number = max(self.number, number)

    def due(self, now_ms: int) -> list[SituationChange]:
        """Return what is to be sent now, oldest first."""
        if self._sent_ms is not None and self._sent_ms <= now_ms < self._sent_ms + self._interval_ms:
            return []  # if the clock was set back, it does not wait for it
        found = [one for one in self._waiting.values() if one.seen is not None and not self._is_quiet(one.seen, now_ms)]
        return sorted(found, key=lambda one: one.number)

    def sent(self, changes: Iterable[SituationChange], now_ms: int) -> None:
        """Note that changes were sent, or given up."""
        for one in changes:
            if self._waiting.get(one.situation) == one:
                self._forget(one.situation)
        self._sent_ms = now_ms

    def __len__(self) -> int:
        return len(self._waiting)

    def _forget(self, situation: str) -> None:
        self._waiting.pop(situation, None)
        self._first.pop(situation, None)

    def _is_quiet(self, seen: SituationFeature, now_ms: int) -> bool:
        if self._quiet is None or _priority_of(seen) not in (self._quiet.priorities or _USUAL):
            return False
        return is_within(self._quiet, datetime.fromtimestamp(now_ms / 1000, self._zone))


def _priority_of(seen: SituationFeature) -> PriorityName:
    """Return how urgent a situation is in the words of alarms; one about safety is urgent whatever it says."""
    if seen.properties.kind.member is SituationKind.SAFETY:
        return "critical"
    return _PRIORITIES.get(seen.properties.severity.member, "medium")
