"""The port between a line's owner and what it drives: how one device is asked for what is wanted of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from gateway.fieldbus.binding import BoundDevice
from gateway.fieldbus.tally import Tally
from gateway.model.batch import Value
from gateway.model.quality import Quality

Between = Callable[[], Awaitable[None]]
"""What the line's owner does between two exchanges of one reading: commands, and what is more urgent."""


class StreamReading(NamedTuple):
    """What came of one stream of a device: its position in the device, when, its values, and what is not good by field.

    A value is None where nothing good came.
    """

    stream: int
    t_ms: int
    values: Sequence[Value]
    quality: Mapping[int, int]


class Poll(NamedTuple):
    """What came of asking a device: its readings, and whether it answered at all."""

    readings: list[StreamReading]
    answered: bool


class Driver(Protocol):
    """Speaks one protocol on one line."""

    async def read(self, device: BoundDevice, streams: Sequence[int], between: Between | None = None) -> Poll:
        """Ask a device for some of its streams. What did not come has a quality that says why.

        Raises:
            WireError: the line itself is not there; no device on it can be asked now.
        """
        ...

    def tally(self, device: str) -> Tally:
        """Give what was counted of a device."""
        ...

    def uncovered(self, device: str) -> list[str]:
        """Give the names of the points that a device refuses at present."""
        ...

    def close(self) -> None:
        """Leave the line; a later read opens it again."""
        ...


def nothing(device: BoundDevice, streams: Sequence[int], why: Quality, t_ms: int) -> list[StreamReading]:
    """Give the readings of streams of a device of which nothing came."""
    readings = []
    for number in streams:
        bound = device.streams[number]
        count = bound.last - bound.first
        readings.append(StreamReading(number, t_ms, [None] * count, dict.fromkeys(range(count), int(why))))
    return readings
