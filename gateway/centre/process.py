"""The centre: one worker that brings batches into the store, or the publisher of the city plane, or both, wired together."""

import asyncio
import contextlib
import logging
import os
import sqlite3
from collections.abc import Collection, Iterable
from typing import Literal

from prometheus_client.core import Metric

from gateway.centre.city.latest import Pace
from gateway.centre.city.publisher import CityPublisher
from gateway.centre.ingest.own_rows import WORKER_EVERY_S, worker_row
from gateway.centre.ingest.worker import IngestWorker
from gateway.centre.stores.factory import open_dead_letters, open_store
from gateway.centre.stores.port import StoreUnavailable
from gateway.host import clock, systemd
from gateway.host.http_server import counter, gauge, observability, serving
from gateway.host.mqtt import Broker
from gateway.host.stopping import wait_for_stop
from gateway.host.threads import OneThread
from gateway.model.site import CentreSettings

log = logging.getLogger(__name__)

Role = Literal["ingest", "city"]
ROLES: tuple[Role, ...] = ("ingest", "city")

_COUNT_EVERY_S = 10.0


class IngestRole:
    """The role of an ingest: its store, its dead letters, and the thread in which both are used."""

    def __init__(self, site: str, settings: CentreSettings) -> None:
        self._site, self._name = site, settings.worker
        self._thread = OneThread("store")
        self._store = open_store(settings.store)
        self._dead = open_dead_letters(settings)
        self.dead_letters = self._dead.count()
        self.ingest = IngestWorker(
            site,
            settings.worker,
            _broker(settings),
            self._store,
            self._dead,
            self._thread,
            start=os.urandom(8).hex(),
            now_ms=clock.now_ms,
            knows_time=clock.is_synchronised,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        counting = asyncio.create_task(self._count(stop))
        try:
            await self.ingest.run(stop)
        finally:
            counting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await counting
            await self._thread.run(self._store.close)
            await self._thread.run(self._dead.close)
            self._thread.close()

    async def _count(self, stop: asyncio.Event) -> None:
        """Count dead letters, and put into the store what is counted: now and then, and at once where there are others than before."""
        loop, due_s = asyncio.get_running_loop(), float("-inf")
        while not await wait_for_stop(stop, _COUNT_EVERY_S):
            before = self.dead_letters
            with contextlib.suppress(sqlite3.Error):  # said where letters are kept
                self.dead_letters = await self._thread.run(self._dead.count)
            if self.dead_letters != before or loop.time() >= due_s:
                due_s = loop.time() + WORKER_EVERY_S
                await self._tell()

    async def _tell(self) -> None:
        counts = self.ingest.counts
        counted = [self.dead_letters, counts.batches, counts.rows, counts.rejected, counts.store_failures]
        row = worker_row(self._site, self._name, counted, clock.now_ms())
        with contextlib.suppress(StoreUnavailable):  # the ingest says so, and keeps what has to be kept
            for refused in await self._thread.run(self._store.write, [self._store.own(row)]):
                log.error("the store does not take what this worker counted: %s", refused.reason)

    def samples(self) -> Iterable[Metric]:
        """Give what was counted."""
        counts = self.ingest.counts
        yield counter("street_ingest_batches", "Batches stored", counts.batches)
        yield counter("street_ingest_readings", "Readings stored", counts.rows)
        yield counter("street_ingest_unknown_schema", "Batches whose schema had to be asked for", counts.unknown_schema)
        yield counter("street_ingest_rejected", "Batches rejected for good", counts.rejected)
        yield counter("street_ingest_partly", "Batches stored but for a part", counts.partly)
        yield counter("street_ingest_unreadable", "Messages that are no batches", counts.unreadable)
        yield counter("street_ingest_store_failures", "Writes that the store did not take", counts.store_failures)
        yield gauge("street_ingest_connected", "Whether the broker is connected", self.ingest.mqtt.state.connected)
        yield gauge("street_dead_letters", "What no store took and nobody has looked at", self.dead_letters)

    def health(self) -> dict[str, object]:
        """Tell whether it works, and what somebody should look at."""
        connected, works = self.ingest.mqtt.state.connected, self.ingest.store_works
        alarms = [f"{self.dead_letters} dead letters: 'gateway dead-letters list' shows them"] if self.dead_letters else []
        return {
            "ok": connected and works,
            "connected": connected,
            "store_works": works,
            "batches": self.ingest.counts.batches,
            "alarms": alarms,
        }


class CentreProcess:
    """One process of the centre; `run` lives as long as it does.

    Raises:
        StoreUnavailable: the store, or the file of dead letters, can't be opened.
    """

    def __init__(self, site: str, settings: CentreSettings, roles: Collection[Role] = ROLES, operator: str | None = None) -> None:
        self._listen = settings.listen
        self._worker = IngestRole(site, settings) if "ingest" in roles else None
        pace = Pace(settings.city.at_most, settings.city.at_least)
        self._city = CityPublisher(site, operator, _broker(settings), pace) if "city" in roles else None

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        async with serving(observability(self._samples, self._health), self._listen):
            systemd.notify("READY=1")
            try:
                async with asyncio.TaskGroup() as group:
                    for role in (self._worker, self._city):
                        if role is not None:
                            group.create_task(role.run(stop))
            finally:
                systemd.notify("STOPPING=1")

    def _samples(self) -> Iterable[Metric]:
        if self._worker is not None:
            yield from self._worker.samples()
        if self._city is not None:
            yield counter("street_city_messages", "Messages published on the city plane", self._city.said)
            yield gauge("street_city_connected", "Whether the city plane's broker is connected", self._city.mqtt.state.connected)

    def _health(self) -> dict[str, object]:
        says: dict[str, object] = self._worker.health() if self._worker is not None else {"ok": True}
        if self._city is not None:
            connected = self._city.mqtt.state.connected
            says |= {"ok": bool(says["ok"]) and connected, "city_connected": connected}
        return says


def _broker(settings: CentreSettings) -> Broker:
    return Broker(settings.broker, settings.tls, settings.login)
