"""The role `situation`: the Situation Room of a site, with its exchange over MQTT and other doors to it."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from prometheus_client.core import CounterMetricFamily, Metric

from gateway.centre.role import RoleContext
from gateway.centre.situation.active_room import ActiveRoom
from gateway.centre.situation.exchange.answering import Requesters
from gateway.centre.situation.exchange.connection import SituationExchange
from gateway.centre.situation.exchange.near_summary import NearSummary
from gateway.centre.situation.exchange.outgoing import Directory
from gateway.centre.situation.exchange.summaries import Summary
from gateway.centre.situation.exchange.works_summary import WorksSummary
from gateway.centre.situation.layer_file import LayerFile
from gateway.centre.situation.opening import open_room_lock, open_situations
from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.settings import RoomRules, room_rules
from gateway.centre.situation.telemetry.door import TelemetryEvents
from gateway.host.http_server import counter, gauge
from gateway.host.stopping import wait_for_stop
from gateway.model.site.situation.room import SituationSettings
from gateway.situation.telemetry.affected import AssetMap

log = logging.getLogger(__name__)

_AGAIN_AFTER_S = 1.0


class Door(Protocol):
    """Another way into the Situation Room, such as an API."""

    async def __call__(self, room: SituationRoom, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        ...

    def samples(self) -> Iterable[Metric]:
        """Yield metrics; their names are unique."""
        ...

    def failing(self) -> list[str]:
        """Return a sentence for everything that does not work."""
        ...


class _Running(NamedTuple):
    """What runs while this process runs the Situation Room."""

    room: SituationRoom
    exchange: SituationExchange

    @property
    def connected(self) -> bool:
        return self.exchange.mqtt.state.connected

    @property
    def behind(self) -> int:
        return max(0, self.room.number - self.exchange.publisher.position)

    async def run(self, doors: Sequence[Door], stop: asyncio.Event) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.room.follow(stop), name="situations")
                group.create_task(self.exchange.run(stop), name="exchange")
                for door in doors:
                    group.create_task(door(self.room, stop), name=type(door).__name__)
        finally:
            await self.room.close()


class SituationRole:
    """Runs a Situation Room, if no other process does.

    Args:
        context: The centre.
        settings: Its Situation Room.
        doors: What else runs beside the exchange.

    Raises:
        SituationsUnavailable: The store can't be used.
    """

    name = "situation"

    def __init__(self, context: RoleContext, settings: SituationSettings, doors: Sequence[Door] = ()) -> None:
        telemetry, zone = settings.telemetry, ZoneInfo(context.time_zone)
        self._telemetry = TelemetryEvents(context.site, telemetry, context.assets, zone) if telemetry else None
        self._context, self._doors = context, [*doors, *([] if self._telemetry is None else [self._telemetry])]
        self._rules = room_rules(settings, zone)
        self._summaries = _summaries(context, settings, self._rules)
        self._requesters = Requesters(
            {
                name: frozenset(person for person, role in one.people.items() if role == "editor")
                for name, one in settings.organisations.items()
            },
            settings.requests_per_minute,
        )
        self._active = ActiveRoom(open_room_lock(context.settings))
        self._running: _Running | None = None
        self._failing: str | None = None
        open_situations(context.settings).close()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop.

        Raises:
            SecretError: A file of a connection can't be used.
        """
        await self._active.run(lambda: self._work(stop), stop)

    async def _work(self, stop: asyncio.Event) -> None:
        try:
            self._running = await asyncio.to_thread(self._opened)
        except SituationsUnavailable as error:
            log.error("can't use the situations: %s; trying again", error)  # noqa: TRY400 — a sentence for the operator
            self._failing = str(error)
            await wait_for_stop(stop, _AGAIN_AFTER_S)
            return
        self._failing = None
        try:
            await self._running.run(self._doors, stop)
        finally:
            self._running = None

    def _opened(self) -> _Running:
        """Open three stores: for what is done, for what is published, and to wait for what other processes do."""
        site, settings, broker = self._context.site, self._context.settings, self._context.broker
        room = SituationRoom(SituationService(open_situations(settings), self._rules), open_situations(settings))
        directory = Directory(site, self._rules.parties)
        out = open_situations(settings)
        return _Running(room, SituationExchange(directory, room, self._requesters, out, broker, self._telemetry, self._summaries))

    def stuck(self) -> bool:
        """Return whether it has work and makes no progress."""
        running = self._running
        return running is not None and (running.exchange.publisher.progress.stuck or running.exchange.desk.progress.stuck)

    def samples(self) -> Iterable[Metric]:
        """Yield whether this process runs the room, what was published, what waits to be, and what was requested."""
        running, connected = self._running, self._running is not None and self._running.connected
        published = 0 if running is None else running.exchange.publisher.published
        behind = 0 if running is None else running.behind
        yield gauge("street_situations_active", "Whether this process runs the Situation Room", self._active.active)
        yield counter("street_situations_published", "Messages about situations that were published over MQTT", published)
        yield gauge("street_situations_behind", "Entries of the history that are not published over MQTT yet", behind)
        yield gauge("street_situations_connected", "Whether the broker of the Situation Room is connected", connected)
        requests = CounterMetricFamily("street_situation_requests", "Requests of organisations, by what became of them", labels=["outcome"])
        for outcome in ("done", "refused", "too_many"):
            requests.add_metric([outcome], 0 if running is None else running.exchange.desk.counted[outcome])
        yield requests
        for door in self._doors:
            yield from door.samples()

    def health(self) -> dict[str, object]:
        """Return whether everything works: broker, store and doors. If another process runs the room, nothing has to."""
        running = self._running
        failing = [self._failing] if running is None else [running.room.failing, running.exchange.publisher.failing]
        sentences = [one for one in failing if one is not None] + [one for door in self._doors for one in door.failing()]
        sentences += [one for summary in self._summaries for one in summary.failing()]
        return {
            "ok": not sentences and (running is None or running.connected),
            "situations_active": running is not None,
            "situations_connected": running is not None and running.connected,
            "situations_failing": sentences,
            "situations_behind": 0 if running is None else running.behind,
        }


def _summaries(context: RoleContext, settings: SituationSettings, rules: RoomRules) -> list[Summary]:
    """Return what is published besides situations: what organisations own that works come near to, and what suppresses alarms."""
    layers = {name: LayerFile(name, one.layer) for name, one in settings.organisations.items() if one.layer is not None}
    found: list[Summary] = [NearSummary(context.site, rules.parties, layers, settings.near_m)]
    if settings.suppress_alarms:
        found.append(WorksSummary(context.site, rules.times.zone, rules.parties, AssetMap(context.assets)))
    return found
