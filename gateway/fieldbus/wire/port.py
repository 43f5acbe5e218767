"""The two ways bytes reach a line: a serial port, or a TCP connection. One owner opens, writes and closes each."""

from collections.abc import Callable
from typing import Protocol


class WireError(Exception):
    """The line's port is not there, or its connection broke: nothing behind it can be asked."""


class Wire(Protocol):
    """A stream of bytes to and from a line."""

    async def open(self, on_bytes: Callable[[bytes], None], on_lost: Callable[[str], None]) -> None:
        """Open it; `on_bytes` gets what comes, `on_lost` a sentence when the other end is gone.

        Raises:
            WireError: it can't be opened.
        """
        ...

    def write(self, data: bytes) -> None:
        """Send bytes.

        Raises:
            WireError: the wire is not open, or broke.
        """
        ...

    def close(self) -> None:
        """Close it; closing twice is no error."""
        ...
