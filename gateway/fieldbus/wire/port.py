"""The port of a line's byte stream: a serial port or a TCP connection. Only one client opens, writes and closes it."""

from collections.abc import Callable
from typing import Protocol

from gateway.fieldbus.wire.italian import BOOK


class WireError(Exception):
    """The wire can't be opened, or failed: no device behind it can be reached."""

    @property
    def italian(self) -> str:
        """The sentence in Italian."""
        return BOOK.italian(str(self))


class SettingsError(WireError):
    """The port exists, but does not support the settings, such as a parity or a baud rate."""


class Wire(Protocol):
    """A byte stream to and from a line."""

    async def open(self, on_bytes: Callable[[bytes], None], on_lost: Callable[[str], None]) -> None:
        """Open the wire; call `on_bytes` with received data, and `on_lost` with the reason when the wire fails.

        Raises:
            WireError: the wire can't be opened.
        """
        ...

    def write(self, data: bytes) -> None:
        """Send bytes.

        Raises:
            WireError: the wire is not open, or failed.
        """
        ...

    def close(self) -> None:
        """Close the wire, if it is open."""
        ...
