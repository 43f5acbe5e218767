"""The port between a line's owner and what it drives: how one device is asked for what is wanted of it."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.counters import DeviceCounters
from gateway.model.quality import Quality
from gateway.model.reading import Reading


class Poll(NamedTuple):
    """What came of asking a device: its readings, and whether it answered at all."""

    readings: list[Reading]
    answered: bool


class ReadRequest(NamedTuple):
    """One device, and the streams that are wanted of it."""

    device: BoundDevice
    streams: Sequence[int]


class ReadObserver(Protocol):
    """Who asks: is handed what came of each device as soon as it is whole, in the order of the asking."""

    def taken(self, poll: Poll) -> None:
        """Take what came of the next device."""
        ...

    def interrupts(self) -> bool:
        """Tell whether there is something more urgent; asked between two exchanges."""
        ...

    async def interlude(self) -> None:
        """Do what is more urgent; the line is free for it."""
        ...


class Driver(Protocol):
    """Speaks one protocol on one line."""

    async def read(self, asks: Sequence[ReadRequest], asker: ReadObserver) -> None:
        """Ask devices, one after the other. What did not come has a quality that says why.

        Raises:
            WireError: the line itself is not there; nothing came of the devices that were not yet handed on.
        """
        ...

    def tally(self, device: str) -> DeviceCounters:
        """Give what was counted of a device."""
        ...

    def uncovered(self, device: str) -> list[str]:
        """Give the names of the points that a device refuses at present."""
        ...

    def close(self) -> None:
        """Leave the line; a later read opens it again."""
        ...


def empty_readings(device: BoundDevice, streams: Sequence[int], why: Quality, t_ms: int) -> list[Reading]:
    """Give the readings of streams of a device of which nothing came."""
    readings = []
    for number in streams:
        bound = device.streams[number]
        count = bound.last - bound.first
        readings.append(Reading(number, t_ms, [None] * count, dict.fromkeys(range(count), int(why))))
    return readings


async def read_once(driver: Driver, device: BoundDevice) -> Poll:
    """Ask one device for all its streams, with nothing else to do on its line.

    Raises:
        WireError: the line is not there.
    """
    only = _Only()
    await driver.read([ReadRequest(device, device.all_streams)], only)
    return only.polls[0]


class _Only:
    """Asks, and has nothing else to do."""

    def __init__(self) -> None:
        self.polls: list[Poll] = []

    def taken(self, poll: Poll) -> None:
        self.polls.append(poll)

    def interrupts(self) -> bool:
        return False

    async def interlude(self) -> None:
        """There is nothing."""
