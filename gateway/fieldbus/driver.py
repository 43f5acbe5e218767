"""The port between a line's owner and what it drives: how one device is asked for everything that is wanted of it."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from gateway.fieldbus.binding import BoundDevice
from gateway.model.batch import Value
from gateway.model.quality import Quality


class StreamReading(NamedTuple):
    """What came of one stream of a device: its position in the device, when, its values, and what is not good by field.

    A value is None where nothing good came.
    """

    stream: int
    t_ms: int
    values: Sequence[Value]
    quality: dict[int, int]


class Driver(Protocol):
    """Speaks one protocol on one line."""

    async def read(self, device: BoundDevice) -> list[StreamReading]:
        """Ask a device for all its streams. What did not come has a quality that says why.

        Raises:
            WireError: the line itself is not there; no device on it can be asked now.
        """
        ...

    def close(self) -> None:
        """Leave the line; a later read opens it again."""
        ...


def nothing(device: BoundDevice, why: Quality, t_ms: int) -> list[StreamReading]:
    """Give the readings of a device of which nothing came."""
    return [
        StreamReading(number, t_ms, [None] * (bound.last - bound.first), dict.fromkeys(range(bound.last - bound.first), int(why)))
        for number, bound in enumerate(device.streams)
    ]
