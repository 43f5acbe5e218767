"""One owner a line: it alone speaks there, serves commands first, asks each device when it is due, and hands on what came."""

import asyncio
import logging
import math
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from gateway.fieldbus.binding import BoundDevice
from gateway.fieldbus.driver import Driver, Poll, StreamReading, nothing
from gateway.fieldbus.schedule import EARLY_S, Schedule, Turn
from gateway.fieldbus.supply import Supplies
from gateway.fieldbus.tally import LineQuality
from gateway.fieldbus.wire import WireError
from gateway.model.quality import Quality

log = logging.getLogger(__name__)

_REOPEN_FIRST_S, _REOPEN_LAST_S = 0.5, 30.0
"""How long a line whose port is gone is left alone before it is opened again: doubled each time, with jitter."""

Sink = Callable[[BoundDevice, Sequence[StreamReading]], None]
Command = Callable[[], Awaitable[None]]


class LineTerms(NamedTuple):
    """What a line's owner keeps to: what a request without answer costs, what share silent devices may take, how starts are staggered."""

    probe_s: float
    silent_share: float
    whole_seconds: bool


class LineCounts:
    """What one line did, for its operator."""

    def __init__(self) -> None:
        self.polls = 0
        self.silent = 0
        self.broken = 0


class LineOwner:
    """Owns one line."""

    def __init__(
        self,
        name: str,
        devices: Sequence[BoundDevice],
        driver: Driver,
        terms: LineTerms,
        sink: Sink,
        now_ms: Callable[[], int],
        supplies: Supplies | None = None,
    ) -> None:
        self.name, self.devices = name, devices
        self.counts = LineCounts()
        self._driver, self._terms, self._sink, self._now_ms = driver, terms, sink, now_ms
        self._supplies = supplies or Supplies(devices)
        self._schedule: Schedule | None = None
        self._commands: deque[Command] = deque()
        self._quiet: set[int] = set()
        self._deadline_s = math.inf
        self._started_s: float | None = None
        self._reopen_at_s = 0.0
        self._reopen_after_s = _REOPEN_FIRST_S
        self._pause: asyncio.Future[None] | None = None

    @property
    def broken(self) -> bool:
        """Whether the line's port is gone."""
        return self._reopen_after_s > _REOPEN_FIRST_S

    @property
    def missed(self) -> int:
        """How many ticks passed unserved."""
        return self._schedule.missed if self._schedule else 0

    def silent(self, device: int) -> bool:
        """Tell whether a device is left alone for its silence."""
        return self._schedule is not None and self._schedule.silent(device)

    def powered(self, device: int) -> bool:
        """Tell whether a device has power, as far as is known."""
        return self._supplies.powered(self.devices[device])

    def quality(self, device: BoundDevice) -> tuple[LineQuality, float]:
        """Give what was counted of a device, and the share of the line's time that it took."""
        counted = self._driver.tally(device.id).quality()
        running_s = asyncio.get_running_loop().time() - self._started_s if self._started_s is not None else 0.0
        return counted, counted.busy_s / running_s if running_s > 0 else 0.0

    def uncovered(self, device: BoundDevice) -> list[str]:
        """Give the names of a device's points that it refuses at present."""
        return self._driver.uncovered(device.id)

    def command(self, work: Command) -> None:
        """Let something be done on the line before any further read: within one exchange at the most."""
        self._commands.append(work)
        self._end_pause()

    async def run(self, stop: asyncio.Event) -> None:
        """Serve commands and ask every device when it is due until told to stop; what has begun is ended first."""
        loop = asyncio.get_running_loop()
        self._started_s = loop.time()
        self._schedule = Schedule(
            self.devices,
            # Where lines tick together they do it on whole seconds.
            math.ceil(self._started_s) if self._terms.whole_seconds else self._started_s,
            probe_s=self._terms.probe_s,
            share=self._terms.silent_share,
            jitter=lambda: random.uniform(0.75, 1.25),  # noqa: S311 — jitter
            powered=self._supplies.powered,
            whole_seconds=self._terms.whole_seconds,
        )
        stopped = asyncio.create_task(self._wake_at(stop))
        try:
            while not stop.is_set():
                now_s = loop.time()
                if self._commands:
                    await self._commands.popleft()()
                    continue
                turn = self._schedule.next(now_s)
                if turn is not None:
                    await self._serve(turn, self._schedule)
                    continue
                wake_s = self._schedule.wake_s(now_s)
                if wake_s - now_s > EARLY_S:
                    await self._pause_until(wake_s)
        finally:
            stopped.cancel()
            self._driver.close()

    async def _pause_until(self, at_s: float) -> None:
        """Wait for a time, for a command, or for the word to stop: one timer, no task."""
        loop = asyncio.get_running_loop()
        self._pause = pause = loop.create_future()
        timer = loop.call_at(at_s, _end, pause) if at_s < math.inf else None
        await pause
        if timer is not None:
            timer.cancel()

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._end_pause()

    def _end_pause(self) -> None:
        if self._pause is not None:
            _end(self._pause)

    async def _serve(self, turn: Turn, schedule: Schedule) -> None:
        """Do one turn, and hand on what it brought."""
        loop = asyncio.get_running_loop()
        device, began_s = self.devices[turn.device], loop.time()
        answered: bool | None = None
        if turn.instead is not None:
            readings = nothing(device, turn.streams, turn.instead, self._now_ms())
        elif began_s < self._reopen_at_s:
            if turn.deadline_s == math.inf:
                await self._pause_until(self._reopen_at_s)
            readings = nothing(device, turn.streams, Quality.BadNotConnected, self._now_ms())
        else:
            self.counts.polls += 1
            outer_s, self._deadline_s = self._deadline_s, turn.deadline_s
            try:
                poll = await self._driver.read(device, turn.streams, self._between)
                readings, answered = poll
                self._reopen_after_s = _REOPEN_FIRST_S
                self._note(turn.device, poll)
            except WireError as error:
                self._broken(error)
                readings = nothing(device, turn.streams, Quality.BadNotConnected, self._now_ms())
            finally:
                self._deadline_s = outer_s
        schedule.done(turn, began_s, loop.time(), answered=answered)
        if self._supplies.feeds(device.id):
            self._supplies.take(device.id, readings)
        self._sink(device, readings)

    async def _between(self) -> None:
        """Between two exchanges of one device: commands, and due reads of others that can't wait for the rest."""
        while self._commands:
            await self._commands.popleft()()
        schedule, loop = self._schedule, asyncio.get_running_loop()
        if schedule is not None:
            while (turn := schedule.urgent(loop.time(), self._deadline_s)) is not None:
                await self._serve(turn, schedule)

    def _broken(self, error: WireError) -> None:
        self._driver.close()
        self.counts.broken += 1
        log.warning("line %s: %s", self.name, error)
        self._reopen_at_s = asyncio.get_running_loop().time() + self._reopen_after_s * random.uniform(0.75, 1.25)  # noqa: S311 — jitter
        self._reopen_after_s = min(_REOPEN_LAST_S, 2 * self._reopen_after_s)

    def _note(self, device: int, poll: Poll) -> None:
        """Log a device that falls silent, or speaks again, once."""
        if not poll.answered:
            self.counts.silent += 1
            if device not in self._quiet:
                self._quiet.add(device)
                log.warning("line %s: device %s does not answer", self.name, self.devices[device].id)
        elif device in self._quiet:
            self._quiet.remove(device)
            log.info("line %s: device %s answers again", self.name, self.devices[device].id)


def _end(pause: "asyncio.Future[None]") -> None:
    if not pause.done():
        pause.set_result(None)
