"""The composition of one gateway: lines read, the recorder writes to the journal, the uplink sends."""

import asyncio
import contextlib
import gc
import logging
import socket
from collections.abc import Iterable
from pathlib import Path
from time import monotonic

import msgspec
from prometheus_client.core import Metric

from gateway.config.site_file import EdgeSite
from gateway.edge.clock.corrector import ClockCorrector
from gateway.edge.clock.trusted_time import Sources, TrustedTime
from gateway.edge.flushing import Flushing
from gateway.edge.journal_upkeep import maintain_journal
from gateway.edge.lines import EdgeLines
from gateway.edge.recovery.watch import watch_connection
from gateway.edge.services.parts import GatewayParts
from gateway.edge.technician import serving_technician
from gateway.edge.telemetry import metrics
from gateway.edge.telemetry.lines_report import LinesReport, report
from gateway.edge.telemetry.reporter import Reporter
from gateway.edge.timed_stop import TimedStop
from gateway.edge.uplink import EdgeUplink, broker_of
from gateway.host import clock, systemd
from gateway.host.http_server import listening, observability, serving
from gateway.host.mqtt import check_files
from gateway.host.threads import OneThread
from gateway.journal.entries import JournalLimits
from gateway.journal.gaps import gap_stream
from gateway.journal.journal import Journal
from gateway.journal.recorder import Recorder
from gateway.model.site.uplink import JournalSettings

log = logging.getLogger(__name__)

STOP_S = 10.0
"""No stop takes longer. `gateway run` ends the process then, whatever hangs."""

_TASKS_S, _FLUSH_S, _DRAIN_S, _LEAVE_S, _CLOSE_S = 3.5, 4.5, 6.0, 7.5, 8.5
"""By when each part of a stop ends, in seconds after its beginning: lines and other tasks, the last flush, the wait for the receipts of the
last batches, the uplink, closing the journal. The rest is for the HTTP server. Batches without receipt are sent at the next start."""

_COLLECT_AFTER = 50_000
"""After so many more new than freed objects, the garbage collector runs. Readings wait for the next flush and are freed by it without the
collector; by default, after 700, it would look at each of them several times in between."""


async def run_gateway(site: EdgeSite, stop: asyncio.Event) -> None:
    """Run the gateway of a site until told to stop. What can refuse a start comes before the journal, so it leaves no trace there.

    Raises:
        ListenError, SecretError: The address, or a file of the connection, can't be used.
        OSError, sqlite3.Error: The journal can't be used.
    """
    with listening(site.listen) as listener:
        check_files(broker_of(site.uplink))
        await EdgeGateway(site).run(stop, listener)


class EdgeGateway:
    """One gateway; `run` lasts as long as the process."""

    def __init__(self, site: EdgeSite) -> None:
        self._site = site
        self._thread = OneThread("journal")
        time = TrustedTime(Sources(clock.up_ms, clock.day_ms, clock.rtc_ms, clock.is_synchronised), int(1000 * site.uplink.clock_wait))
        self._journal = Journal(Path(site.journal.path), _limits(site.journal), time.now_ms)
        with contextlib.ExitStack() as if_it_fails:
            if_it_fails.callback(self._journal.close)
            self._recorder = Recorder(self._journal, self._thread, lambda: time.clock)
            self._lines = EdgeLines(site, time.now_ms, self._recorder)
            self._reporter = Reporter(site.id.gateway, self._lines, time, self._recorder, site.uplink.tls.cert, site.state)
            self._recorder.register_gaps(gap_stream(site.id.gateway))
            self._recorder.store_schema()
            self._clock = ClockCorrector(time, self._journal, self._recorder, self._thread)
            self._clock.begin()
            self._uplink = EdgeUplink(site, self._journal, self._thread, time, self._clock)
            self._flushing = Flushing(site.uplink.flush, self._recorder, self._lines, self._clock, self._uplink, self._thread)
            if_it_fails.pop_all()

    async def change(self, site: EdgeSite) -> None:
        """Change to another site while the gateway runs: lines that do not change go on without a missed tick, and so does the journal.

        The gateway's name, its journal's file, its folder and its address stay as they are: what they are is known when it starts.
        """
        await self._lines.end_changed(site)
        # From here to the end of the new schema nothing is awaited: every reading needs a stream.
        self._recorder.begin_schema()
        self._lines.change(site)
        self._reporter.register(self._recorder, site.uplink.tls.cert)
        self._recorder.register_gaps(gap_stream(site.id.gateway))
        self._recorder.end_schema()
        self._site = site
        self._journal.retention.limits = _limits(site.journal)
        self._flushing.every_s = site.uplink.flush
        self._uplink.change(site.uplink)
        self._site = site
        await self._flushing.store_schema()

    async def run(self, stop: asyncio.Event, listener: socket.socket | None = None) -> None:
        """Read, journal and send until told to stop. Then finish running polls, write the last readings and wait for receipts.

        Metrics and health are served on the listener, if there is one, else on the site's address.
        """
        gc.set_threshold(_COLLECT_AFTER)
        with contextlib.ExitStack() as if_it_fails:
            if_it_fails.callback(self._journal.close)
            async with serving(observability(self._samples, self._health, {"/lines": self._lines_report}), listener or self._site.listen):
                if_it_fails.pop_all()
                async with serving_technician(self._parts):
                    await self._read_and_send(stop)

    async def _read_and_send(self, stop: asyncio.Event) -> None:
        uplink_stop, stopping = asyncio.Event(), TimedStop()
        uplink = asyncio.create_task(self._uplink.run(uplink_stop), name="uplink")
        try:
            await self._run_tasks(stop, uplink, stopping)
            systemd.notify("STOPPING=1")
            flush = asyncio.create_task(self._recorder.flush(), name="the last flush")
            await stopping.end_by(_FLUSH_S, flush)
            self._uplink.session.wake()
            if not await self._uplink.session.drained(stopping.left_s(_DRAIN_S)):
                log.warning("stopping with unconfirmed batches; what is on disk is sent at the next start")
        finally:
            uplink_stop.set()
            await stopping.end_by(_LEAVE_S, uplink)
            close = asyncio.create_task(self._thread.run(self._journal.close), name="closing the journal")
            await stopping.end_by(_CLOSE_S, close)
            self._thread.close(wait=close.done() and not close.cancelled())
        for task in (uplink, flush, close):
            if task.done() and not task.cancelled():
                task.result()

    async def _run_tasks(self, stop: asyncio.Event, uplink: "asyncio.Task[None]", stopping: TimedStop) -> None:
        """Run everything except the uplink until told to stop."""
        tasks = {
            "lines": self._lines.run(stop),
            "flush": self._flushing.run(stop),
            "journal": maintain_journal(self._journal, self._uplink, self._thread, stop, self._clock.trusted, self._reporter.report_memory),
            "line quality": self._reporter.report_quality(stop),
            "completeness": self._reporter.report_completeness(stop),
            "health": self._reporter.report_health(stop, self._journal, self._thread),
            "recovery": watch_connection(
                self._site.state, lambda: self._site.uplink.recovery, lambda: self._uplink.session.mqtt.state.connected, stop
            ),
            "uplink watch": _fail_with(uplink, stop),
        }
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(task, name=name) for name, task in tasks.items()]
            group.create_task(stopping.end_tasks(stop, _TASKS_S, running))
            systemd.notify("READY=1")
            devices = sum(len(owner.devices) for owner in self._lines.owners)
            log.info("gateway %s reads %d devices on %d lines", self._site.id.gateway, devices, len(self._lines.owners))

    def _parts(self) -> GatewayParts:
        return GatewayParts(
            self._site,
            self._lines,
            self._uplink.session,
            self._journal,
            self._recorder,
            self._thread,
            self._clock,
            self._health,
            self.change,
            self._uplink.inbox,
            self._uplink.works,
            self._uplink.reports,
        )

    def _samples(self) -> Iterable[Metric]:
        return metrics.samples(self._recorder, self._uplink.session, self._lines.owners)

    def _lines_report(self) -> bytes:
        return msgspec.json.encode(LinesReport(self._site.id.gateway, [report(owner) for owner in self._lines.owners]))

    def _health(self) -> dict[str, object]:
        session = self._uplink.session
        connected, clone, flushing = session.mqtt.state.connected, session.cloned_by, not self._flushing.stalled
        durable = self._recorder.durable
        broken, stalled = [owner.name for owner in self._lines.owners if owner.broken], self._lines.stalled
        return {
            "ok": connected and flushing and durable and not broken and not stalled and clone is None,
            "connected": connected,
            "cloned_by": clone,
            "flushing": flushing,
            "durable": durable,
            "slowest_write_s": self._recorder.writes.slowest_s(monotonic()),
            "broken_lines": broken,
            "stalled_lines": stalled,
            "unconfirmed": len(session.sender.window),
            "readings": self._recorder.recorded,
        }


def _limits(settings: JournalSettings) -> JournalLimits:
    return JournalLimits(settings.max_size, settings.max_age, settings.keep_stored)


async def _fail_with(task: "asyncio.Task[None]", stop: asyncio.Event) -> None:
    """Raise what a task raises that ends before it is told to: without it the gateway would go on half-dead, unnoticed."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        task.result()
