"""The centre: ingest, store and city plane of one worker, wired together."""

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path

from prometheus_client.core import Metric

from gateway.central.history import HistoryStore
from gateway.central.influx import InfluxStore
from gateway.central.ingest import Ingest
from gateway.central.store import Store
from gateway.host import clock, systemd
from gateway.host.http import counter, gauge, observability, serving
from gateway.host.mqtt import Broker
from gateway.host.threads import OneThread
from gateway.model.site import Centre as Settings
from gateway.model.site import Site
from gateway.model.site import Store as StoreSettings


class Centre:
    """One worker's composition; `run` lives as long as the process."""

    def __init__(self, site: Site, settings: Settings) -> None:
        self._settings = settings
        self._thread = OneThread("store")
        self._store = open_store(settings.store)
        broker = Broker(settings.broker, settings.tls, settings.login)
        self._ingest = Ingest(
            site.site,
            settings.worker,
            broker,
            self._store,
            self._thread,
            start=os.urandom(8).hex(),
            now_ms=clock.now_ms,
            knows_time=clock.is_synchronised,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        async with serving(observability(self._samples, self._health), self._settings.listen):
            systemd.notify("READY=1")
            try:
                await self._ingest.run(stop)
            finally:
                systemd.notify("STOPPING=1")
                await self._thread.run(self._store.close)
                self._thread.close()

    def _samples(self) -> Iterable[Metric]:
        counts = self._ingest.counts
        yield counter("street_ingest_batches", "Batches stored", counts.batches)
        yield counter("street_ingest_readings", "Readings stored", counts.rows)
        yield counter("street_ingest_unknown_schema", "Batches whose schema had to be asked for", counts.unknown_schema)
        yield counter("street_ingest_rejected", "Batches rejected for good", counts.rejected)
        yield counter("street_ingest_unreadable", "Messages that are no batches", counts.unreadable)
        yield counter("street_ingest_store_failures", "Writes that the store did not take", counts.store_failures)
        yield gauge("street_ingest_connected", "Whether the broker is connected", self._ingest.mqtt.state.connected)

    def _health(self) -> dict[str, object]:
        connected = self._ingest.mqtt.state.connected
        works = self._ingest.store_works
        return {
            "ok": connected and works,
            "connected": connected,
            "store_works": works,
            "batches": self._ingest.counts.batches,
        }


def open_store(settings: StoreSettings) -> Store:
    """Open the store that a site file names.

    Raises:
        StoreUnavailable: the history's file can't be opened.
        SecretError: a password's file can't be used.
    """
    if settings.influx is not None:
        return InfluxStore(settings.influx)
    if settings.history is None:
        raise ValueError("the site file names no store")
    return HistoryStore(Path(settings.history.path))
