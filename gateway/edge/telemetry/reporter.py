"""The gateway's readings of itself: the quality of its lines, the completeness of its readings, and its own health."""

import asyncio
import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from gateway import __version__
from gateway.edge.clock.trusted_time import TrustedTime
from gateway.edge.completeness import HOUR_S
from gateway.edge.lines import EdgeLines
from gateway.edge.telemetry.health import EVERY_S as HEALTH_S
from gateway.edge.telemetry.health import GatewayHealth, alarm_stream, health_stream, health_values, memory_alarm
from gateway.edge.telemetry.line_quality import EVERY_S as QUALITY_S
from gateway.edge.telemetry.line_quality import quality_stream, quality_values
from gateway.edge.telemetry.slow_writes import SlowWriteAlarm, slow_write_alarm
from gateway.host import clock
from gateway.host.stopping import wait_for_stop
from gateway.host.threads import OneThread
from gateway.journal.journal import Journal
from gateway.journal.recorder import Recorder
from gateway.model.batch import Clock, Value
from gateway.model.reading import Reading

log = logging.getLogger(__name__)


class Reporter:
    """Records what the gateway reports about itself. Its streams are registered with the recorder, again when lines have changed."""

    def __init__(self, gateway: str, lines: EdgeLines, time: TrustedTime, recorder: Recorder, certificate: str | None, state: Path) -> None:
        self._gateway, self._lines, self._time = gateway, lines, time
        self._slow_writes = SlowWriteAlarm(state, recorder.writes, monotonic())
        self.register(recorder, certificate)

    def register(self, recorder: Recorder, certificate: str | None) -> None:
        """Register the streams of the lines as they are now. `certificate` is the file whose end is part of the health."""
        gateway, lines, self._certificate = self._gateway, self._lines, certificate
        quality = [quality_stream(gateway, owner.name, device) for owner in lines.owners for device in owner.devices]
        self._write_quality = recorder.register(quality)
        self._write_completeness = recorder.register([one.stream for one in lines.completeness.values()])
        self._write_health = recorder.register([health_stream(gateway)])
        self._write_alarm = recorder.register([alarm_stream(gateway)])

    def report_memory(self, active: bool) -> None:  # noqa: FBT001 — the only argument of a callback
        """Record that readings are in memory, because the disk is full, or that they are on disk again."""
        self._write_alarm(self._readings([memory_alarm(active=active)]))

    def report_slow_writes(self) -> None:
        """Record that the disk has become slow, or is fast again."""
        active = self._slow_writes.change(monotonic())
        if active is not None:
            self._write_alarm(self._readings([slow_write_alarm(active=active)]))

    async def report_quality(self, stop: asyncio.Event) -> None:
        """Record the line quality of each device once a minute."""
        while not await wait_for_stop(stop, QUALITY_S):
            values = [quality_values(owner.quality(device)) for owner in self._lines.owners for device in owner.devices]
            self._write_quality(self._readings(values))

    async def report_completeness(self, stop: asyncio.Event) -> None:
        """Record the completeness of each device's readings at every full hour, and at the end."""
        stopping = False
        while not stopping:
            started_ms = self._time.now_ms()
            stopping = await wait_for_stop(stop, HOUR_S - started_ms / 1000 % HOUR_S)
            now_ms = self._time.now_ms()
            values = [one.report((now_ms - max(started_ms, one.since_ms)) / 1000) for one in self._lines.completeness.values()]
            self._write_completeness(self._readings(values))

    async def report_health(self, stop: asyncio.Event, journal: Journal, thread: OneThread) -> None:
        """Record the gateway's health once a minute, and whether its disk is slow."""
        started_ms = clock.up_ms()
        while not await wait_for_stop(stop, HEALTH_S):
            self.report_slow_writes()
            try:
                waiting = await thread.run(journal.waiting_batches)
            except sqlite3.Error as error:
                log.error("can't count the batches in the journal (%s)", error)  # noqa: TRY400 — a traceback does not help the operator
                continue
            owners = self._lines.owners
            load = max((sum(owner.quality(device).share for device in owner.devices) for owner in owners), default=0.0)
            health = GatewayHealth((clock.up_ms() - started_ms) / 1000, waiting, self._time.clock is Clock.SYNCED, load)
            values = health_values(health, journal.file.path, self._certificate, __version__, self._time.now_ms())
            self._write_health(self._readings([values]))

    def _readings(self, values: Sequence[list[Value]]) -> list[Reading]:
        t_ms = self._time.now_ms()
        return [Reading(number, t_ms, one, {}) for number, one in enumerate(values)]
