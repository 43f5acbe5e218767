"""TLS in front of a bounded HTTP connection: handshakes are few and short, and a renewed certificate is used without a restart."""

import asyncio
import logging
import ssl
from asyncio import sslproto
from pathlib import Path
from typing import Any, cast

from gateway.host.files import SecretError, check_secret
from gateway.host.http.connections import BoundedProtocol

log = logging.getLogger(__name__)

HANDSHAKES_MOST = 32
"""Handshakes at the same time; one more ends the oldest. So connections that are opened and left alone keep nobody out."""

HANDSHAKE_S = 10

_NO_WAITER = cast("asyncio.Future[None]", None)
"""As the loop's own servers have it: nobody waits for the end of a handshake."""


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
        self.handshakes: dict[_TlsConnection, None] = {}
        """Those under way, the oldest first, and some that have ended."""

    def __call__(self, **arguments: Any) -> asyncio.BaseProtocol:  # noqa: ANN401 — uvicorn's own
        """Return the protocol of a new connection."""
        return _TlsConnection(self, BoundedProtocol(**arguments))

    def make_room(self) -> None:
        """End the oldest handshakes if there are too many."""
        self.handshakes = {one: None for one in self.handshakes if not one.served}
        for oldest in list(self.handshakes)[:-HANDSHAKES_MOST]:
            oldest.abort()


class _TlsConnection(sslproto.SSLProtocol):
    """What the event loop itself puts in front of a protocol for TLS, but within bounds and with the context of this moment.

    The loop's own would let any number of connections wait for their handshakes, each with a file descriptor.
    """

    def __init__(self, server: TlsServer, http: BoundedProtocol) -> None:
        super().__init__(
            asyncio.get_running_loop(), http, server.files.context(), _NO_WAITER, server_side=True, ssl_handshake_timeout=HANDSHAKE_S
        )
        self._server, self._http = server, http
        self._raw: asyncio.Transport | None = None

    @property
    def served(self) -> bool:
        """Whether the handshake is complete."""
        return self._http.transport is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake, and make room."""
        self._raw = cast("asyncio.Transport", transport)
        super().connection_made(transport)
        self._server.handshakes[self] = None
        self._server.make_room()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the connection."""
        self._server.handshakes.pop(self, None)
        super().connection_lost(exc)

    def abort(self) -> None:
        """Close the connection at once."""
        if self._raw is not None:
            self._raw.abort()
