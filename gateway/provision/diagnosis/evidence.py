"""What was seen on a line: while nobody was asked, after requests that nobody answers, and of each device. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.fieldbus.line.counters import RequestCounts
from gateway.fieldbus.modbus.pdu import Request
from gateway.fieldbus.modbus.rtu_frames import RtuFrames, frames_in, rtu_frame


class Exchange(NamedTuple):
    """One request, and all that was received after it."""

    request: Request
    received: bytes

    @property
    def answered(self) -> bool:
        """Whether the response is among what was received."""
        frames = RtuFrames()
        frames.request(self.request)
        return frames.feed(self.received) is not None

    @property
    def remainder(self) -> bytes:
        """What was received beside the response, and beside the request itself."""
        frames = RtuFrames()
        frames.request(self.request)
        frames.feed(self.received)
        return frames.unmatched.replace(rtu_frame(self.request), b"")

    @property
    def is_echoed(self) -> bool:
        """Whether the request itself was received."""
        return rtu_frame(self.request) in self.received

    @property
    def is_excessive(self) -> bool:
        """Whether more was received than the response can have, as if two devices responded."""
        return len(self.received.replace(rtu_frame(self.request), b"")) > self.request.longest_response_bytes + 3


class Tally(NamedTuple):
    """How requests ended; `excessive` had more bytes than a response can have."""

    sent: int = 0
    answered: int = 0
    garbled: int = 0
    excessive: int = 0

    @property
    def silent(self) -> int:
        """The requests after which nothing was received."""
        return self.sent - self.answered - self.garbled

    @property
    def failed_share(self) -> float:
        """The share of requests without a response, from 0 to 1."""
        return 1 - self.answered / self.sent if self.sent else 0.0

    def __add__(self, other: object) -> "Tally":
        """Return both together."""
        if not isinstance(other, Tally):
            return NotImplemented
        return Tally(*(one + more for one, more in zip(tuple(self), tuple(other), strict=True)))


def tally(exchanges: Sequence[Exchange], tail_bytes: int = 0) -> Tally:
    """Count how exchanges ended; `tail_bytes` follow every request on this line, whoever it is for, and count as nothing."""
    answered = [one for one in exchanges if one.answered]
    failed = [one for one in exchanges if not one.answered]
    garbled = [one for one in failed if len(one.remainder) > tail_bytes]
    # A device that repeats itself is no second one: an excess counts only if it is more than the tail.
    excessive = [one for one in exchanges if one.is_excessive and len(one.remainder) > tail_bytes]
    return Tally(len(exchanges), len(answered), len(garbled), len(excessive))


class Elsewhere(NamedTuple):
    """Where a device that is silent was found: at other settings, or at another address, and what product that is."""

    settings: str | None = None
    parity_only: bool = False
    unit: int | None = None
    product: str | None = None


class DeviceEvidence(NamedTuple):
    """What was seen of one device: of short and of long responses, and where it was found if it was silent."""

    device: str
    unit: int
    short: Tally
    long: Tally = Tally()
    elsewhere: Elsewhere | None = None
    searched: bool = False

    @property
    def all(self) -> Tally:
        """Both lengths together."""
        return self.short + self.long


class LineEvidence(NamedTuple):
    """What was seen on a line.

    Args:
        line: its name.
        devices: the devices that were asked.
        heard: what was received while nothing was sent.
        unanswered: exchanges with addresses at which no device is.
        foreign: frames of others that came instead of responses.
        echo: whether the site file says that the adapter receives what it sends.
    """

    line: str
    devices: Sequence[DeviceEvidence]
    heard: bytes = b""
    unanswered: Sequence[Exchange] = ()
    foreign: int = 0
    echo: bool = False

    @property
    def others(self) -> list[bytes]:
        """The frames of others that were heard."""
        return frames_in(self.heard)

    @property
    def tails(self) -> list[bytes]:
        """What was received after requests that nobody answers, without their echo; nothing is left out."""
        return [one.remainder for one in self.unanswered]


def counted(device: str, unit: int, counts: RequestCounts) -> DeviceEvidence:
    """Return the evidence in the counters of a device of a running gateway, which do not know how long responses were."""
    return DeviceEvidence(device, unit, Tally(counts.sent, counts.answered, counts.crc_errors))
