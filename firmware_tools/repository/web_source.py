"""A repository on a web server, read within bounds of size and time."""

import asyncio
import contextlib
import http.client
import socket
import ssl
import threading
import time
from typing import IO
from urllib.parse import SplitResult, quote, urlsplit

from firmware_tools.repository.errors import RepositoryUnreachable
from firmware_tools.repository.source import FileAbsent, too_large

_SILENT_S = 20.0
"""The longest time between two pieces."""

_LEAST_BYTES_PER_S = 1000
_GRACE_S = 60.0
"""A file may take a minute, and longer for what it has at a slow modem's rate: a server that sends a byte now and then is left."""

_PIECE_BYTES = 1 << 16
_OK, _FORBIDDEN, _NOT_FOUND = 200, 403, 404


class WebSource:
    """A repository below an address: https://, or http:// as well, because all of it is verified."""

    def __init__(self, url: str, ca: str | None = None) -> None:
        """Keep the address.

        Args:
            url: The address of the folder that has `metadata/` and `targets/`.
            ca: The file of the authorities to trust; by default, the system's.
        """
        self._url, self._ca = urlsplit(url.rstrip("/")), ca

    async def fetch(self, name: str, most_bytes: int, into: IO[bytes]) -> None:
        """Download a file; see `RepositorySource`. Redirections are not followed."""
        await asyncio.to_thread(self._download, name, most_bytes, into)

    def _download(self, name: str, most_bytes: int, into: IO[bytes]) -> None:
        ends_s = time.monotonic() + _GRACE_S + most_bytes / _LEAST_BYTES_PER_S
        connection = _connection(self._url, self._ca)
        try:
            response = self._response(connection, name)
            if response.status in {_FORBIDDEN, _NOT_FOUND}:
                raise FileAbsent(name)
            if response.status != _OK:
                raise self._unreachable(name, f"{response.status} {response.reason}")
            left = most_bytes
            while piece := response.read1(min(_PIECE_BYTES, left + 1)):
                left -= len(piece)
                if left < 0:
                    raise too_large(name, most_bytes)
                if time.monotonic() > ends_s:
                    raise self._unreachable(name, "too slow")
                into.write(piece)
            if response.length:
                raise self._unreachable(name, f"{response.length} bytes are missing")
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(name, str(error) or type(error).__name__) from error
        finally:
            connection.close()

    def _response(self, connection: http.client.HTTPConnection, name: str) -> http.client.HTTPResponse:
        """Return the status and the headers of a response; a server that sends a byte of them now and then is cut off."""
        connection.connect()
        was_cut = threading.Event()
        late = threading.Timer(_GRACE_S, _cut, [connection.sock, was_cut])
        late.daemon = True
        late.start()
        try:
            connection.request("GET", f"{self._url.path}/{quote(name)}", headers={"User-Agent": "street-gateway"})
            response = connection.getresponse()
        finally:
            late.cancel()
        if was_cut.is_set():  # headers without an end are like a response without content
            raise self._unreachable(name, "too slow")
        return response

    def _unreachable(self, name: str, why: str) -> RepositoryUnreachable:
        where = f"{self._url.scheme}://{self._url.netloc}"
        return RepositoryUnreachable(f"{name} was not received from {where}: {why}", f"{name} non è stato ricevuto da {where}: {why}")


def _connection(url: SplitResult, ca: str | None) -> http.client.HTTPConnection:
    host = url.hostname or ""
    if url.scheme == "https":
        return http.client.HTTPSConnection(host, url.port, timeout=_SILENT_S, context=ssl.create_default_context(cafile=ca))
    return http.client.HTTPConnection(host, url.port, timeout=_SILENT_S)


def _cut(connected: socket.socket, was_cut: threading.Event) -> None:
    was_cut.set()
    with contextlib.suppress(OSError):
        # Not SSLSocket's own, which would take the state of TLS from the thread that reads.
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
