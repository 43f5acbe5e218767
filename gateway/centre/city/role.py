"""The city role: the publisher of the city plane."""

import asyncio
from collections.abc import Iterable

from prometheus_client.core import Metric

from gateway.centre.city.latest import Pace
from gateway.centre.city.publisher import CityPublisher
from gateway.centre.role import RoleContext
from gateway.host.http_server import counter, gauge

_LATE_AFTER_S = 3.0
"""Values wait less than a second here."""


class CityRole:
    """Runs the publisher of one operator's city plane, or of all."""

    name = "city"

    def __init__(self, context: RoleContext) -> None:
        city = context.settings.city
        self._publisher = CityPublisher(context.site, context.operator, context.broker, Pace(city.at_most, city.at_least))

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        await self._publisher.run(stop)

    def samples(self) -> Iterable[Metric]:
        """Yield the publisher's counters."""
        one = self._publisher
        yield counter("street_city_messages", "Messages published on the city plane", one.published)
        yield counter("street_city_ignored", "Messages that the city plane could not use; the ingest reports them", one.ignored)
        yield counter("street_city_dropped", "Batches of gateways that send more than the city plane can use", one.inbox.dropped)
        yield counter("street_city_refused", "Readings for which the city plane had no room", one.latest.room.refused)
        yield gauge("street_city_assets", "Messages of assets that the city plane keeps", len(one.latest.room))
        yield gauge("street_city_late_seconds", "How long readings wait for the city plane", one.late_s)
        yield gauge("street_city_connected", "Whether the city plane's broker is connected", one.mqtt.state.connected)

    def stuck(self) -> bool:
        """Return whether the publisher makes no progress."""
        return self._publisher.progress.stuck

    def health(self) -> dict[str, object]:
        """Return whether the broker is connected, and the publisher works in time; and which gateways have more than is published."""
        connected, late_s = self._publisher.mqtt.state.connected, self._publisher.late_s
        alarms = self._publisher.alarms()
        if late_s > _LATE_AFTER_S:
            alarms.append(f"the city plane is {late_s:.0f} s late: the machine, or the broker, is too slow for it")
        ok = connected and not self.stuck() and late_s <= _LATE_AFTER_S
        return {"ok": ok, "city_connected": connected, "city_late_s": round(late_s, 1), "city_alarms": alarms}
