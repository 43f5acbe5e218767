"""The state of each alarm, by ISA-18.2: raised and returned to normal after delays, acknowledged, shelved, hidden, suppressed. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Literal, NamedTuple

import msgspec

from gateway.alarms.catalogue import HIDING, KINDS, AlarmType
from gateway.alarms.details import NO_DETAIL, plain
from gateway.alarms.observation import Observation, Subject
from gateway.alarms.works import AnnouncedWorks
from gateway.model.messages import AlarmText


class AlarmState(StrEnum):
    """What operators see of an alarm."""

    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"
    """Its condition is over, and nobody has acknowledged it."""


class AlarmKey(NamedTuple):
    """Which alarm: of which kind, of which part of which asset."""

    operator: str
    asset: str
    kind: str
    part: str


class Alarm(msgspec.Struct, kw_only=True):
    """An alarm that is raised, or is about to be. Times are milliseconds since 1970.

    `state` is None while its condition is met for less than the on-delay. `changed_ms` is when the condition began to be met (or, while it
    is raised, to be over), None if it is as the state says.
    """

    gateway: str
    state: AlarmState | None = None
    since_ms: int = 0
    changed_ms: int | None = None
    detail: AlarmText = msgspec.field(default=NO_DETAIL, name="said")
    """What was measured. Version 0.1 stored it in English alone, under another name; it is said anew with the next reading."""
    title: AlarmText | None = None
    """What the device calls it, instead of the title of its kind."""
    by: str | None = None
    """Who acknowledged it."""
    by_ms: int | None = None
    comment: str = ""
    """What operators wrote last, when they acknowledged or shelved it."""
    shelved_until_ms: int | None = None
    shelved_by: str | None = None
    hidden_by: str | None = None
    """The kind and asset of the alarm that hides it."""
    suppressed_by: str | None = None
    """The name of the announced works that it is expected from, which last until `suppressed_until_ms`."""
    suppressed_until_ms: int | None = None
    suppressed_by_room: bool = False
    """Whether these works are a situation of the Situation Room."""

    @property
    def is_open(self) -> bool:
        """Whether somebody should look at it: it is raised, and neither shelved, nor hidden, nor suppressed."""
        return self.state is not None and self.shelved_until_ms is None and self.hidden_by is None and self.suppressed_by is None


AlarmChange = Literal[
    "raised", "acknowledged", "returned", "cleared", "shelved", "unshelved", "hidden", "shown", "suppressed", "unsuppressed"
]


class Transition(NamedTuple):
    """What happened to an alarm, and who did it, if somebody did."""

    at_ms: int
    key: AlarmKey
    change: AlarmChange
    by: str | None = None
    detail: AlarmText = NO_DETAIL


LONGEST_BY, LONGEST_COMMENT = 64, 200
"""Characters of who does something with an alarm, and of the comment."""


class Action(NamedTuple):
    """What an operator does with an alarm: acknowledge it, shelve it until a time, or end that."""

    key: AlarmKey
    verb: Literal["ack", "shelve", "unshelve"]
    by: str
    until_ms: int | None = None
    comment: str = ""


_REMOVED = AlarmText("the asset was removed", "l'oggetto è stato rimosso")

MOST_ALARMS, MOST_OF_A_GATEWAY = 40_000, 4_000
"""Alarms that are kept, in all and of one gateway. More are not raised: what a gateway sends must not fill the memory."""


class AlarmBook:
    """All alarms that are raised or about to be."""

    def __init__(self, alarms: dict[AlarmKey, Alarm] | None = None) -> None:
        self.alarms = {} if alarms is None else alarms
        self.changed: set[AlarmKey] = set()
        """The alarms that changed since this was emptied, to be stored and published; those that are gone are not in `alarms`."""

    def observe(self, observation: Observation, now_ms: int) -> Iterator[Transition]:
        """Apply an observation, and yield what happened."""
        subject, kind = observation.subject, KINDS[observation.kind]
        key = AlarmKey(subject.operator, subject.asset, kind.name, observation.part)
        alarm = self.alarms.get(key)
        if alarm is None:
            if observation.met is not True or self._is_full(subject):
                return
            alarm = self.alarms[key] = Alarm(gateway=subject.gateway, changed_ms=now_ms)
        alarm.gateway = subject.gateway
        if observation.met is not None:
            is_active = alarm.state in (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)
            if observation.met == is_active:
                alarm.changed_ms = None
                if not is_active and alarm.state is None:
                    self._drop(key)
                    return
            elif alarm.changed_ms is None:
                alarm.changed_ms = now_ms
        if observation.met and (observation.detail, observation.title) != (alarm.detail, alarm.title):
            alarm.detail, alarm.title = observation.detail, observation.title
            self.changed.add(key)
        yield from self._after_delay(key, alarm, kind, now_ms)

    def tick(self, now_ms: int) -> Iterator[Transition]:
        """Yield what happens because time passes: delays and shelves end."""
        for key, alarm in list(self.alarms.items()):
            if alarm.shelved_until_ms is not None and now_ms >= alarm.shelved_until_ms:
                yield from self._unshelve(key, alarm, now_ms, None)
            if alarm.changed_ms is not None:
                yield from self._after_delay(key, alarm, KINDS[key.kind], now_ms)

    def apply(self, action: Action, now_ms: int) -> Iterator[Transition]:
        """Apply what an operator does. On an alarm that is gone it has no effect."""
        alarm = self.alarms.get(action.key)
        if alarm is None or alarm.state is None:
            return
        if action.verb == "ack":
            yield from self._acknowledge(action, alarm, now_ms)
        elif action.verb == "shelve" and action.until_ms is not None and action.until_ms > now_ms:
            alarm.shelved_until_ms, alarm.shelved_by = action.until_ms, action.by
            alarm.comment = action.comment or alarm.comment
            yield self._happened(action.key, "shelved", now_ms, action.by, plain(action.comment))
        elif action.verb == "unshelve" and alarm.shelved_until_ms is not None:
            yield from self._unshelve(action.key, alarm, now_ms, action.by, action.comment)

    def hide(self, now_ms: int) -> Iterator[Transition]:
        """Hide the alarms of devices whose gateway or panel has an alarm that explains them, and show those whose cause is over."""
        causes = dict(_causes(self.alarms))
        for key, alarm in self.alarms.items():
            cause = causes.get((key.operator, alarm.gateway)) if KINDS[key.kind].of_devices else None
            if cause != alarm.hidden_by and alarm.state is not None:
                alarm.hidden_by = cause
                yield self._happened(key, "shown" if cause is None else "hidden", now_ms, detail=plain(cause or ""))

    def suppress(self, works: Mapping[str, Sequence[AnnouncedWorks]], now_ms: int) -> Iterator[Transition]:
        """Suppress the alarms of assets and gateways while works affect them; what is still raised afterwards comes up.

        Args:
            works: The works of this time by asset and gateway.
            now_ms: This time.
        """
        for key, alarm in self.alarms.items():
            affecting = (*works.get(key.asset, ()), *works.get(alarm.gateway, ()))
            one = next((each for each in affecting if each.explain(key.operator, key.kind, alarm.since_ms)), None)
            name, until_ms = (None, None) if one is None else (one.name, one.ends_ms)
            if alarm.state is not None and (name, until_ms) != (alarm.suppressed_by, alarm.suppressed_until_ms):
                alarm.suppressed_by, alarm.suppressed_until_ms = name, until_ms
                alarm.suppressed_by_room = one is not None and one.in_room
                yield self._happened(key, "unsuppressed" if name is None else "suppressed", now_ms, detail=plain(name or ""))

    def forget(self, operator: str, asset: str, now_ms: int) -> Iterator[Transition]:
        """Clear all alarms of an asset that no longer exists."""
        for key, alarm in [one for one in self.alarms.items() if one[0][:2] == (operator, asset)]:
            if alarm.state is not None:
                yield self._happened(key, "cleared", now_ms, detail=_REMOVED)
            self._drop(key)

    def _after_delay(self, key: AlarmKey, alarm: Alarm, kind: AlarmType, now_ms: int) -> Iterator[Transition]:
        if alarm.changed_ms is None:
            return
        is_active = alarm.state in (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)
        waited_s = (now_ms - alarm.changed_ms) / 1000
        if not is_active and waited_s >= kind.on_delay_s:
            alarm.state, alarm.since_ms, alarm.changed_ms = AlarmState.UNACKNOWLEDGED, alarm.changed_ms, None
            alarm.by, alarm.by_ms, alarm.comment = None, None, ""
            yield self._happened(key, "raised", now_ms, detail=alarm.detail)
        elif is_active and waited_s >= kind.off_delay_s:
            yield from self._return(key, alarm, kind, now_ms)

    def _return(self, key: AlarmKey, alarm: Alarm, kind: AlarmType, now_ms: int) -> Iterator[Transition]:
        alarm.changed_ms = None
        if kind.latched and alarm.state is AlarmState.UNACKNOWLEDGED and alarm.suppressed_by is None:
            alarm.state = AlarmState.RETURNED
            yield self._happened(key, "returned", now_ms)
        else:
            yield self._happened(key, "cleared", now_ms)
            self._drop(key)

    def _acknowledge(self, action: Action, alarm: Alarm, now_ms: int) -> Iterator[Transition]:
        if alarm.state is AlarmState.ACKNOWLEDGED:
            return
        alarm.by, alarm.by_ms, alarm.comment = action.by, now_ms, action.comment
        yield self._happened(action.key, "acknowledged", now_ms, action.by, plain(action.comment))
        if alarm.state is AlarmState.RETURNED and alarm.changed_ms is None:
            yield self._happened(action.key, "cleared", now_ms)
            self._drop(action.key)
        elif alarm.state is AlarmState.RETURNED:
            alarm.state = None  # its condition is met again, and waits for its on-delay
        else:
            alarm.state = AlarmState.ACKNOWLEDGED

    def _unshelve(self, key: AlarmKey, alarm: Alarm, now_ms: int, by: str | None, comment: str = "") -> Iterator[Transition]:
        alarm.shelved_until_ms = alarm.shelved_by = None
        yield self._happened(key, "unshelved", now_ms, by, plain(comment))

    def _happened(self, key: AlarmKey, change: AlarmChange, at_ms: int, by: str | None = None, detail: AlarmText = NO_DETAIL) -> Transition:
        self.changed.add(key)
        return Transition(at_ms, key, change, by, detail)

    def _drop(self, key: AlarmKey) -> None:
        del self.alarms[key]
        self.changed.add(key)

    def _is_full(self, subject: Subject) -> bool:
        if len(self.alarms) < MOST_OF_A_GATEWAY:
            return False
        if len(self.alarms) >= MOST_ALARMS:
            return True
        mine = sum(1 for key, alarm in self.alarms.items() if (key.operator, alarm.gateway) == (subject.operator, subject.gateway))
        return mine >= MOST_OF_A_GATEWAY


def _causes(alarms: dict[AlarmKey, Alarm]) -> Iterable[tuple[tuple[str, str], str]]:
    """Yield by operator and gateway the alarm that explains others of its devices."""
    for key, alarm in alarms.items():
        if key.kind in HIDING and alarm.state in (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED):
            yield (key.operator, alarm.gateway), f"{key.kind} {key.asset}"
