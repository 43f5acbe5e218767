"""A TCP connection to a device or a device server."""

import asyncio
import socket
from collections.abc import Callable

from gateway.fieldbus.wire.port import WireError

_CONNECT_TIMEOUT_S = 5.0
_UNACKNOWLEDGED_MS = 20_000
"""A connection whose other end acknowledges nothing for so long is given up; Linux alone would wait a quarter of an hour."""


class TcpWire:
    """A TCP connection."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._tcp_port = host, port
        self._transport: asyncio.Transport | None = None

    async def open(self, on_bytes: Callable[[bytes], None], on_lost: Callable[[str], None]) -> None:
        """Connect."""
        loop = asyncio.get_running_loop()

        def lost(transport: asyncio.BaseTransport, error: Exception | None) -> None:
            if transport is self._transport:
                self._transport = None
                on_lost(f"{self._host}:{self._tcp_port} closed the connection" + (f": {error}" if error else ""))

        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                self._transport, _ = await loop.create_connection(lambda: _Receiver(on_bytes, lost), self._host, self._tcp_port)
        except (OSError, TimeoutError) as error:
            reason = error.strerror or "no answer"
            raise WireError(f"{self._host}:{self._tcp_port} can't be reached: {reason}") from error
        connection = self._transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNACKNOWLEDGED_MS)

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if self._transport is None or self._transport.is_closing():
            raise WireError(f"{self._host}:{self._tcp_port} is not connected")
        self._transport.write(data)

    def close(self) -> None:
        """Close the connection."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()


class _Receiver(asyncio.Protocol):
    """Passes on what one connection brings, and that it ended."""

    def __init__(self, on_bytes: Callable[[bytes], None], on_lost: Callable[[asyncio.BaseTransport, Exception | None], None]) -> None:
        self._on_lost = on_lost
        self.data_received = on_bytes  # type: ignore[method-assign,assignment]  # called for every answer: no step in between

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection, to say later which one ended."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Say that the connection ended."""
        self._on_lost(self._transport, exc)
