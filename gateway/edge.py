"""The edge: lines, journal and uplink of one gateway, wired together."""

import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily, Metric

from gateway import __version__
from gateway.config.site import LoadedSite
from gateway.fieldbus.binding import BoundDevice
from gateway.fieldbus.build import bound_devices, driver_of
from gateway.fieldbus.driver import StreamReading
from gateway.fieldbus.line import LineOwner
from gateway.host import clock, systemd
from gateway.host.http import counter, gauge, observability, serving
from gateway.host.mqtt import Broker
from gateway.host.threads import OneThread
from gateway.host.waiting import stopped
from gateway.journal.journal import Journal, Limits
from gateway.journal.recorder import Recorder
from gateway.model.batch import Clock
from gateway.model.messages import GatewayState
from gateway.model.site import Site, Uplink
from gateway.model.stream import Schema, Stream, hash_of
from gateway.model.topics import GatewayId
from gateway.uplink.uplink import Uplink as UplinkTask

log = logging.getLogger(__name__)

_PRUNE_EVERY_S = 60.0
_DRAIN_S = 10.0
"""How long a stopping gateway waits for the receipts of its last batches; what has none is sent at the next start."""


class Edge:
    """One gateway's composition; `run` lives as long as the process."""

    def __init__(self, loaded: LoadedSite) -> None:
        site = loaded.site
        if site.uplink is None or site.operator is None or site.gateway is None:
            raise ValueError("the site file describes no gateway")
        self._site, self._settings = site, site.uplink
        self._thread = OneThread("journal")
        streams: list[Stream] = []
        self._first_stream: dict[str, int] = {}
        self._owners: list[LineOwner] = []
        for line in site.lines:
            devices = bound_devices(line, site, loaded.profiles)
            for device in devices:
                self._first_stream[device.id] = len(streams)
                streams.extend(bound.stream for bound in device.streams)
            driver = driver_of(line, devices, clock.now_ms)
            self._owners.append(LineOwner(line.id, devices, driver, self._take, clock.now_ms))
        document = Schema(tuple(streams)).document()
        self._journal = _open_journal(site, document)
        self._recorder = Recorder(self._journal, self._thread, hash_of(document), _clock)
        self._uplink = self._make_uplink(GatewayId(site.site, site.operator, site.gateway), site.uplink)

    def _make_uplink(self, me: GatewayId, settings: Uplink) -> UplinkTask:
        state = GatewayState("online", self._journal.epoch.hex(), clock.boot_id(), __version__)
        state.clock = "synced" if _clock() is Clock.SYNCED else "unsynced"
        broker = Broker(settings.broker, settings.tls, settings.login)
        return UplinkTask(me, broker, self._journal, self._thread, confirm=settings.confirm, state=state, now_ms=clock.now_ms)

    def _take(self, device: BoundDevice, reading: StreamReading) -> None:
        self._recorder.record(self._first_stream[device.id] + reading.stream, reading.t_ms, reading.values, reading.quality)

    async def run(self, stop: asyncio.Event) -> None:
        """Read, keep and send until told to stop; then end what was begun, write it, and wait a while for its receipts."""
        uplink_stop = asyncio.Event()
        async with serving(observability(self._samples, self._health), self._site.listen):
            uplink = asyncio.create_task(self._uplink.run(uplink_stop), name="uplink")
            try:
                async with asyncio.TaskGroup() as group:
                    for owner in self._owners:
                        group.create_task(owner.run(stop), name=f"line {owner.name}")
                    group.create_task(self._flush(stop), name="flush")
                    group.create_task(self._prune(stop), name="prune")
                    group.create_task(_watch(uplink, stop), name="watch")
                    systemd.notify("READY=1")
                    log.info(
                        "gateway %s reads %d devices on %d lines",
                        self._site.gateway,
                        len(self._first_stream),
                        len(self._owners),
                    )
                systemd.notify("STOPPING=1")
                await self._recorder.flush()
                self._uplink.wake()
                if not await self._uplink.drained(_DRAIN_S):
                    log.warning("stopping with batches unconfirmed; they are sent at the next start")
            finally:
                uplink_stop.set()
                await uplink
                await self._thread.run(self._journal.close)
                self._thread.close()

    async def _flush(self, stop: asyncio.Event) -> None:
        watchdog_s = systemd.watchdog_interval_s()
        while not await stopped(stop, self._settings.flush):
            if await self._recorder.flush():
                self._uplink.wake()
            if watchdog_s is not None:
                systemd.notify("WATCHDOG=1")

    async def _prune(self, stop: asyncio.Event) -> None:
        while not await stopped(stop, _PRUNE_EVERY_S):
            for document_hash in await self._thread.run(self._journal.prune):
                self._uplink.forget_schema(document_hash)

    def _samples(self) -> Iterable[Metric]:
        counts, recorder = self._uplink.counts, self._recorder
        yield counter("street_readings", "Readings taken from the lines", recorder.recorded)
        yield counter("street_readings_dropped", "Readings dropped while the disk took nothing", recorder.dropped)
        yield counter("street_batches_sent", "Batches sent for the first time", counts.sent)
        yield counter("street_batches_resent", "Batches sent again", counts.resent)
        yield counter("street_bytes_sent", "Bytes of batches sent, repetitions included", counts.bytes)
        yield counter("street_batches_stored", "Batches that the centre stored", counts.stored)
        yield counter("street_batches_rejected", "Batches that the centre rejected", counts.rejected)
        yield gauge("street_batches_unconfirmed", "Batches sent and without receipt", len(self._uplink.window))
        yield gauge("street_uplink_connected", "Whether the broker is connected", self._uplink.mqtt.state.connected)
        for name, what in (("polls", "Polls begun"), ("silent", "Polls without any answer"), ("missed", "Ticks that passed unserved"),
                           ("broken", "Times that the line itself failed")):  # fmt: skip
            metric = GaugeMetricFamily(f"street_line_{name}", what, labels=["line"])
            for owner in self._owners:
                metric.add_metric([owner.name], getattr(owner.counts, name))
            yield metric

    def _health(self) -> dict[str, object]:
        connected = self._uplink.mqtt.state.connected
        broken = [owner.name for owner in self._owners if owner.broken]
        return {"ok": connected and not broken, "connected": connected, "broken_lines": broken,
                "unconfirmed": len(self._uplink.window), "readings": self._recorder.recorded}  # fmt: skip


def _clock() -> Clock:
    return Clock.SYNCED if clock.is_synchronised() else Clock.UNSYNCED


def _open_journal(site: Site, document: bytes) -> Journal:
    limits = Limits(site.journal.max_size, site.journal.max_age, site.journal.keep_stored)
    journal = Journal(Path(site.journal.path), limits, clock.now_ms)
    journal.keep_schema(hash_of(document), document)
    return journal


async def _watch(task: "asyncio.Task[None]", stop: asyncio.Event) -> None:
    """Let a task that ends before it is told to take the gateway with it: a half-dead one would go unnoticed."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        task.result()
