"""The message of the alarms of one subject, from their states. Pure."""

from collections.abc import Mapping

from gateway.alarms.catalogue import KINDS
from gateway.alarms.state import Alarm, AlarmKey
from gateway.model.instants import iso_utc
from gateway.model.messages import AlarmEntry, AlarmMessage

VERSION = 1
MOST_ENTRIES = 200
"""Alarms in one message, the most urgent first; an asset has a few."""


def message_of(operator: str, asset: str, alarms: Mapping[AlarmKey, Alarm]) -> AlarmMessage | None:
    """Return the message of the alarms of one subject; None if none is raised."""
    entries = [entry_of(key, alarm) for key, alarm in alarms.items() if alarm.state is not None]
    if not entries:
        return None
    entries.sort(key=lambda one: (one.priority, one.since, one.kind, one.part))
    return AlarmMessage(VERSION, asset, operator, entries[:MOST_ENTRIES])


def entry_of(key: AlarmKey, alarm: Alarm) -> AlarmEntry:
    """Return an alarm as it is published."""
    kind = KINDS[key.kind]
    if alarm.state is None:
        raise ValueError("this alarm is not raised")
    return AlarmEntry(
        kind.name,
        int(kind.priority),
        alarm.state.value,
        iso_utc(alarm.since_ms),
        kind.title if alarm.title is None else alarm.title,
        kind.action,
        key.part,
        alarm.detail.en,
        alarm.by,
        _instant(alarm.by_ms),
        _instant(alarm.shelved_until_ms),
        alarm.hidden_by,
        alarm.suppressed_by,
        _instant(alarm.suppressed_until_ms),
        alarm.shelved_by,
        alarm.comment,
        alarm.detail.it,
        alarm.suppressed_by_room,
    )


def _instant(t_ms: int | None) -> str | None:
    return None if t_ms is None else iso_utc(t_ms)
