"""Flushes: at every interval, and at once for an event, readings and the states of devices are written, and the uplink is woken."""

import asyncio
import logging
import math
import sqlite3

from gateway.edge.clock.corrector import ClockCorrector
from gateway.edge.lines import EdgeLines
from gateway.edge.uplink import EdgeUplink
from gateway.host import systemd
from gateway.host.threads import OneThread
from gateway.journal.recorder import Recorder

log = logging.getLogger(__name__)

_BEHIND_TICKS = 0.15
"""How far behind the lines' ticks a flush is, as a share of its interval."""

_SILENT_S = 30.0
"""How long beyond its interval a flush may take before it counts as stalled."""


class Flushing:
    """Flushes while `run` lasts, every `every_s` seconds."""

    def __init__(
        self, every_s: float, recorder: Recorder, lines: EdgeLines, corrector: ClockCorrector, uplink: EdgeUplink, thread: OneThread
    ) -> None:
        self.every_s = every_s
        self._recorder, self._lines, self._thread = recorder, lines, thread
        self._corrector, self._uplink = corrector, uplink
        self._flushed_s = math.inf

    @property
    def stalled(self) -> bool:
        """Whether nothing was flushed for too long."""
        return asyncio.get_running_loop().time() - self._flushed_s >= self.every_s + _SILENT_S

    async def run(self, stop: asyncio.Event) -> None:
        """Flush until told to stop, and feed the watchdog while every line makes progress."""
        watchdog_s, loop = systemd.watchdog_interval_s(), asyncio.get_running_loop()
        self._flushed_s = loop.time()
        while not await self._wait(stop, self._wait_s(loop.time(), watchdog_s)):
            await self._corrector.update(self._uplink.session)
            if await self._recorder.flush():
                self._uplink.session.wake()
            self._uplink.session.check_epoch()
            for state in self._lines.device_states:
                if state.changed:
                    await self._thread.run(state.flush)
            self._flushed_s = loop.time()
            if self._lines.check() and watchdog_s is not None:
                systemd.notify("WATCHDOG=1")

    async def store_schema(self) -> None:
        """Store the schema document of changed streams, and publish it before the batches that refer to it.

        If the disk does not take it, the next flush tries again, and the centre asks for what it lacks.
        """
        try:
            name = await self._thread.run(self._recorder.store_schema)
            await self._uplink.session.publish_schema(name)
        except sqlite3.Error as error:
            log.warning("can't store the schema of the changed lines yet (%s)", error)

    def _wait_s(self, now_s: float, watchdog_s: float | None) -> float:
        """Return how long until the next flush.

        Lines tick together on whole seconds. Just behind a tick few readings have to wait, and the machine is awake.
        """
        every_s = min(self.every_s, watchdog_s or self.every_s)
        return every_s - (now_s - _BEHIND_TICKS * every_s) % every_s

    async def _wait(self, stop: asyncio.Event, timeout_s: float) -> bool:
        """Wait for the next flush or an event, which is flushed at once. Return whether to stop."""
        urgent = asyncio.ensure_future(self._recorder.urgent.wait())
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait((urgent, stopping), timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        urgent.cancel()
        stopping.cancel()
        return stop.is_set()
