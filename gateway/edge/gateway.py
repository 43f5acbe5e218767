"""The composition of one gateway: lines read, the recorder writes to the journal, the uplink sends."""

import asyncio
import contextlib
import gc
import logging
import math
import socket
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from prometheus_client.core import Metric

from gateway import __version__
from gateway.config.site_file import EdgeSite
from gateway.edge.clock.corrector import CLOCK_NAMES, ClockCorrector
from gateway.edge.clock.trusted_time import Sources, TrustedTime
from gateway.edge.journal_upkeep import maintain_journal
from gateway.edge.lines import EdgeLines
from gateway.edge.renewal import CertificateRenewal, renewable_identity
from gateway.edge.telemetry import metrics
from gateway.edge.telemetry.lines_report import LinesReport, report
from gateway.edge.telemetry.reporter import Reporter
from gateway.host import clock, systemd
from gateway.host.http_server import listening, observability, serving
from gateway.host.machine import hardware_number, host_name
from gateway.host.mqtt import Broker, check_files
from gateway.host.threads import OneThread
from gateway.journal.entries import JournalLimits
from gateway.journal.gaps import gap_stream
from gateway.journal.journal import Journal
from gateway.journal.recorder import Recorder
from gateway.model.messages import GatewayState
from gateway.model.site import JournalSettings, UplinkSettings
from gateway.uplink.session import UplinkCallbacks, UplinkSession

log = logging.getLogger(__name__)

_BEHIND_TICKS = 0.15
"""How far behind the lines' ticks a flush is, as a share of its interval."""

STOP_S = 10.0
"""No stop takes longer. `gateway run` ends the process then, whatever hangs."""

_TASKS_S, _FLUSH_S, _DRAIN_S, _LEAVE_S, _CLOSE_S = 3.5, 4.5, 6.0, 7.5, 8.5
"""By when each part of a stop ends, in seconds after its beginning: lines and other tasks, the last flush, the wait for the receipts of the
last batches, the uplink, closing the journal. The rest is for the HTTP server. Batches without receipt are sent at the next start."""

_COLLECT_AFTER = 50_000
"""After so many more new than freed objects, the garbage collector runs. Readings wait for the next flush and are freed by it without the
collector; by default, after 700, it would look at each of them several times in between."""

_SILENT_S = 30.0
"""How long beyond its interval a flush may take before it counts as stalled."""


async def run_gateway(site: EdgeSite, stop: asyncio.Event) -> None:
    """Run the gateway of a site until told to stop. What can refuse a start comes before the journal, so it leaves no trace there.

    Raises:
        ListenError, SecretError: The address, or a file of the connection, can't be used.
        OSError, sqlite3.Error: The journal can't be used.
    """
    with listening(site.listen) as listener:
        check_files(_broker(site.uplink))
        await EdgeGateway(site).run(stop, listener)


class EdgeGateway:
    """One gateway; `run` lasts as long as the process."""

    def __init__(self, site: EdgeSite) -> None:
        self._me, self._listen, self._flush_s = site.id, site.listen, site.uplink.flush
        self._thread = OneThread("journal")
        self._flushed_s = math.inf
        time = TrustedTime(Sources(clock.up_ms, clock.day_ms, clock.rtc_ms, clock.is_synchronised), int(1000 * site.uplink.clock_wait))
        self._journal = Journal(Path(site.journal.path), _limits(site.journal), time.now_ms)
        with contextlib.ExitStack() as if_it_fails:
            if_it_fails.callback(self._journal.close)
            self._recorder = Recorder(self._journal, self._thread, lambda: time.clock)
            self._lines = EdgeLines(site, time.now_ms, self._recorder)
            self._reporter = Reporter(site.id.gateway, self._lines, time, self._recorder, site.uplink.tls.cert)
            self._recorder.register_gaps(gap_stream(site.id.gateway))
            self._recorder.store_schema()
            self._clock = ClockCorrector(time, self._journal, self._recorder, self._thread)
            self._clock.begin()
            self._renewal = self._make_renewal(site.uplink)
            self._uplink = self._make_uplink(site.uplink, time)
            if_it_fails.pop_all()

    def _make_uplink(self, settings: UplinkSettings, time: TrustedTime) -> UplinkSession:
        state = GatewayState("online", self._journal.epoch.hex(), clock.boot_id(), __version__)
        state.clock, state.host, state.hardware = CLOCK_NAMES[time.clock], host_name(), hardware_number()
        callbacks = UplinkCallbacks(
            ready=self._clock.ready,
            on_centre=self._on_centre,
            on_time=lambda answer: time.centre_answered(answer.asked_ms, answer.now_ms),
        )
        if self._renewal is not None:
            callbacks = callbacks._replace(on_renew=self._renewal.request, on_certificate=self._renewal.accept)
        return UplinkSession(
            self._me,
            _broker(settings),
            self._journal,
            self._thread,
            confirm=settings.confirm,
            state=state,
            now_ms=time.now_ms,
            callbacks=callbacks,
        )

    def _make_renewal(self, settings: UplinkSettings) -> CertificateRenewal | None:
        identity = renewable_identity(settings.tls)
        if identity is None:
            return None
        return CertificateRenewal(identity, lambda payload: self._uplink.mqtt.publish(self._me.topic("renewal"), payload))

    def _on_centre(self) -> None:
        self._clock.ask_centre(self._uplink)
        if self._renewal is not None:
            self._renewal.resume()

    async def run(self, stop: asyncio.Event, listener: socket.socket | None = None) -> None:
        """Read, journal and send until told to stop. Then finish running polls, write the last readings and wait for receipts.

        Metrics and health are served on the listener, if there is one, else on the site's address.
        """
        gc.set_threshold(_COLLECT_AFTER)
        with contextlib.ExitStack() as if_it_fails:
            if_it_fails.callback(self._journal.close)
            async with serving(observability(self._samples, self._health, {"/lines": self._lines_report}), listener or self._listen):
                if_it_fails.pop_all()
                await self._read_and_send(stop)

    async def _read_and_send(self, stop: asyncio.Event) -> None:
        uplink_stop, stopping = asyncio.Event(), _Stopping()
        uplink = asyncio.create_task(self._uplink.run(uplink_stop), name="uplink")
        try:
            await self._run_tasks(stop, uplink, stopping)
            systemd.notify("STOPPING=1")
            flush = asyncio.create_task(self._recorder.flush(), name="the last flush")
            await stopping.end_by(_FLUSH_S, flush)
            self._uplink.wake()
            if not await self._uplink.drained(stopping.left_s(_DRAIN_S)):
                log.warning("stopping with unconfirmed batches; they are sent at the next start")
        finally:
            uplink_stop.set()
            await stopping.end_by(_LEAVE_S, uplink)
            close = asyncio.create_task(self._thread.run(self._journal.close), name="closing the journal")
            await stopping.end_by(_CLOSE_S, close)
            self._thread.close(wait=close.done() and not close.cancelled())
        for task in (uplink, flush, close):
            if not task.cancelled():
                task.result()

    async def _run_tasks(self, stop: asyncio.Event, uplink: "asyncio.Task[None]", stopping: "_Stopping") -> None:
        """Run everything except the uplink until told to stop."""
        tasks = {f"line {owner.name}": line.run(stop) for owner, line in zip(self._lines.owners, self._lines.supervised, strict=True)} | {
            "flush": self._flush_periodically(stop),
            "journal": maintain_journal(self._journal, self._uplink, self._thread, stop, self._clock.trusted),
            "line quality": self._reporter.report_quality(stop),
            "completeness": self._reporter.report_completeness(stop),
            "health": self._reporter.report_health(stop, self._journal, self._thread),
            "uplink watch": _fail_with(uplink, stop),
        }
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(task, name=name) for name, task in tasks.items()]
            group.create_task(stopping.end_tasks(stop, running))
            systemd.notify("READY=1")
            devices = sum(len(owner.devices) for owner in self._lines.owners)
            log.info("gateway %s reads %d devices on %d lines", self._me.gateway, devices, len(self._lines.owners))

    async def _flush_periodically(self, stop: asyncio.Event) -> None:
        """Update the clock, write readings and the states of devices, and wake the uplink, at every interval and for every event."""
        watchdog_s = systemd.watchdog_interval_s()
        every_s, loop = min(self._flush_s, watchdog_s or self._flush_s), asyncio.get_running_loop()
        # Lines tick together on whole seconds. Just behind a tick few readings have to wait, and the machine is awake.
        self._flushed_s = loop.time()
        while not await self._wait_for_flush(stop, every_s - (loop.time() - _BEHIND_TICKS * every_s) % every_s):
            await self._clock.update(self._uplink)
            if await self._recorder.flush():
                self._uplink.wake()
            self._uplink.check_epoch()
            for state in self._lines.device_states:
                if state.changed:
                    await self._thread.run(state.flush)
            self._flushed_s = loop.time()
            if self._lines.check() and watchdog_s is not None:
                systemd.notify("WATCHDOG=1")

    async def _wait_for_flush(self, stop: asyncio.Event, timeout_s: float) -> bool:
        """Wait for the next flush or an event, which is flushed at once. Return whether to stop."""
        urgent = asyncio.ensure_future(self._recorder.urgent.wait())
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait((urgent, stopping), timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        urgent.cancel()
        stopping.cancel()
        return stop.is_set()

    def _samples(self) -> Iterable[Metric]:
        return metrics.samples(self._recorder, self._uplink, self._lines.owners)

    def _lines_report(self) -> bytes:
        return msgspec.json.encode(LinesReport(self._me.gateway, [report(owner) for owner in self._lines.owners]))

    def _health(self) -> dict[str, object]:
        connected = self._uplink.mqtt.state.connected
        broken, stalled = [owner.name for owner in self._lines.owners if owner.broken], self._lines.stalled
        clone = self._uplink.cloned_by
        flushing = asyncio.get_running_loop().time() - self._flushed_s < self._flush_s + _SILENT_S
        return {
            "ok": connected and flushing and not broken and not stalled and clone is None,
            "connected": connected,
            "cloned_by": clone,
            "flushing": flushing,
            "broken_lines": broken,
            "stalled_lines": stalled,
            "unconfirmed": len(self._uplink.sender.window),
            "readings": self._recorder.recorded,
        }


class _Stopping:
    """A stop under way: each part of it ends by a time after the stop was requested."""

    def __init__(self) -> None:
        self._began_s: float | None = None

    def left_s(self, by_s: float) -> float:
        """Return how long a part of the stop may take."""
        now_s = asyncio.get_running_loop().time()
        if self._began_s is None:
            self._began_s = now_s
        return max(0.0, self._began_s + by_s - now_s)

    async def end_by(self, by_s: float, *tasks: "asyncio.Task[Any]") -> None:
        """Wait for tasks, and cancel those that take too long."""
        _, late = await asyncio.wait(tasks, timeout=self.left_s(by_s))
        for task in late:
            log.error("%s takes too long to stop; going on without it", task.get_name())
            task.cancel()

    async def end_tasks(self, stop: asyncio.Event, tasks: Sequence["asyncio.Task[None]"]) -> None:
        """Cancel the tasks that have not ended in time after a stop was requested."""
        await stop.wait()
        await self.end_by(_TASKS_S, *tasks)


def _broker(settings: UplinkSettings) -> Broker:
    return Broker(settings.broker, settings.tls, settings.login)


def _limits(settings: JournalSettings) -> JournalLimits:
    return JournalLimits(settings.max_size, settings.max_age, settings.keep_stored)


async def _fail_with(task: "asyncio.Task[None]", stop: asyncio.Event) -> None:
    """Raise what a task raises that ends before it is told to: without it the gateway would go on half-dead, unnoticed."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        task.result()
