"""Says to the alarms of the centre which works suppress them: one retained message, anew whenever it changes."""

import asyncio
import logging
from collections.abc import Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.host.mqtt import Disconnected, Mqtt, PublishRefused
from gateway.host.stopping import wait_for_stop
from gateway.model import topics
from gateway.model.messages import RoomWorks, RoomWorksMessage
from gateway.situation.event.kinds import SituationKind, SituationState
from gateway.situation.lifecycle.parties import Parties
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.telemetry.affected import AssetMap
from gateway.situation.telemetry.suppression import suppressing_works

log = logging.getLogger(__name__)

VERSION = 1
MOST_MENTIONED = 20_000
"""Assets in one message, each with all works that affect it: half a megabyte. What does not fit suppresses nothing."""

_STEP_S = 1.0
"""Works change a few times a day; an alarm has been raised for minutes before."""


class SuppressionRules(NamedTuple):
    """What works affect, and who may know of them."""

    site: str
    zone: ZoneInfo
    parties: Parties
    assets: AssetMap


class WorksPublisher:
    """Publishes the works that suppress alarms, over a connection that somebody else starts and stops."""

    def __init__(self, rules: SuppressionRules, room: SituationRoom, mqtt: Mqtt) -> None:
        self._rules, self._room, self._mqtt = rules, room, mqtt
        self._present = PresentSituations(rules.zone)
        self._known: dict[tuple[str, int], RoomWorks | None] = {}
        """What follows from each version of active works."""
        self._sent: tuple[int, bytes] | None = None
        """In which session what was published."""

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until told to stop."""
        while not await wait_for_stop(stop, _STEP_S):
            if self._mqtt.state.connected:
                await self._try_step()

    async def _try_step(self) -> None:
        session = self._mqtt.state.session
        try:
            situations = await self._room.run(self._active)
            payload = await asyncio.to_thread(self._payload, situations)
            if self._sent != (session, payload):
                await self._mqtt.publish(topics.room_works(self._rules.site), payload, retain=True)
                self._sent = session, payload
        except SituationsUnavailable:
            return  # the room says so
        except (Disconnected, PublishRefused) as error:
            log.warning("works that suppress alarms can't be published: %s; trying again", error)

    def _active(self, service: SituationService) -> list[Situation]:
        self._present.refresh(service.store)
        every = (one.situation for one in self._present.after(""))
        return [one for one in every if one.state is SituationState.ACTIVE and one.content.kind is SituationKind.ROADWORKS]

    def _payload(self, situations: list[Situation]) -> bytes:
        rules, before = self._rules, self._known
        self._known = {}
        for one in situations:
            key = one.id, one.revision
            found = before[key] if key in before else suppressing_works(one, rules.assets, rules.zone, rules.parties)
            self._known[key] = found
        return msgspec.json.encode(RoomWorksMessage(VERSION, fitting_works(self._known.values())))


def fitting_works(found: Iterable[RoomWorks | None], most: int = MOST_MENTIONED) -> list[RoomWorks]:
    """Return the works that suppress something, as many as mention so many assets in all."""
    fitting, left = list[RoomWorks](), most
    for one in found:
        if one is not None and len(one.assets) <= left:
            fitting.append(one)
            left -= len(one.assets)
    return fitting
