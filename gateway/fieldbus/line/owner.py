"""The owner of a line: the only one that speaks there. It executes commands first and polls each device when it is due."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.command_queue import CommandQueue
from gateway.fieldbus.line.commands import Command, Outcome, OutcomeStatus
from gateway.fieldbus.line.counters import LineCounts, LineQuality
from gateway.fieldbus.line.delivery import Delivery, OvertakenPolls, Sink
from gateway.fieldbus.line.driver_port import Driver, LatePoll, Poll, ReadRequest
from gateway.fieldbus.line.guarded_driver import DriverFault, GuardedDriver
from gateway.fieldbus.line.lending import LONGEST_S, Lending
from gateway.fieldbus.line.port_recovery import PortRecovery
from gateway.fieldbus.line.power import PowerSupplies
from gateway.fieldbus.line.schedule import Schedule
from gateway.fieldbus.line.ticks import EARLY_S, Turn
from gateway.fieldbus.line.wakeup import Wakeup
from gateway.fieldbus.wire.port import WireError
from gateway.host.backoff import jitter
from gateway.host.shared_timer import SharedTimer
from gateway.model.quality import Quality

log = logging.getLogger(__name__)

_STALLED_PATIENCES = 3
"""A driver's call ends after two patiences without progress; a line that has made none for three does not end it."""


class LineTerms(NamedTuple):
    """How a line is polled.

    `probe_s` is the cost of a request without response, `silent_share` the part of the line that silent devices may take, from 0 to 1;
    with `whole_seconds`, starts are staggered by whole seconds and all due devices are polled in one go. `patience_s` is longer than
    any request takes: nothing happens on a line for so long only because of a fault.
    """

    probe_s: float
    silent_share: float
    whole_seconds: bool
    patience_s: float = 30.0


class _Running:
    """A line that runs: its clock, schedule and overtaken polls, and when it started and its loop turned last or is due to (loop times)."""

    __slots__ = ("overtaken", "schedule", "started_s", "time", "turned_s")

    def __init__(self, time: Callable[[], float], schedule: Schedule, overtaken: OvertakenPolls, started_s: float) -> None:
        self.time, self.schedule, self.overtaken = time, schedule, overtaken
        self.started_s = self.turned_s = started_s


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
        timer: SharedTimer | None = None,
    ) -> None:
        self.name, self.devices = name, devices
        self.counts = LineCounts()
        self._driver, self._terms = GuardedDriver(driver, terms.patience_s), terms
        self._supplies = supplies or PowerSupplies(devices)
        self._delivery = Delivery(name, devices, sink, now_ms, self._supplies, self.counts)
        self._wakeup = Wakeup(timer or SharedTimer())
        self._commands = CommandQueue(self._wakeup.wake)
        self.lending = Lending(self._wakeup.wake)
        self._port = PortRecovery()
        self._running: _Running | None = None

    @property
    def broken(self) -> bool:
        """Whether the line's port is gone."""
        return self._port.broken

    @property
    def stalled(self) -> bool:
        """Whether the line has made no progress for so long that it must be started anew."""
        if self._running is None:
            return False
        progressed_s = max(self._running.turned_s, self._driver.progressed_s)
        return self._running.time() - progressed_s > _STALLED_PATIENCES * self._terms.patience_s

    @property
    def missed(self) -> int:
        """The number of missed ticks."""
        return self._running.schedule.missed if self._running else 0

    def silent(self, device: int) -> bool:
        """Return whether a device is silent."""
        return self._running is not None and self._running.schedule.silent(device)

    def powered(self, device: int) -> bool:
        """Return whether a device has power, as far as is known."""
        return self._supplies.powered(self.devices[device])

    def quality(self, device: BoundDevice) -> LineQuality:
        """Return the counters of a device and its share of the line's time."""
        counters = self._driver.counters(device.id)
        running_s = self._running.time() - self._running.started_s if self._running is not None else 0.0
        return LineQuality(counters, counters.busy_s / running_s if running_s > 0 else 0.0)

    def refused_points(self, device: BoundDevice) -> list[str]:
        """Return the names of the points that a device refuses at present."""
        return self._driver.refused_points(device.id)

    async def execute(self, device: BoundDevice, command: Command, expires_at_s: float) -> Outcome:
        """Execute a command before any further read, and return its outcome.

        A command that has not begun at `expires_at_s` (loop time) expires. If the caller is cancelled, a command that has not begun is
        withdrawn; one that has begun is completed.
        """
        return await self._commands.execute(device, command, expires_at_s)

    def lend(self, for_s: float, *, gently: bool = False) -> AbstractAsyncContextManager[float]:
        """Lend the line between two polls: its port is closed, and nothing else uses the line until the context exits.

        The context is entered when the line is free and the devices have been polled for as long as the line was lent before. Its value
        is the loop time at which the loan ends: after `for_s` seconds (at most a minute), or earlier if the line stops. A borrower that
        has not left the context by then gets a TimeoutError there. A gentle loan also waits until no poll is due, for 3 s at most: in
        short ones, a borrower can do much without costing the devices their readings.

        Raises:
            WireError: the line has stopped.
            TimeoutError: the time is up.
        """
        return self.lending.lend(for_s, gently=gently)

    async def run(self, stop: asyncio.Event) -> None:
        """Execute commands and poll every device when it is due until `stop` is set; requests that have begun are completed.

        It may be run again after it was cancelled.
        """
        loop = asyncio.get_running_loop()
        running = self._running = self._start(loop.time)
        self._commands.open()
        self.lending.open()
        stopped = asyncio.create_task(self._wake_at(stop))
        try:
            while not stop.is_set():
                now_s = running.turned_s = loop.time()
                if self._commands.waiting:
                    await self._execute_commands()
                    continue
                lend_s = math.inf if running.overtaken.under_way else self.lending.due_s(idle=running.schedule.idle(now_s))
                if lend_s <= now_s + EARLY_S:
                    running.turned_s = now_s + LONGEST_S
                    self._driver.close()
                    await self.lending.grant(stop, polled=any(device.id not in self.lending.aside for device in self.devices))
                    continue
                turns = self._turns(running.schedule, now_s)
                if turns:
                    await self._serve(turns, running)
                    continue
                wake_s = min(running.schedule.wake_s(now_s), lend_s)
                if wake_s - now_s > EARLY_S:
                    running.turned_s = wake_s
                    await self._wakeup.until(wake_s)
            await running.overtaken.end()
        finally:
            stopped.cancel()
            self._commands.close()
            self.lending.close()
            self._driver.close()

    def _start(self, time: Callable[[], float]) -> _Running:
        terms, now_s = self._terms, time()
        schedule = Schedule(
            self.devices,
            math.ceil(now_s) if terms.whole_seconds else now_s,
            probe_s=terms.probe_s,
            share=terms.silent_share,
            jitter=jitter,
            powered=self._supplies.powered,
            aside=self.lending.aside,
            whole_seconds=terms.whole_seconds,
        )
        return _Running(time, schedule, OvertakenPolls(schedule, self._delivery, self._wakeup.wake), now_s)

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wakeup.wake()

    def _turns(self, schedule: Schedule, now_s: float) -> list[Turn]:
        """Return what is to be done now: all due turns if lines tick together, else the next one."""
        if self._terms.whole_seconds:
            return schedule.round(now_s)
        turn = schedule.next(now_s)
        return [turn] if turn is not None else []

    async def _serve(self, turns: Sequence[Turn], running: _Running) -> None:
        """Do turns and deliver their readings."""
        now_s, first = running.time(), turns[0]
        if first.instead is not None:
            self._no_data(turns, running.schedule, first.instead)
        elif now_s < self._port.reopen_at_s:
            if first.deadline_s == math.inf:
                await self._wakeup.until(self._port.reopen_at_s)
            self._no_data(turns, running.schedule, Quality.BadNotConnected)
        else:
            self.counts.polls += len(turns)
            await self._poll(turns, running)

    async def _poll(self, turns: Sequence[Turn], running: _Running) -> None:
        """Poll devices and deliver their readings. A fault of the driver costs only the device that was being polled its readings."""
        while turns:
            round_ = _Round(turns, running, self._delivery, self._commands, self._do_urgent_work)
            try:
                await self._driver.read([ReadRequest(self.devices[turn.device], turn.streams) for turn in turns], round_)
            except WireError as error:
                self._port_failed(error)
                self._no_data(round_.remaining, running.schedule, Quality.BadNotConnected)
                return
            except DriverFault as error:
                self._driver.close()
                for turn in round_.remaining[:1]:
                    now_s = running.time()
                    # Like a device that does not respond, it is left alone for longer and longer.
                    running.schedule.done(turn, now_s, now_s, answered=False)
                    self._delivery.fault(turn, error)
                turns = round_.remaining[1:]
            else:
                if self._port.succeeded():
                    log.info("line %s: the port works again", self.name)
                return

    def _no_data(self, turns: Sequence[Turn], schedule: Schedule, why: Quality) -> None:
        """Deliver readings without values for turns whose devices were not polled."""
        now_s = asyncio.get_running_loop().time()
        for turn in turns:
            schedule.done(turn, now_s, now_s, answered=None)
            self._delivery.no_data(turn, why)

    async def _do_urgent_work(self, running: _Running, deadline_s: float) -> None:
        """Between two requests: execute commands, and do due polls with an earlier deadline than the current turn's."""
        await self._execute_commands()
        while (turn := running.schedule.urgent(running.time(), deadline_s)) is not None:
            await self._serve([turn], running)

    async def _execute_commands(self) -> None:
        while (queued := self._commands.begin()) is not None:
            if asyncio.get_running_loop().time() < self._port.reopen_at_s:
                queued.finish(Outcome(OutcomeStatus.LINE_DOWN, self._port.reason))
                continue
            try:
                outcome = await self._driver.execute(queued.device, queued.command)
            except WireError as error:
                self._port_failed(error)
                outcome = Outcome(OutcomeStatus.LINE_DOWN, str(error))
            except DriverFault as error:
                self._driver.close()
                self.counts.faults += 1
                log.exception("line %s: device %s: a command failed because of a fault of the gateway", self.name, queued.device.id)
                outcome = Outcome(OutcomeStatus.NO_RESPONSE, f"the gateway failed: {error}")
            queued.finish(outcome)

    def _port_failed(self, error: WireError) -> None:
        self._driver.close()
        self.counts.broken += 1
        if self._port.failed(str(error), asyncio.get_running_loop().time()):
            log.warning("line %s: %s; retrying", self.name, error)


class _Round:
    """Turns that are being done: receives the poll of each, one after the other."""

    def __init__(
        self,
        turns: Sequence[Turn],
        running: _Running,
        delivery: Delivery,
        commands: CommandQueue,
        urgent_work: Callable[[_Running, float], Awaitable[None]],
    ) -> None:
        self._turns, self._running, self._delivery, self._commands, self._urgent_work = turns, running, delivery, commands, urgent_work
        self._schedule, self._time = running.schedule, running.time
        self._began_s = self._time()
        self._done = 0

    @property
    def remaining(self) -> Sequence[Turn]:
        """The turns without a poll yet."""
        return self._turns[self._done :]

    def polled(self, poll: Poll) -> None:
        """Deliver the poll of the next turn."""
        turn, now_s = self._turns[self._done], self._time()
        self._delivery.poll(turn, poll)
        self._done += 1
        self._schedule.done(turn, self._began_s, now_s, answered=poll.answered)
        self._began_s = now_s

    def has_urgent_work(self) -> bool:
        """Return whether a command has arrived or a tick fell due."""
        return self._commands.waiting or self._schedule.fell_due(self._time())

    async def do_urgent_work(self) -> None:
        """Do what is more urgent than the current turn; the time it takes does not count as the turn's."""
        paused_s = self._time()
        await self._urgent_work(self._running, self._turns[self._done].deadline_s)
        self._began_s += self._time() - paused_s

    def overtake(self) -> LatePoll:
        """Go on with the next turn while the current one's device does not respond."""
        turn, began_s = self._turns[self._done], self._began_s
        self._done += 1
        self._began_s = self._time()
        return self._running.overtaken.add(turn, began_s)
