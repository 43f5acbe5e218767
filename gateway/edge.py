"""The edge: lines, journal and uplink of one gateway, wired together."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from gateway import __version__
from gateway.config.site import LoadedSite
from gateway.fieldbus.binding import Binder, BoundDevice
from gateway.fieldbus.build import bound_devices, build_line
from gateway.fieldbus.completeness import HOUR_S, Completeness
from gateway.fieldbus.driver import StreamReading
from gateway.fieldbus.kept import Kept
from gateway.fieldbus.learned import LearnedStore
from gateway.fieldbus.line import LineOwner
from gateway.fieldbus.line_quality import EVERY_S, quality_stream, quality_values
from gateway.fieldbus.programs import Programs
from gateway.fieldbus.refine import Memory, Refinery
from gateway.fieldbus.report import LinesReport, report
from gateway.fieldbus.supply import Supplies
from gateway.host import clock, systemd
from gateway.host.http import counter, gauge, observability, serving
from gateway.host.mqtt import Broker
from gateway.host.threads import OneThread
from gateway.host.ticker import Ticker
from gateway.host.waiting import stopped
from gateway.journal.gaps import gap_stream
from gateway.journal.journal import Journal, Limits
from gateway.journal.recorder import Recorder
from gateway.journal.trusted_time import Sources, TrustedTime
from gateway.model.batch import Clock
from gateway.model.messages import GatewayState
from gateway.model.site import Site, Uplink
from gateway.model.stream import Schema, Stream, hash_of
from gateway.model.topics import GatewayId
from gateway.uplink.health import EVERY_S as HEALTH_S
from gateway.uplink.health import Health, health_stream, health_values
from gateway.uplink.uplink import Uplink as UplinkTask

log = logging.getLogger(__name__)

_LOOK_EVERY_S, _PRUNE_EVERY_S = 5.0, 60.0
_BEHIND_TICKS = 0.15
"""Where in its interval a flush stands behind the lines' ticks."""

_DRAIN_S = 10.0
"""How long a stopping gateway waits for the receipts of its last batches; what has none is sent at the next start."""


_CLOCKS: dict[Clock, Literal["synced", "holdover", "unsynced"]] = {
    Clock.SYNCED: "synced", Clock.HOLDOVER: "holdover", Clock.UNSYNCED: "unsynced",
}  # fmt: skip

_DEVICE_COUNTS = {
    "sent": "Requests sent",
    "answered": "Requests answered",
    "timeouts": "Requests that nothing answered",
    "crc_errors": "Requests that noise answered",
    "exceptions": "Requests that the device refused",
    "late": "Answers after the time-out",
    "foreign": "Frames of others heard instead",
    "bytes": "Bytes on the line",
}


class Edge:
    """One gateway's composition; `run` lives as long as the process."""

    def __init__(self, loaded: LoadedSite) -> None:
        site = loaded.site
        if site.uplink is None or site.operator is None or site.gateway is None:
            raise ValueError("the site file describes no gateway")
        self._site, self._settings = site, site.uplink
        self._thread = OneThread("journal")
        self._time = TrustedTime(
            Sources(clock.up_ms, clock.day_ms, clock.rtc_ms, clock.is_synchronised), int(1000 * site.uplink.clock_wait)
        )
        streams: list[Stream] = []
        self._uncorrected_ms = 0
        self._first_stream: dict[str, int] = {}
        self._owners: list[LineOwner] = []
        self._learned = LearnedStore(state_folder(site) / "learned")
        self._memory = Kept(state_folder(site) / "devices", Memory, "what was kept")
        self._refineries: dict[str, Refinery] = {}
        binder, programs, ticker = Binder(site.assets), Programs(), Ticker()
        lines = [(line, bound_devices(line, binder, loaded.profiles)) for line in site.lines]
        supplies = Supplies(device for _, devices in lines for device in devices)
        for line, devices in lines:
            for device in devices:
                self._first_stream[device.id] = len(streams)
                refinery = Refinery(device, self._memory.recall(device.id))
                if not refinery.plain:
                    self._refineries[device.id] = refinery
                streams.extend(refinery.streams)
            driver, terms = build_line(line, devices, self._learned, self._time.now_ms, programs, ticker)
            self._owners.append(LineOwner(line.id, devices, driver, terms, self._take, self._time.now_ms, supplies, ticker))
        self._first_quality = len(streams)
        streams.extend(quality_stream(site.gateway, line.id, device) for line, devices in lines for device in devices)
        self._first_completeness = len(streams)
        self._completeness = {device.id: Completeness(site.gateway, line.id, device) for line, devices in lines for device in devices}
        streams.extend(one.stream for one in self._completeness.values())
        self._health_stream = len(streams)
        streams.append(health_stream(site.gateway))
        streams.append(gap_stream(site.gateway))
        document = Schema(tuple(streams)).document()
        self._journal = _open_journal(site, document, self._time.now_ms)
        events = [number for number, stream in enumerate(streams) if stream.measurement == "event"]
        self._recorder = Recorder(self._journal, self._thread, hash_of(document), lambda: self._time.clock, events, len(streams) - 1)
        self._uplink = self._make_uplink(GatewayId(site.site, site.operator, site.gateway), site.uplink)

    def _make_uplink(self, me: GatewayId, settings: Uplink) -> UplinkTask:
        state = GatewayState("online", self._journal.epoch.hex(), clock.boot_id(), __version__)
        state.clock = _CLOCKS[self._time.clock]
        broker = Broker(settings.broker, settings.tls, settings.login)
        return UplinkTask(
            me,
            broker,
            self._journal,
            self._thread,
            confirm=settings.confirm,
            state=state,
            now_ms=self._time.now_ms,
            ready=lambda: self._time.waited and not self._uncorrected_ms,
            on_centre=self._ask_centre,
            on_time=lambda answer: self._time.told(answer.asked_ms, answer.now_ms),
        )

    def _ask_centre(self) -> None:
        """Ask the centre for its time, where this machine has none of its own."""
        if self._time.wants_centre:
            self._uplink.ask_time(int(self._time.up_ms()))

    def _take(self, device: BoundDevice, readings: Sequence[StreamReading]) -> None:
        self._completeness[device.id].take(readings)
        refinery = self._refineries.get(device.id)
        if refinery is not None:
            readings = refinery.take(readings)
            memory = refinery.to_keep()
            if memory is not None:
                self._memory.keep(device.id, memory)
        self._recorder.record(self._first_stream[device.id], readings)

    async def run(self, stop: asyncio.Event) -> None:
        """Read, keep and send until told to stop; then end what was begun, write it, and wait a while for its receipts."""
        uplink_stop = asyncio.Event()
        async with serving(observability(self._samples, self._health, {"/lines": self._lines}), self._site.listen):
            uplink = asyncio.create_task(self._uplink.run(uplink_stop), name="uplink")
            try:
                async with asyncio.TaskGroup() as group:
                    for owner in self._owners:
                        group.create_task(owner.run(stop), name=f"line {owner.name}")
                    group.create_task(self._flush(stop), name="flush")
                    group.create_task(self._look_after_journal(stop), name="journal")
                    group.create_task(self._tell_quality(stop), name="line quality")
                    group.create_task(self._tell_completeness(stop), name="completeness")
                    group.create_task(self._tell_health(stop), name="health")
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
        every_s, loop = min(self._settings.flush, watchdog_s or self._settings.flush), asyncio.get_running_loop()
        # Lines that tick together do it on whole seconds; just behind them little has to wait, and the machine is awake.
        while not await self._until_flush(stop, every_s - (loop.time() - _BEHIND_TICKS * every_s) % every_s):
            await self._look_at_clock()
            if await self._recorder.flush():
                self._uplink.wake()
            self._uplink.follow_journal()
            for kept in (self._learned, self._memory):
                if kept.changed:
                    await self._thread.run(kept.flush)
            if watchdog_s is not None:
                systemd.notify("WATCHDOG=1")

    async def _look_at_clock(self) -> None:
        """See whether the clock can be trusted now, and correct what was read before and is still here."""
        self._ask_centre()
        before = self._time.clock
        move_ms, back = self._time.look()
        if back:
            self._recorder.go_back()
        if move_ms:
            self._recorder.move(move_ms)
            self._uncorrected_ms += move_ms
        if self._uncorrected_ms:
            await self._correct_journal(self._uncorrected_ms)
        elif self._journal.correcting:
            await self._take_back()
        if self._time.clock is not before:
            log.info("the clock is %s", _CLOCKS[self._time.clock])
            self._uplink.tell_clock(_CLOCKS[self._time.clock])

    async def _correct_journal(self, move_ms: int) -> None:
        """Correct what waits in the journal. Where the disk does not take that, nothing is sent until it does."""
        try:
            count = await self._thread.run(self._journal.correct, self._uplink.sent_up_to, move_ms, self._time.clock)
        except sqlite3.Error as error:
            log.error("the journal can't be corrected (%s): nothing is sent until it is", error)  # noqa: TRY400 — for the operator
            return
        self._uncorrected_ms = 0
        self._uplink.wake()
        log.warning("the clock was wrong by %.3f s: %d batches that were not sent are corrected", move_ms / 1000, count)

    async def _take_back(self) -> None:
        """Correct in the store what was sent before the clock could be trusted."""
        try:
            if await self._thread.run(self._journal.go_on_correcting):
                self._uplink.look_again()
        except sqlite3.Error as error:
            log.error("what was sent with a wrong time can't be corrected (%s): tried again later", error)  # noqa: TRY400 — for the operator

    async def _until_flush(self, stop: asyncio.Event, within_s: float) -> bool:
        """Wait for the next flush, or for an event, which does not wait for it; tells whether to stop."""
        urgent = asyncio.ensure_future(self._recorder.urgent.wait())
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait((urgent, stopping), timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        urgent.cancel()
        stopping.cancel()
        return stop.is_set()

    async def _look_after_journal(self, stop: asyncio.Event) -> None:
        """Prune the journal, and see whether `gateway journal replay` let some of it wait again."""
        loop = asyncio.get_running_loop()
        prune_at_s = loop.time() + _PRUNE_EVERY_S
        while not await stopped(stop, _LOOK_EVERY_S):
            prune = loop.time() >= prune_at_s
            if prune:
                prune_at_s = loop.time() + _PRUNE_EVERY_S
            try:
                await self._look_at_journal(prune=prune)
            except sqlite3.Error as error:
                log.error("the journal can't be looked after (%s): tried again later", error)  # noqa: TRY400 — for the operator
                await self._thread.run(self._journal.renew, error)

    async def _look_at_journal(self, *, prune: bool) -> None:
        if await self._thread.run(self._journal.changed_elsewhere):
            self._uplink.look_again()
        if prune:
            for document_hash in await self._thread.run(self._journal.prune):
                self._uplink.forget_schema(document_hash)

    async def _tell_quality(self, stop: asyncio.Event) -> None:
        """Record what was counted of each device's line, once a minute."""
        while not await stopped(stop, EVERY_S):
            t_ms = self._time.now_ms()
            told = [quality_values(*owner.quality(device)) for owner in self._owners for device in owner.devices]
            self._recorder.record(self._first_quality, [(number, t_ms, values, {}) for number, values in enumerate(told)])

    async def _tell_health(self, stop: asyncio.Event) -> None:
        """Record how the gateway itself is, once a minute."""
        begun_ms, path = clock.up_ms(), Path(self._site.journal.path)
        while not await stopped(stop, HEALTH_S):
            try:
                waiting = await self._thread.run(self._journal.waiting_batches)
            except sqlite3.Error as error:
                log.error("the journal can't be counted (%s)", error)  # noqa: TRY400 — for the operator
                continue
            load = max((sum(owner.quality(device)[1] for device in owner.devices) for owner in self._owners), default=0.0)
            health = Health((clock.up_ms() - begun_ms) / 1000, waiting, self._time.clock is Clock.SYNCED, load)
            t_ms = self._time.now_ms()
            values = health_values(health, path, self._settings.tls.cert, __version__, t_ms)
            self._recorder.record(self._health_stream, [(0, t_ms, values, {})])

    async def _tell_completeness(self, stop: asyncio.Event) -> None:
        """Record how much of what was due came, at every full hour of the clock, and at the end."""
        stopping = False
        while not stopping:
            begun_ms = self._time.now_ms()
            stopping = await stopped(stop, HOUR_S - begun_ms / 1000 % HOUR_S)
            t_ms = self._time.now_ms()
            told = [one.tell((t_ms - begun_ms) / 1000) for one in self._completeness.values()]
            self._recorder.record(self._first_completeness, [(number, t_ms, values, {}) for number, values in enumerate(told)])

    def _lines(self) -> bytes:
        return msgspec.json.encode(LinesReport(self._site.gateway or "", [report(owner) for owner in self._owners]))

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
        for name, what in (
            ("polls", "Polls begun"),
            ("silent", "Polls without any answer"),
            ("broken", "Times that the line itself failed"),
        ):
            yield _by_line(name, what, {owner.name: getattr(owner.counts, name) for owner in self._owners})
        yield _by_line("missed", "Ticks that passed unserved", {owner.name: owner.missed for owner in self._owners})
        yield from self._device_samples()

    def _device_samples(self) -> Iterable[Metric]:
        """Give what was counted of each device."""
        told = [(owner.name, device.id, *owner.quality(device)) for owner in self._owners for device in owner.devices]
        for name, what in _DEVICE_COUNTS.items():
            metric = CounterMetricFamily(f"street_device_{name}", what, labels=["line", "device"])
            for line, device, quality, _ in told:
                metric.add_metric([line, device], getattr(quality, name))
            yield metric
        trips = GaugeMetricFamily(
            "street_device_round_trip_seconds", "Round trip of the last answers", labels=["line", "device", "quantile"]
        )
        shares = GaugeMetricFamily("street_device_line_share", "Part of the line's time, from 0 to 1", labels=["line", "device"])
        for line, device, quality, share in told:
            shares.add_metric([line, device], share)
            for quantile, trip_s in (("0.5", quality.round_trip_p50_s), ("0.95", quality.round_trip_p95_s)):
                if trip_s is not None:
                    trips.add_metric([line, device, quantile], trip_s)
        yield from (trips, shares)

    def _health(self) -> dict[str, object]:
        connected = self._uplink.mqtt.state.connected
        broken = [owner.name for owner in self._owners if owner.broken]
        return {"ok": connected and not broken, "connected": connected, "broken_lines": broken,
                "unconfirmed": len(self._uplink.window), "readings": self._recorder.recorded}  # fmt: skip


def state_folder(site: Site) -> Path:
    """Give the folder for what the gateway learns of its devices."""
    return Path(site.state) if site.state else Path(site.journal.path).parent


def _by_line(name: str, what: str, values: dict[str, float]) -> Metric:
    metric = GaugeMetricFamily(f"street_line_{name}", what, labels=["line"])
    for line, value in values.items():
        metric.add_metric([line], value)
    return metric


def _open_journal(site: Site, document: bytes, now_ms: Callable[[], int]) -> Journal:
    limits = Limits(site.journal.max_size, site.journal.max_age, site.journal.keep_stored)
    journal = Journal(Path(site.journal.path), limits, now_ms)
    journal.keep_schema(hash_of(document), document)
    return journal


async def _watch(task: "asyncio.Task[None]", stop: asyncio.Event) -> None:
    """Let a task that ends before it is told to take the gateway with it: a half-dead one would go unnoticed."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        task.result()
