"""One owner a line: it alone speaks there, asks each device when it is due, and hands on what came."""

import asyncio
import heapq
import logging
import math
import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

from gateway.fieldbus.binding import BoundDevice
from gateway.fieldbus.driver import Driver, StreamReading, nothing
from gateway.fieldbus.wire import WireError
from gateway.model.quality import Quality, is_bad

log = logging.getLogger(__name__)

_REOPEN_FIRST_S, _REOPEN_LAST_S = 0.5, 30.0
"""How long a line whose port is gone is left alone before it is opened again: doubled each time, with jitter."""

_EARLY_S = 0.001
"""Timers of uvloop go by milliseconds and may end a part of one early: waiting again for the rest would be spinning."""

Sink = Callable[[BoundDevice, StreamReading], None]


class LineCounts:
    """What one line did, for its operator."""

    def __init__(self) -> None:
        self.polls = 0
        self.silent = 0
        self.missed = 0
        self.broken = 0


class _Due(NamedTuple):
    """When a device is next asked (monotonic seconds); heaps order by it."""

    at_s: float
    number: int


class LineOwner:
    """Owns one line."""

    def __init__(self, name: str, devices: Sequence[BoundDevice], driver: Driver, sink: Sink, now_ms: Callable[[], int]) -> None:
        self.name, self.devices = name, devices
        self.counts = LineCounts()
        self._driver, self._sink, self._now_ms = driver, sink, now_ms
        self._silent: set[str] = set()
        self._reopen_at_s = 0.0
        self._reopen_after_s = _REOPEN_FIRST_S
        self._pause: asyncio.Future[None] | None = None

    @property
    def broken(self) -> bool:
        """Whether the line's port is gone."""
        return self._reopen_after_s > _REOPEN_FIRST_S

    async def run(self, stop: asyncio.Event) -> None:
        """Ask every device when it is due until told to stop; a poll that has begun is ended first."""
        loop = asyncio.get_running_loop()
        # All lines tick together, on whole seconds: one wake-up serves them all, where fifty would cost twice the CPU. Devices that are
        # asked more rarely begin in different seconds, so that a line is not asked everything at once.
        start_s = math.ceil(loop.time())
        due = [_Due(start_s + number % max(1, int(device.every_s)), number) for number, device in enumerate(self.devices)]
        heapq.heapify(due)
        stopped = asyncio.create_task(self._wake_at(stop))
        try:
            while not stop.is_set():
                next_ = due[0]
                if next_.at_s - loop.time() > _EARLY_S:
                    await self._pause_until(next_.at_s)
                    continue
                device = self.devices[next_.number]
                await self._poll(device)
                heapq.heapreplace(due, _Due(self._next(next_.at_s, device.every_s, loop.time()), next_.number))
        finally:
            stopped.cancel()
            self._driver.close()

    async def _pause_until(self, at_s: float) -> None:
        """Wait for a time, or for the word to stop: one timer, no task."""
        loop = asyncio.get_running_loop()
        self._pause = pause = loop.create_future()
        timer = loop.call_at(at_s, _end, pause)
        await pause
        timer.cancel()

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        if self._pause is not None:
            _end(self._pause)

    def _next(self, was_s: float, every_s: float, now_s: float) -> float:
        """Give the next tick after now; those that passed meanwhile are counted, never made up for."""
        missed = max(0, int((now_s - was_s) / every_s))
        self.counts.missed += missed
        return was_s + (missed + 1) * every_s

    async def _poll(self, device: BoundDevice) -> None:
        loop = asyncio.get_running_loop()
        self.counts.polls += 1
        if loop.time() < self._reopen_at_s:
            readings = nothing(device, Quality.BadNotConnected, self._now_ms())
        else:
            try:
                readings = await self._driver.read(device)
                self._reopen_after_s = _REOPEN_FIRST_S
            except WireError as error:
                self._broken(error)
                readings = nothing(device, Quality.BadNotConnected, self._now_ms())
        self._note(device, readings)
        for reading in readings:
            self._sink(device, reading)

    def _broken(self, error: WireError) -> None:
        self._driver.close()
        self.counts.broken += 1
        log.warning("line %s: %s", self.name, error)
        self._reopen_at_s = asyncio.get_running_loop().time() + self._reopen_after_s * random.uniform(0.75, 1.25)  # noqa: S311 — jitter
        self._reopen_after_s = min(_REOPEN_LAST_S, 2 * self._reopen_after_s)

    def _note(self, device: BoundDevice, readings: Sequence[StreamReading]) -> None:
        """Log a device that falls silent, or speaks again, once."""
        bad = all(is_bad(code) for reading in readings for code in reading.quality.values())
        silent = bad and all(value is None for reading in readings for value in reading.values)
        if silent:
            self.counts.silent += 1
        if silent and device.id not in self._silent:
            self._silent.add(device.id)
            log.warning("line %s: device %s does not answer", self.name, device.id)
        elif not silent and device.id in self._silent:
            self._silent.remove(device.id)
            log.info("line %s: device %s answers again", self.name, device.id)


def _end(pause: "asyncio.Future[None]") -> None:
    if not pause.done():
        pause.set_result(None)
