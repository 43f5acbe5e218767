"""Alarms of assets that are raised: what telemetry shows at a time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gateway.model.instants import ms_of_iso
from gateway.model.messages import AlarmEntry, AlarmMessage, AlarmText
from gateway.situation.event.geometry import Position


class RaisedCondition(NamedTuple):
    """An alarm of an asset whose condition is met since a time, in milliseconds since 1970.

    `positions` are those of the asset and of what it feeds, such as the poles of a panel; none if they are not known.
    """

    operator: str
    asset: str
    alarm: str
    since_ms: int
    title: AlarmText
    detail: str = ""
    positions: tuple[Position, ...] = ()


def conditions_of(message: AlarmMessage, positions: Mapping[str, Sequence[Position]]) -> Iterator[RaisedCondition]:
    """Yield what the alarms of an asset show.

    Left out is what is over, what another alarm explains, and what works of the site file suppress: it is expected. What works of the
    Situation Room suppress counts: they may be its cause.

    Args:
        message: The retained message of the asset's alarms.
        positions: Where assets are, and what they feed, by asset.

    Raises:
        ValueError: A time is not an instant.
    """
    for one in message.alarms:
        if _counts(one):
            where = tuple(positions.get(message.asset, ()))
            yield RaisedCondition(message.operator, message.asset, one.kind, ms_of_iso(one.since), one.title, one.detail, where)


def _counts(entry: AlarmEntry) -> bool:
    return entry.state != "returned" and entry.hidden_by is None and (entry.suppressed_by is None or entry.suppressed_by_room)
