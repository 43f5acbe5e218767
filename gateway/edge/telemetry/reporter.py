"""What a gateway tells of itself, as readings like any other: its lines' quality, how complete its readings are, its own health."""

import asyncio
import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from gateway import __version__
from gateway.config.site_file import EdgeSite
from gateway.edge.clock.trusted_time import TrustedTime
from gateway.edge.completeness import HOUR_S
from gateway.edge.lines import EdgeLines, Take
from gateway.edge.telemetry.health import EVERY_S as HEALTH_S
from gateway.edge.telemetry.health import GatewayHealth, health_stream, health_values
from gateway.edge.telemetry.line_quality import EVERY_S as QUALITY_S
from gateway.edge.telemetry.line_quality import quality_stream, quality_values
from gateway.host import clock
from gateway.host.stopping import wait_for_stop
from gateway.host.threads import OneThread
from gateway.journal.journal import Journal
from gateway.model.batch import Clock, Value
from gateway.model.reading import Reading
from gateway.model.stream import Stream

log = logging.getLogger(__name__)


class Reporter:
    """The streams of what a gateway tells of itself, numbered after those of its readers."""

    def __init__(self, site: EdgeSite, readers: EdgeLines, time: TrustedTime, take: Take) -> None:
        of = site.id.gateway
        self._readers, self._time, self._take = readers, time, take
        self._disk, self._certificate = Path(site.journal.path), site.uplink.tls.cert
        quality = [quality_stream(of, owner.name, device) for owner in readers.owners for device in owner.devices]
        completeness = [one.stream for one in readers.completeness.values()]
        self.streams: list[Stream] = [*quality, *completeness, health_stream(of)]
        self._first_quality = len(readers.streams)
        self._first_completeness = self._first_quality + len(quality)
        self._first_health = self._first_completeness + len(completeness)

    async def tell_quality(self, stop: asyncio.Event) -> None:
        """Record what was counted of each device's line, once a minute."""
        while not await wait_for_stop(stop, QUALITY_S):
            told = [quality_values(owner.quality(device)) for owner in self._readers.owners for device in owner.devices]
            self._take(self._first_quality, self._readings(told))

    async def tell_completeness(self, stop: asyncio.Event) -> None:
        """Record how much of what was due came, at every full hour of the clock, and at the end."""
        stopping = False
        while not stopping:
            begun_ms = self._time.now_ms()
            stopping = await wait_for_stop(stop, HOUR_S - begun_ms / 1000 % HOUR_S)
            passed_s = (self._time.now_ms() - begun_ms) / 1000
            told = [one.tell(passed_s) for one in self._readers.completeness.values()]
            self._take(self._first_completeness, self._readings(told))

    async def tell_health(self, stop: asyncio.Event, journal: Journal, thread: OneThread) -> None:
        """Record how the gateway itself is, once a minute."""
        begun_ms = clock.up_ms()
        while not await wait_for_stop(stop, HEALTH_S):
            try:
                waiting = await thread.run(journal.waiting_batches)
            except sqlite3.Error as error:
                log.error("the journal can't be counted (%s)", error)  # noqa: TRY400 — for the operator
                continue
            owners = self._readers.owners
            load = max((sum(owner.quality(device).share for device in owner.devices) for owner in owners), default=0.0)
            health = GatewayHealth((clock.up_ms() - begun_ms) / 1000, waiting, self._time.clock is Clock.SYNCED, load)
            values = health_values(health, self._disk, self._certificate, __version__, self._time.now_ms())
            self._take(self._first_health, self._readings([values]))

    def _readings(self, told: Sequence[list[Value]]) -> list[Reading]:
        t_ms = self._time.now_ms()
        return [Reading(number, t_ms, values, {}) for number, values in enumerate(told)]
