"""One gateway's composition: what reads, keeps and sends, wired together and run."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec
from prometheus_client.core import Metric

from gateway import __version__
from gateway.config.site_file import EdgeSite
from gateway.edge import journal_upkeep
from gateway.edge.clock.corrector import CLOCK_NAMES, ClockCorrector
from gateway.edge.clock.trusted_time import Sources, TrustedTime
from gateway.edge.lines import EdgeLines
from gateway.edge.telemetry import metrics
from gateway.edge.telemetry.lines_report import LinesReport, report
from gateway.edge.telemetry.reporter import Reporter
from gateway.host import clock, systemd
from gateway.host.http_server import observability, serving
from gateway.host.mqtt import Broker
from gateway.host.threads import OneThread
from gateway.journal.entries import JournalLimits
from gateway.journal.gaps import gap_stream
from gateway.journal.journal import Journal
from gateway.journal.recorder import Recorder
from gateway.model.messages import GatewayState
from gateway.model.reading import Reading
from gateway.model.site import JournalSettings
from gateway.model.stream import Schema, hash_of
from gateway.uplink.session import UplinkSession

log = logging.getLogger(__name__)

_BEHIND_TICKS = 0.15
"""Where in its interval a flush stands behind the lines' ticks."""

_DRAIN_S = 10.0
"""How long a stopping gateway waits for the receipts of its last batches; what has none is sent at the next start."""


class EdgeGateway:
    """One gateway; `run` lives as long as the process."""

    def __init__(self, site: EdgeSite) -> None:
        self._site, self._flush_s = site, site.uplink.flush
        self._thread = OneThread("journal")
        sources = Sources(clock.up_ms, clock.day_ms, clock.rtc_ms, clock.is_synchronised)
        time = TrustedTime(sources, int(1000 * site.uplink.clock_wait))
        self._readers = EdgeLines(site, time.now_ms, self._record)
        self._self_report = Reporter(site, self._readers, time, self._record)
        streams = [*self._readers.streams, *self._self_report.streams, gap_stream(site.id.gateway)]
        document = Schema(tuple(streams)).document()
        self._journal = _open_journal(site.journal, document, time.now_ms)
        events = [number for number, stream in enumerate(streams) if stream.measurement == "event"]
        self._recorder = Recorder(self._journal, self._thread, hash_of(document), lambda: time.clock, events, len(streams) - 1)
        self._clock = ClockCorrector(time, self._journal, self._recorder, self._thread)
        self._uplink = self._make_uplink(site, time)

    def _make_uplink(self, site: EdgeSite, time: TrustedTime) -> UplinkSession:
        state = GatewayState("online", self._journal.epoch.hex(), clock.boot_id(), __version__)
        state.clock = CLOCK_NAMES[time.clock]
        settings = site.uplink
        return UplinkSession(
            site.id,
            Broker(settings.broker, settings.tls, settings.login),
            self._journal,
            self._thread,
            confirm=settings.confirm,
            state=state,
            now_ms=time.now_ms,
            ready=self._clock.ready,
            on_centre=lambda: self._clock.ask_centre(self._uplink),
            on_time=lambda answer: time.told(answer.asked_ms, answer.now_ms),
        )

    def _record(self, first_stream: int, readings: Sequence[Reading]) -> None:
        self._recorder.record(first_stream, readings)

    async def run(self, stop: asyncio.Event) -> None:
        """Read, keep and send until told to stop; then end what was begun, write it, and wait a while for its receipts."""
        uplink_stop = asyncio.Event()
        async with serving(observability(self._samples, self._health, {"/lines": self._lines}), self._site.listen):
            uplink = asyncio.create_task(self._uplink.run(uplink_stop), name="uplink")
            try:
                await self._work(stop, uplink)
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

    async def _work(self, stop: asyncio.Event, uplink: "asyncio.Task[None]") -> None:
        """Run everything beside the uplink until told to stop."""
        owners, told = self._readers.owners, self._self_report
        async with asyncio.TaskGroup() as group:
            for owner in owners:
                group.create_task(owner.run(stop), name=f"line {owner.name}")
            group.create_task(self._flush(stop), name="flush")
            group.create_task(journal_upkeep.look_after(self._journal, self._uplink, self._thread, stop), name="journal")
            group.create_task(told.tell_quality(stop), name="line quality")
            group.create_task(told.tell_completeness(stop), name="completeness")
            group.create_task(told.tell_health(stop, self._journal, self._thread), name="health")
            group.create_task(_watch(uplink, stop), name="watch")
            systemd.notify("READY=1")
            devices = sum(len(owner.devices) for owner in owners)
            log.info("gateway %s reads %d devices on %d lines", self._site.id.gateway, devices, len(owners))

    async def _flush(self, stop: asyncio.Event) -> None:
        watchdog_s = systemd.watchdog_interval_s()
        every_s, loop = min(self._flush_s, watchdog_s or self._flush_s), asyncio.get_running_loop()
        # Lines that tick together do it on whole seconds; just behind them little has to wait, and the machine is awake.
        while not await self._until_flush(stop, every_s - (loop.time() - _BEHIND_TICKS * every_s) % every_s):
            await self._clock.look(self._uplink)
            if await self._recorder.flush():
                self._uplink.wake()
            self._uplink.follow_journal()
            for kept in self._readers.kept:
                if kept.changed:
                    await self._thread.run(kept.flush)
            if watchdog_s is not None:
                systemd.notify("WATCHDOG=1")

    async def _until_flush(self, stop: asyncio.Event, within_s: float) -> bool:
        """Wait for the next flush, or for an event, which does not wait for it; tells whether to stop."""
        urgent = asyncio.ensure_future(self._recorder.urgent.wait())
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait((urgent, stopping), timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        urgent.cancel()
        stopping.cancel()
        return stop.is_set()

    def _samples(self) -> Iterable[Metric]:
        return metrics.samples(self._recorder, self._uplink, self._readers.owners)

    def _lines(self) -> bytes:
        return msgspec.json.encode(LinesReport(self._site.id.gateway, [report(owner) for owner in self._readers.owners]))

    def _health(self) -> dict[str, object]:
        connected = self._uplink.mqtt.state.connected
        broken = [owner.name for owner in self._readers.owners if owner.broken]
        return {"ok": connected and not broken, "connected": connected, "broken_lines": broken,
                "unconfirmed": len(self._uplink.window), "readings": self._recorder.recorded}  # fmt: skip


def _open_journal(settings: JournalSettings, document: bytes, now_ms: Callable[[], int]) -> Journal:
    limits = JournalLimits(settings.max_size, settings.max_age, settings.keep_stored)
    journal = Journal(Path(settings.path), limits, now_ms)
    journal.keep_schema(hash_of(document), document)
    return journal


async def _watch(task: "asyncio.Task[None]", stop: asyncio.Event) -> None:
    """Let a task that ends before it is told to take the gateway with it: a half-dead one would go unnoticed."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        task.result()
