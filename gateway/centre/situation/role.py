"""The role `situation`: the Situation Room of a site, with its exchange over MQTT and other doors to it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from prometheus_client.core import CounterMetricFamily, Metric

from gateway.centre.role import RoleContext
from gateway.centre.situation.exchange.outgoing import Directory
from gateway.centre.situation.exchange.publisher import SituationPublisher
from gateway.centre.situation.exchange.request_desk import RequestDesk
from gateway.centre.situation.port import SituationStore
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.settings import room_rules
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.host.http_server import counter, gauge
from gateway.model.site import SituationSettings

Door = Callable[[SituationRoom, asyncio.Event], Coroutine[None, None, None]]
"""Another way into the Situation Room, such as an API: it works until told to stop."""


class SituationRole:
    """Runs a Situation Room.

    Args:
        context: The centre.
        settings: Its Situation Room.
        doors: What else runs beside the exchange.

    Raises:
        SituationsUnavailable: The store can't be used.
        SecretError: A file of the connection can't be used.
    """

    name = "situation"

    def __init__(self, context: RoleContext, settings: SituationSettings, doors: Sequence[Door] = ()) -> None:
        def opened() -> SituationStore:
            return SqliteSituations(Path(context.settings.situations_path()))

        rules = room_rules(settings, ZoneInfo(context.time_zone))
        editors = {
            name: frozenset(person for person, role in one.people.items() if role == "editor")
            for name, one in settings.organisations.items()
        }
        self._doors = doors
        self._room = SituationRoom(SituationService(opened(), rules), opened())
        self._publisher = SituationPublisher(Directory(context.site, rules.parties), opened(), context.broker)
        self._desk = RequestDesk(context.site, self._room, editors, context.broker)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        try:
            with self._room.watching() as changed:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._room.follow(stop), name="situations")
                    group.create_task(self._publisher.run(changed, stop), name="situations out")
                    group.create_task(self._desk.run(stop), name="requests")
                    for door in self._doors:
                        group.create_task(door(self._room, stop), name=getattr(door, "__name__", "door"))
        finally:
            await self._room.close()

    def stuck(self) -> bool:
        """Return whether it has work and makes no progress."""
        return self._publisher.progress.stuck or self._desk.progress.stuck

    def samples(self) -> Iterable[Metric]:
        """Yield what was published, what waits to be, and what was requested."""
        yield counter("street_situations_published", "Messages about situations that were published", self._publisher.published)
        yield gauge("street_situations_behind", "Entries of the history that are not published yet", self._behind)
        yield gauge("street_situations_connected", "Whether the broker of the Situation Room is connected", self._connected)
        requests = CounterMetricFamily("street_situation_requests", "Requests of organisations, by what became of them", labels=["outcome"])
        for outcome in ("done", "refused", "too_many"):
            requests.add_metric([outcome], self._desk.counted[outcome])
        yield requests

    def health(self) -> dict[str, object]:
        """Return whether the broker is connected, the store works and everything can be published."""
        failing = self._room.failing or self._publisher.failing
        return {
            "ok": self._connected and failing is None,
            "situations_connected": self._connected,
            "situations_failing": failing,
            "situations_behind": self._behind,
        }

    @property
    def _connected(self) -> bool:
        return self._publisher.mqtt.state.connected and self._desk.mqtt.state.connected

    @property
    def _behind(self) -> int:
        return max(0, self._room.number - self._publisher.position)
