"""The port between the owner of a line and the driver of its protocol."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.commands import Command, Outcome
from gateway.fieldbus.line.counters import DeviceCounters
from gateway.model.quality import Quality
from gateway.model.reading import Reading


class Poll(msgspec.Struct, frozen=True, gc=False):
    """The result of polling a device: its readings, and whether it responded at all."""

    readings: list[Reading]
    answered: bool


class ReadRequest(msgspec.Struct, frozen=True, gc=False):
    """A device and the positions of its streams to read."""

    device: BoundDevice
    streams: Sequence[int]


class LatePoll(Protocol):
    """Receives the poll of a device that others have overtaken, or why there is none; once."""

    def polled(self, poll: Poll) -> None:
        """Receive the poll."""
        ...

    def failed(self, error: Exception) -> None:
        """Receive the error that ended it: a WireError if the line's port broke, anything else is a fault of the driver."""
        ...


class ReadObserver(Protocol):
    """The caller of `Driver.read`: receives each poll when it is complete, and may have more urgent work for the line."""

    def polled(self, poll: Poll) -> None:
        """Receive the poll of the next device."""
        ...

    def has_urgent_work(self) -> bool:
        """Return whether there is more urgent work; called between two requests."""
        ...

    async def do_urgent_work(self) -> None:
        """Do the more urgent work; the line is free for it."""
        ...

    def overtake(self) -> LatePoll | None:
        """Let the next devices overtake the current one, which does not respond, and return what receives its poll. None: wait for it."""
        ...


class Driver(Protocol):
    """Speaks one protocol on one line. Not for concurrent use."""

    async def read(self, requests: Sequence[ReadRequest], observer: ReadObserver) -> None:
        """Poll devices one after the other. Values that could not be read have a quality that says why.

        Where a line takes several requests at once, a device that does not respond may be overtaken. Its poll may end after this call.

        Raises:
            WireError: the line's port can't be opened or broke; there is no poll of the remaining devices.
        """
        ...

    async def execute(self, device: BoundDevice, command: Command) -> Outcome:
        """Execute a command.

        Raises:
            WireError: the line's port can't be opened or broke.
        """
        ...

    def counters(self, device: str) -> DeviceCounters:
        """Return the counters of a device."""
        ...

    def refused_points(self, device: str) -> list[str]:
        """Return the names of the points that a device refuses at present."""
        ...

    def close(self) -> None:
        """Close the line's port; the next read or command opens it again."""
        ...


def empty_readings(device: BoundDevice, streams: Sequence[int], why: Quality, t_ms: int) -> list[Reading]:
    """Return readings without values, all of the same quality."""
    readings = []
    for number in streams:
        bound = device.streams[number]
        count = bound.last - bound.first
        readings.append(Reading(number, t_ms, [None] * count, dict.fromkeys(range(count), int(why))))
    return readings


async def read_once(driver: Driver, device: BoundDevice) -> Poll:
    """Poll one device for all its streams.

    Raises:
        WireError: the line's port can't be opened or broke.
    """
    observer = _SinglePoll()
    await driver.read([ReadRequest(device, device.all_streams)], observer)
    return observer.polls[0]


class _SinglePoll:
    """Observes a single poll and has no other work."""

    def __init__(self) -> None:
        self.polls: list[Poll] = []

    def polled(self, poll: Poll) -> None:
        self.polls.append(poll)

    def has_urgent_work(self) -> bool:
        return False

    async def do_urgent_work(self) -> None:
        """Do nothing."""

    def overtake(self) -> None:
        """Wait for the poll."""
