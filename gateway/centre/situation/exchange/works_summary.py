"""What the alarms of the centre are told of works that suppress them: one retained message."""

from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

import msgspec

from gateway.centre.situation.exchange.summaries import SummaryMessage
from gateway.model import topics
from gateway.model.messages import RoomWorks, RoomWorksMessage
from gateway.situation.event.kinds import SituationState
from gateway.situation.lifecycle.parties import Parties
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.telemetry.affected import AssetMap
from gateway.situation.telemetry.suppression import suppressing_works

VERSION = 1
MOST_MENTIONED = 20_000
"""Assets in one message, each with all works that affect it: half a megabyte. What does not fit suppresses nothing."""


class WorksSummary:
    """Finds the works that suppress alarms of a site's assets."""

    def __init__(self, site: str, zone: ZoneInfo, parties: Parties, assets: AssetMap) -> None:
        self._topic, self._zone, self._parties, self._assets = topics.room_works(site), zone, parties, assets
        self._known: dict[tuple[str, int], RoomWorks | None] = {}
        """What follows from each version of active works."""

    def messages(self, situations: Sequence[Situation]) -> Iterator[SummaryMessage]:
        """Yield the message."""
        before, self._known = self._known, {}
        for one in situations:
            if one.state is SituationState.ACTIVE:
                key = one.id, one.revision
                self._known[key] = before[key] if key in before else suppressing_works(one, self._assets, self._zone, self._parties)
        yield SummaryMessage(self._topic, msgspec.json.encode(RoomWorksMessage(VERSION, fitting_works(self._known.values()))))

    def failing(self) -> list[str]:
        """Return nothing: it needs no more than the situations."""
        return []


def fitting_works(found: Iterable[RoomWorks | None], most: int = MOST_MENTIONED) -> list[RoomWorks]:
    """Return the works that suppress something, as many as mention so many assets in all."""
    fitting, left = list[RoomWorks](), most
    for one in found:
        if one is not None and len(one.assets) <= left:
            fitting.append(one)
            left -= len(one.assets)
    return fitting
