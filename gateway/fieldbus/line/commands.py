"""Commands to devices and their outcomes. Pure."""

from enum import Enum

import msgspec


class Command(msgspec.Struct, frozen=True):
    """What a device is told to do. Commands of a single protocol are defined next to its driver."""


class WritePoint(Command, frozen=True):
    """Write a value, in the point's unit or as a word of its enum, to a point of the device's profile."""

    point: str
    value: float | str | bool
    channel: int = 0


class OutcomeStatus(Enum):
    """How a command ended."""

    DONE = "done"
    ACCEPTED = "accepted"
    """The device has accepted the command but has not completed it yet."""
    REFUSED = "refused"
    """The device refused it."""
    NO_RESPONSE = "no response"
    """The device did not respond; it may have obeyed all the same."""
    INVALID = "invalid"
    """The device has no such point, or the value is outside its safe range; nothing was sent."""
    NOT_SUPPORTED = "not supported"
    """The driver of the line has no such command; nothing was sent."""
    EXPIRED = "expired"
    """It was not begun in time; nothing was sent."""
    LINE_DOWN = "line down"
    """The line's port can't be opened or broke, or the line has stopped."""


class Outcome(msgspec.Struct, frozen=True):
    """How a command ended: the reason unless it is done, and the data and the exception code of the device's response."""

    status: OutcomeStatus
    reason: str = ""
    data: bytes = b""
    exception: int | None = None


def not_supported(command: Command, protocol: str) -> Outcome:
    """Return the outcome of a command that a driver does not have."""
    return Outcome(OutcomeStatus.NOT_SUPPORTED, f"{protocol} has no command {type(command).__name__}")
