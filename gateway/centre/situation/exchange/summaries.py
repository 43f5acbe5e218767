"""Publishes what follows from all works together: retained messages, anew whenever they change, and to a broker that lost them."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.host.mqtt import Disconnected, Mqtt, PublishRefused
from gateway.host.stopping import wait_for_stop
from gateway.situation.event.kinds import SituationKind
from gateway.situation.lifecycle.situation import Situation

log = logging.getLogger(__name__)

_STEP_S = 5.0
"""Alarms wait for minutes before they are raised, and who plans works has days."""


class SummaryMessage(NamedTuple):
    """A message to be retained; an empty payload clears the topic."""

    topic: str
    payload: bytes


class Summary(Protocol):
    """What follows from all works."""

    def messages(self, situations: Sequence[Situation]) -> Iterable[SummaryMessage]:
        """Yield the messages that follow from all works that are not over. Called in a thread, one call after the other."""
        ...

    def failing(self) -> list[str]:
        """Return a sentence for everything that can't be used."""
        ...


class SummaryPublisher:
    """Publishes summaries over a connection that somebody else starts and stops."""

    def __init__(self, summaries: Sequence[Summary], zone: ZoneInfo, room: SituationRoom, mqtt: Mqtt) -> None:
        self._summaries, self._room, self._mqtt = summaries, room, mqtt
        self._present = PresentSituations(zone)
        self._session: int | None = None
        self._sent: dict[str, bytes] = {}
        """What was published in this session, by topic."""

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until told to stop."""
        while not await wait_for_stop(stop, _STEP_S):
            if self._mqtt.state.connected:
                await self._try_step()

    async def _try_step(self) -> None:
        if self._session != self._mqtt.state.session:
            self._session, self._sent = self._mqtt.state.session, {}
        try:
            situations = await self._room.run(self._works)
            for topic, payload in await asyncio.to_thread(self._messages, situations):
                if self._sent.get(topic) != payload:
                    await self._mqtt.publish(topic, payload, retain=True)
                    self._sent[topic] = payload
        except SituationsUnavailable:
            return  # the room says so
        except (Disconnected, PublishRefused) as error:
            log.warning("what follows from works can't be published: %s; trying again", error)

    def _works(self, service: SituationService) -> list[Situation]:
        self._present.refresh(service.store)
        every = (one.situation for one in self._present.after(""))
        return [one for one in every if one.content.kind is SituationKind.ROADWORKS and not one.state.over]

    def _messages(self, situations: list[Situation]) -> list[SummaryMessage]:
        return [message for summary in self._summaries for message in summary.messages(situations)]
