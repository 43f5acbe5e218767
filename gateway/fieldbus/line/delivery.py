"""Delivers the readings of a line, and logs the devices that fall silent."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.counters import LineCounts
from gateway.fieldbus.line.driver_port import Poll, empty_readings
from gateway.fieldbus.line.power import PowerSupplies
from gateway.fieldbus.line.schedule import Schedule
from gateway.fieldbus.line.ticks import Turn
from gateway.fieldbus.wire.port import WireError
from gateway.model.quality import Quality
from gateway.model.reading import Reading

log = logging.getLogger(__name__)

Sink = Callable[[BoundDevice, Sequence[Reading]], None]
"""Receives the readings of a device."""


class Delivery:
    """Passes the readings of a line's devices on to a sink."""

    def __init__(
        self,
        line: str,
        devices: Sequence[BoundDevice],
        sink: Sink,
        now_ms: Callable[[], int],
        supplies: PowerSupplies,
        counts: LineCounts,
    ) -> None:
        self._line, self._devices, self._sink, self._now_ms = line, devices, sink, now_ms
        self._supplies, self._counts = supplies, counts
        self._feeding = frozenset(number for number, device in enumerate(devices) if supplies.feeds(device.id))
        self._silent: set[int] = set()
        self._faulty: set[int] = set()

    def poll(self, turn: Turn, poll: Poll) -> None:
        """Deliver the poll of a turn."""
        device = self._devices[turn.device]
        if not poll.answered or self._silent:
            self._log(turn.device, poll)
        if turn.device in self._feeding:
            self._supplies.update(device.id, poll.readings)
        self._sink(device, poll.readings)

    def no_data(self, turn: Turn, why: Quality) -> None:
        """Deliver readings without values for a turn whose device was not polled."""
        device = self._devices[turn.device]
        self._sink(device, empty_readings(device, turn.streams, why, self._now_ms()))

    def fault(self, turn: Turn, error: Exception) -> None:
        """Deliver readings without values for a turn in which the gateway itself failed; log the first such failure of each device."""
        self._counts.faults += 1
        if turn.device not in self._faulty:
            self._faulty.add(turn.device)
            device = self._devices[turn.device].id
            log.error("line %s: device %s can't be read because of a fault of the gateway: %s; please report it", self._line, device, error,
                      exc_info=error)  # fmt: skip
        self.no_data(turn, Quality.BadDecodingError)

    def _log(self, device: int, poll: Poll) -> None:
        """Log once that a device does not respond, and once that it responds again."""
        if not poll.answered:
            self._counts.silent += 1
            if device not in self._silent:
                self._silent.add(device)
                log.warning("line %s: device %s does not respond", self._line, self._devices[device].id)
        elif device in self._silent:
            self._silent.remove(device)
            log.info("line %s: device %s responds again", self._line, self._devices[device].id)


class OvertakenPolls:
    """The polls that are still under way while others are done. `ended` is called when one ends."""

    def __init__(self, schedule: Schedule, delivery: Delivery, ended: Callable[[], None]) -> None:
        self.delivery, self._schedule, self._ended = delivery, schedule, ended
        self._under_way: set[_OvertakenPoll] = set()
        self._none = asyncio.Event()
        self._none.set()

    @property
    def under_way(self) -> bool:
        """Whether there are any."""
        return bool(self._under_way)

    async def end(self) -> None:
        """Wait until all have ended."""
        await self._none.wait()

    def add(self, turn: Turn, began_s: float) -> "_OvertakenPoll":
        """Add the poll of a turn."""
        self._schedule.overtaken(turn)
        poll = _OvertakenPoll(self, turn, began_s)
        self._under_way.add(poll)
        self._none.clear()
        return poll

    def finish(self, poll: "_OvertakenPoll", *, answered: bool | None) -> None:
        """Record how a poll ended."""
        now_s = asyncio.get_running_loop().time()
        self._schedule.done(poll.turn, poll.began_s, now_s, answered=answered)
        self._under_way.discard(poll)
        if not self._under_way:
            self._none.set()
        self._ended()


class _OvertakenPoll:
    """Delivers the poll of one turn when it ends."""

    def __init__(self, polls: OvertakenPolls, turn: Turn, began_s: float) -> None:
        self._polls, self.turn, self.began_s = polls, turn, began_s

    def polled(self, poll: Poll) -> None:
        """Deliver the poll."""
        self._polls.finish(self, answered=poll.answered)
        self._polls.delivery.poll(self.turn, poll)

    def failed(self, error: Exception) -> None:
        """Deliver readings without values."""
        if isinstance(error, WireError):
            self._polls.finish(self, answered=None)
            self._polls.delivery.no_data(self.turn, Quality.BadNotConnected)
        else:
            self._polls.finish(self, answered=False)
            self._polls.delivery.fault(self.turn, error)
