"""Makes situations of alarms: follows the city plane, and does for the owners of assets what follows from it."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from prometheus_client.core import Metric

from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.telemetry.alarm_inbox import AlarmInbox
from gateway.host import clock
from gateway.host.http_server import counter, gauge
from gateway.host.mqtt import Message
from gateway.host.stopping import wait_for_stop
from gateway.model import topics
from gateway.model.site.assets import AssetSettings
from gateway.model.site.situation.room import EventAlarm, TelemetryEventSettings
from gateway.situation.event.content import Audience
from gateway.situation.event.geometry import Position
from gateway.situation.event.kinds import SeverityLevel, SituationKind
from gateway.situation.lifecycle.parties import Actor
from gateway.situation.lifecycle.permissions import ActionRefused
from gateway.situation.telemetry.cause import AT_NIGHT, CauseFinder, causing_works
from gateway.situation.telemetry.condition import RaisedCondition
from gateway.situation.telemetry.events import TelemetryPlanner, TelemetryRule, TelemetryStep
from gateway.situation.telemetry.outages import outages

log = logging.getLogger(__name__)

_STEP_S = 5.0
_SETTLED_S = 10.0
"""After a connection, retained messages arrive for so long; before that nothing is taken for gone."""

_PERSON = "telemetry"


class TelemetryEvents:
    """A door of the Situation Room.

    Args:
        site: The name of the site.
        settings: What becomes a situation, by kind of alarm.
        assets: The assets of the site.
        zone: The time zone of the site.

    Attributes:
        topics: The filter of the alarms, over whatever connection there is.
    """

    def __init__(
        self,
        site: str,
        settings: Mapping[EventAlarm, TelemetryEventSettings],
        assets: Mapping[str, AssetSettings],
        zone: ZoneInfo,
    ) -> None:
        self.topics = topics.every_alarm(site)
        self._zone = zone
        self._rules = telemetry_rules(settings)
        self._positions = positions_of(assets)
        self._inbox = AlarmInbox(self._rules.keys(), self._positions)
        self._settled_s: float | None = None
        self._refused: dict[str, str] = {}
        self.done = 0

    async def __call__(self, room: SituationRoom, stop: asyncio.Event) -> None:
        """Follow alarms until told to stop."""
        planner, present = TelemetryPlanner(self._rules), PresentSituations(self._zone)
        while not await wait_for_stop(stop, _STEP_S):
            if self._settled_s is not None and asyncio.get_running_loop().time() >= self._settled_s:
                await self._step(room, planner, present)

    def samples(self) -> Iterable[Metric]:
        """Yield how much was done, and what is refused."""
        yield counter("street_situation_telemetry_steps", "Situations published, updated or ended because of alarms", self.done)
        yield gauge("street_situation_telemetry_refused", "Operators whose situations can't be published", len(self._refused))

    def failing(self) -> list[str]:
        """Return a sentence for each operator whose situations can't be published."""
        return [f"alarms of {operator} become no situations: {reason}" for operator, reason in self._refused.items()]

    def connected(self) -> None:
        """Begin anew: there is a new connection, which brings all alarms again. While there is none, everything stays as it is."""
        self._inbox.clear()
        self._settled_s = asyncio.get_running_loop().time() + _SETTLED_S

    def received(self, message: Message) -> None:
        """Accept a message of alarms."""
        try:
            self._inbox.put(message.topic, message.payload)
        except ValueError as error:
            log.warning("ignored a message on %s: %s", message.topic, error)

    async def _step(self, room: SituationRoom, planner: TelemetryPlanner, present: PresentSituations) -> None:
        conditions = list(self._inbox.conditions())
        try:
            await room.run(lambda service: self._follow(service, planner, present, conditions))
        except SituationsUnavailable:
            return  # the room says so

    def _follow(
        self, service: SituationService, planner: TelemetryPlanner, present: PresentSituations, conditions: list[RaisedCondition]
    ) -> None:
        now_ms = clock.now_ms()
        present.refresh(service.store)
        situations = [one.situation for one in present.after("")]
        works = [found for one in situations if not one.state.over and (found := causing_works(one, self._zone)) is not None]
        refused: dict[str, str] = {}
        for step in planner.steps(outages(conditions, CauseFinder(works, AT_NIGHT)), situations, now_ms):
            self._do(service, step, now_ms, refused)
        for operator in refused.keys() - self._refused.keys():
            log.error("alarms of %s become no situations: %s", operator, refused[operator])
        self._refused = refused

    def _do(self, service: SituationService, step: TelemetryStep, now_ms: int, refused: dict[str, str]) -> None:
        try:
            service.do(step.situation, step.action, Actor(step.owner, _PERSON), now_ms)
        except ActionRefused as error:
            refused[step.owner] = str(error)
            return
        self.done += 1
        log.info("situation %s: %s because of alarms", step.situation, type(step.action).__name__)


def telemetry_rules(settings: Mapping[EventAlarm, TelemetryEventSettings]) -> dict[str, TelemetryRule]:
    """Return what becomes a situation, by kind of alarm."""
    return {
        alarm: TelemetryRule(SituationKind(one.kind), SeverityLevel(one.severity), Audience(one.public, list(one.organisations)))
        for alarm, one in settings.items()
    }


def positions_of(assets: Mapping[str, AssetSettings]) -> dict[str, list[Position]]:
    """Return where assets are, by asset; after the position of a panel those of what it feeds."""
    found = {name: [(one.lon, one.lat)] for name, one in assets.items() if one.lon is not None and one.lat is not None}
    own = {name: positions[0] for name, positions in found.items()}
    for name, one in assets.items():
        if one.panel in found and name in own:
            found[one.panel].append(own[name])
    return found
