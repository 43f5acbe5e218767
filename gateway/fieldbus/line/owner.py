"""One owner a line: it alone speaks there, serves commands first, asks each device when it is due, and hands on what came."""

import asyncio
import logging
import math
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.counters import LineQuality
from gateway.fieldbus.line.driver_port import Driver, Poll, ReadRequest, empty_readings
from gateway.fieldbus.line.power import PowerSupplies
from gateway.fieldbus.line.schedule import EARLY_S, Schedule, Turn
from gateway.fieldbus.wire.port import WireError
from gateway.host.shared_timer import SharedTimer
from gateway.model.quality import Quality
from gateway.model.reading import Reading

log = logging.getLogger(__name__)

_REOPEN_FIRST_S, _REOPEN_LAST_S = 0.5, 30.0
"""How long a line whose port is gone is left alone before it is opened again: doubled each time, with jitter."""

Sink = Callable[[BoundDevice, Sequence[Reading]], None]
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
        supplies: PowerSupplies | None = None,
        ticker: SharedTimer | None = None,
    ) -> None:
        self.name, self.devices = name, devices
        self.counts = LineCounts()
        self._driver, self._terms, self._sink, self._now_ms = driver, terms, sink, now_ms
        self._supplies, self._ticker = supplies or PowerSupplies(devices), ticker or SharedTimer()
        self._schedule: Schedule | None = None
        self._commands: deque[Command] = deque()
        self._quiet: set[int] = set()
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
                turns = self._turns(self._schedule, now_s)
                if turns:
                    await self._serve(turns, self._schedule)
                    continue
                wake_s = self._schedule.wake_s(now_s)
                if wake_s - now_s > EARLY_S:
                    await self._pause_until(wake_s)
        finally:
            stopped.cancel()
            self._driver.close()

    async def _pause_until(self, at_s: float) -> None:
        """Wait for a time, for a command, or for the word to stop; an older call of the ticker may end it early, which costs one look."""
        loop = asyncio.get_running_loop()
        self._pause = pause = loop.create_future()
        if at_s < math.inf:
            self._ticker.call_at(at_s, self._end_pause)
        await pause

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._end_pause()

    def _end_pause(self) -> None:
        if self._pause is not None and not self._pause.done():
            self._pause.set_result(None)

    def _turns(self, schedule: Schedule, now_s: float) -> list[Turn]:
        """Give what is to be done now: one turn, or, where lines are fast and tick together, all."""
        if self._terms.whole_seconds:
            return schedule.round(now_s)
        turn = schedule.next(now_s)
        return [turn] if turn is not None else []

    async def _serve(self, turns: Sequence[Turn], schedule: Schedule) -> None:
        """Do turns, and hand on what they bring."""
        now_s, first = asyncio.get_running_loop().time(), turns[0]
        if first.instead is not None:
            self._say_nothing(turns, schedule, first.instead)
        elif now_s < self._reopen_at_s:
            if first.deadline_s == math.inf:
                await self._pause_until(self._reopen_at_s)
            self._say_nothing(turns, schedule, Quality.BadNotConnected)
        else:
            self.counts.polls += len(turns)
            service = _Service(self, schedule, turns, now_s)
            try:
                await self._driver.read([ReadRequest(self.devices[turn.device], turn.streams) for turn in turns], service)
            except WireError as error:
                self._broken(error)
                self._say_nothing(service.left, schedule, Quality.BadNotConnected)
            else:
                self._reopen_after_s = _REOPEN_FIRST_S

    def _say_nothing(self, turns: Sequence[Turn], schedule: Schedule, why: Quality) -> None:
        """Hand on that nothing is to be had of devices, and why."""
        now_s = asyncio.get_running_loop().time()
        for turn in turns:
            device = self.devices[turn.device]
            schedule.done(turn, now_s, now_s, answered=None)
            self._sink(device, empty_readings(device, turn.streams, why, self._now_ms()))

    def hand_on(self, turn: Turn, poll: Poll) -> None:
        """Hand on what a turn brought."""
        device = self.devices[turn.device]
        if not poll.answered or self._quiet:
            self._note(turn.device, poll)
        if self._supplies.feeds(device.id):
            self._supplies.take(device.id, poll.readings)
        self._sink(device, poll.readings)

    @property
    def commanded(self) -> bool:
        """Whether commands wait."""
        return bool(self._commands)

    async def interlude(self, schedule: Schedule, deadline_s: float) -> None:
        """Between two exchanges: commands, and due reads that can't wait for what is being done."""
        while self._commands:
            await self._commands.popleft()()
        loop = asyncio.get_running_loop()
        while (turn := schedule.urgent(loop.time(), deadline_s)) is not None:
            await self._serve([turn], schedule)

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


class _Service:
    """Turns that are being done: takes what they bring, one after the other."""

    def __init__(self, owner: LineOwner, schedule: Schedule, turns: Sequence[Turn], began_s: float) -> None:
        self._owner, self._schedule, self._turns, self._began_s = owner, schedule, turns, began_s
        self._time = asyncio.get_running_loop().time
        self._done = 0

    @property
    def left(self) -> Sequence[Turn]:
        """The turns of which nothing came yet."""
        return self._turns[self._done :]

    def taken(self, poll: Poll) -> None:
        """Take what came of the next turn."""
        turn, now_s = self._turns[self._done], self._time()
        self._done += 1
        self._schedule.done(turn, self._began_s, now_s, answered=poll.answered)
        self._began_s = now_s
        self._owner.hand_on(turn, poll)

    def interrupts(self) -> bool:
        """Tell whether a command came, or something fell due."""
        return self._owner.commanded or self._schedule.fell_due(self._time())

    async def interlude(self) -> None:
        """Do what is more urgent than the turn that is being done; its own time does not count that."""
        paused_s = self._time()
        await self._owner.interlude(self._schedule, self._turns[self._done].deadline_s)
        self._began_s += self._time() - paused_s
