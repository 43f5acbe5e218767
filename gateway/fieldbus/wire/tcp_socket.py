"""A TCP connection to a device or a device server."""

import asyncio
import socket
from collections.abc import Callable

from gateway.fieldbus.wire.port import WireError

_CONNECT_TIMEOUT_S = 5.0
_UNACKNOWLEDGED_MS = 20_000
"""How long sent data may remain unacknowledged before the connection fails; by default, Linux waits for a quarter of an hour."""


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
            reason = error.strerror or "no response"
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
    """Passes on the received data and the end of one connection."""

    def __init__(self, on_bytes: Callable[[bytes], None], on_lost: Callable[[asyncio.BaseTransport, Exception | None], None]) -> None:
        self._on_lost = on_lost
        self.data_received = on_bytes  # type: ignore[method-assign,assignment]  # called for all received data: no call in between

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember which connection this is."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Report the end of the connection."""
        self._on_lost(self._transport, exc)
