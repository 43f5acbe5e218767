"""The city role: the publisher of the city plane."""

import asyncio
from collections.abc import Iterable

from prometheus_client.core import Metric

from gateway.centre.city.latest import Pace
from gateway.centre.city.publisher import CityPublisher
from gateway.centre.role import RoleContext
from gateway.host.http_server import counter, gauge


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
        yield counter("street_city_messages", "Messages published on the city plane", self._publisher.published)
        yield counter("street_city_ignored", "Messages that the city plane could not use; the ingest reports them", self._publisher.ignored)
        yield gauge("street_city_connected", "Whether the city plane's broker is connected", self._publisher.mqtt.state.connected)

    def stuck(self) -> bool:
        """Return whether the publisher makes no progress."""
        return self._publisher.progress.stuck

    def health(self) -> dict[str, object]:
        """Return whether the broker is connected, and the publisher works."""
        connected = self._publisher.mqtt.state.connected
        return {"ok": connected and not self.stuck(), "city_connected": connected}
