"""The alarms of all assets as they were last published. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from msgspec.structs import replace

from gateway.model import topics
from gateway.model.messages import AlarmMessage
from gateway.model.untrusted_json import json_reader
from gateway.situation.event.geometry import Position
from gateway.situation.telemetry.condition import RaisedCondition, conditions_of

MOST_ASSETS = 20_000
"""Assets with alarms that are remembered; those of more are not."""

_alarms = json_reader(AlarmMessage)


class _Asset(NamedTuple):
    operator: str
    name: str


class AlarmInbox:
    """What alarms show now.

    Args:
        kinds: The kinds of alarms that count.
        positions: Where assets are, and what they feed, by asset.
    """

    def __init__(self, kinds: AbstractSet[str], positions: Mapping[str, Sequence[Position]]) -> None:
        self._kinds, self._positions = kinds, positions
        self._conditions: dict[_Asset, list[RaisedCondition]] = {}

    def put(self, topic: str, payload: bytes) -> None:
        """Accept a message; one without content says that the asset has no alarms.

        Raises:
            ValueError: It is no message of alarms.
        """
        found = topics.parse_alarm(topic)
        if found is None:
            raise ValueError("this is no topic of alarms")
        asset = _Asset(found.operator, found.asset)
        if not payload:
            self._conditions.pop(asset, None)
            return
        message = replace(_alarms(payload), operator=asset.operator, asset=asset.name)  # the topic says whose they are
        conditions = [one for one in conditions_of(message, self._positions) if one.alarm in self._kinds]
        self._conditions.pop(asset, None)
        if conditions and len(self._conditions) < MOST_ASSETS:
            self._conditions[asset] = conditions

    def clear(self) -> None:
        """Forget everything: a new connection brings all messages again."""
        self._conditions.clear()

    def conditions(self) -> Iterator[RaisedCondition]:
        """Yield what alarms show, once for each asset and kind: that which began first."""
        for found in self._conditions.values():
            first: dict[str, RaisedCondition] = {}
            for one in sorted(found, key=lambda one: one.since_ms):
                first.setdefault(one.alarm, one)
            yield from first.values()
