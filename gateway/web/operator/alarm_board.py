"""The alarms that the page shows: what the centre publishes of each asset, gateway and worker. Pure: messages in, alarms out."""

import msgspec

from gateway.alarms.catalogue import KINDS
from gateway.model.messages import AlarmEntry, AlarmMessage, AlarmText
from gateway.model.topics import CityTopic
from gateway.model.untrusted_json import json_reader


class KindTexts(msgspec.Struct):
    """What a kind of alarm is called, and what it means."""

    title: AlarmText
    meaning: AlarmText


KIND_TEXTS = {kind.name: KindTexts(kind.title, kind.meaning) for kind in KINDS.values()}
"""The texts that are not in the messages."""

_read = json_reader(AlarmMessage)


class SubjectAlarms(msgspec.Struct):
    """All alarms of an asset, a gateway or a worker of the centre; none if there are none any more."""

    operator: str
    asset: str
    alarms: list[AlarmEntry]


class AlarmBoard:
    """The latest messages about alarms."""

    def __init__(self) -> None:
        self._subjects: dict[tuple[str, str], SubjectAlarms] = {}
        self._changed: dict[tuple[str, str], SubjectAlarms] = {}

    def accept(self, topic: CityTopic, payload: bytes) -> None:
        """Store the message of a subject; an empty payload ends its alarms. Operator and subject are those of the topic.

        Raises:
            ValueError: The payload is not such a message.
        """
        key = topic.operator, topic.asset
        found = SubjectAlarms(*key, _read(payload).alarms if payload else [])
        if found.alarms:
            self._subjects[key] = found
        elif self._subjects.pop(key, None) is None:
            return
        self._changed[key] = found

    def all(self) -> list[SubjectAlarms]:
        """Return every subject that has alarms."""
        return list(self._subjects.values())

    def collect_changed(self) -> list[SubjectAlarms]:
        """Return the subjects whose alarms have changed since the last call."""
        changed, self._changed = list(self._changed.values()), {}
        return changed
