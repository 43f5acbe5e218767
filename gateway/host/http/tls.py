"""TLS in front of a bounded HTTP connection: handshakes are few and short, and a renewed certificate is used without a restart."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from gateway.host.files import SecretError, check_secret
from gateway.host.http.connections import BoundedProtocol

log = logging.getLogger(__name__)

HANDSHAKES_MOST = 32
"""Handshakes at the same time; one more ends the oldest. So connections that are opened and left alone keep nobody out."""

HANDSHAKE_S = 10.0


class TlsFiles:
    """A certificate and its key.

    Raises:
        SecretError: They can't be used, or others can read the key.
    """

    def __init__(self, cert: Path, key: Path) -> None:
        self._cert, self._key = cert, key
        self._read_at = self._times()
        self._context = self._load()

    def context(self) -> ssl.SSLContext:
        """Return the context of the next connection, with the files as they are now, or as they were when they last could be used."""
        times = self._times()
        if times != self._read_at:
            self._read_at = times
            try:
                self._context = self._load()
                log.info("the certificate %s is renewed", self._cert)
            except SecretError as error:
                log.warning("going on with the last certificate: %s", error)
        return self._context

    def _times(self) -> tuple[int, ...]:
        return tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in (self._cert, self._key))

    def _load(self) -> ssl.SSLContext:
        check_secret(self._key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self._cert, self._key, password=lambda: "")
        except (OSError, ssl.SSLError) as error:
            raise SecretError(f"the certificate {self._cert} and the key {self._key} can't be used: {error.strerror or error}") from error
        return context


class TlsServer:
    """Makes the protocol of each connection of one server: first a handshake, then HTTP."""

    def __init__(self, files: TlsFiles) -> None:
        self.files = files
        self.handshakes: dict[_Handshake, None] = {}
        """Those under way, the oldest first."""

    def __call__(self, **arguments: Any) -> asyncio.Protocol:  # noqa: ANN401 — uvicorn's own
        """Return the protocol of a new connection."""
        return _Handshake(self, lambda: BoundedProtocol(**arguments))


class _Handshake(asyncio.Protocol):
    """A connection that has to become a TLS connection."""

    def __init__(self, server: TlsServer, make: Callable[[], BoundedProtocol]) -> None:
        self._server, self._make = server, make
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake, and make room."""
        self._transport = connection = cast("asyncio.Transport", transport)
        connection.pause_reading()
        self._server.handshakes[self] = None
        self._task = asyncio.get_running_loop().create_task(self._shake(connection), name="tls handshake")
        if len(self._server.handshakes) > HANDSHAKES_MOST:
            next(iter(self._server.handshakes)).abort()

    def abort(self) -> None:
        """Close the connection at once."""
        self._server.handshakes.pop(self, None)
        if self._task is not None:
            self._task.cancel()
        if self._transport is not None:
            self._transport.abort()

    async def _shake(self, transport: asyncio.Transport) -> None:
        early, loop = _Early(), asyncio.get_running_loop()
        try:
            secured = await loop.start_tls(
                transport, early, self._server.files.context(), server_side=True, ssl_handshake_timeout=HANDSHAKE_S
            )
        except (OSError, ssl.SSLError, TimeoutError):
            transport.abort()
            return
        finally:
            self._server.handshakes.pop(self, None)
        if secured is None or early.lost:
            transport.abort()
            return
        served = self._make()
        served.connection_made(secured)
        secured.set_protocol(served)
        if early.data:
            served.data_received(bytes(early.data))


class _Early(asyncio.Protocol):
    """Keeps what arrives with the end of the handshake, before anybody serves the connection."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.lost = False

    def data_received(self, data: bytes) -> None:
        """Keep data."""
        self.data += data

    def connection_lost(self, _error: Exception | None) -> None:
        """Note that the client has gone."""
        self.lost = True
