"""The running gateway of a site, as commands reach it: its local API, over a socket in its folder `state`."""

import contextlib
import http.client
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, overload

import click
import msgspec

from gateway.cli.common import fail, in_language
from gateway.config.site_file import EdgeSite
from gateway.edge.technician import CONTROL_SOCKET
from gateway.host.files import user_name
from gateway.host.http.unix_socket import connect_to

Answer = TypeVar("Answer")

_TIMEOUT_S = 30.0
"""For a connection and for each answer; events may be further apart."""

_HOST = "localhost"


class LocalError(Exception):
    """The gateway answered with an error: its HTTP status, and the sentence in the language of the terminal."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Downloaded(NamedTuple):
    """A file of the gateway: its name, and its content."""

    file_name: str
    content: bytes


class _ErrorBody(msgspec.Struct):
    error: str
    error_it: str = ""


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout_s: float | None) -> None:
        super().__init__(_HOST)
        self._path, self._timeout_s = path, timeout_s

    def connect(self) -> None:
        """Connect to the socket file."""
        self.sock: socket.socket = connect_to(self._path, self._timeout_s)


class LocalGateway:
    """A running gateway. Errors that it answers with are LocalError; a gateway that goes away is an OSError or an HTTPException."""

    def __init__(self, path: Path, timeout_s: float = _TIMEOUT_S) -> None:
        self._path, self._timeout_s = path, timeout_s

    def within(self, timeout_s: float) -> "LocalGateway":
        """Return the same gateway, whose answers may take so long."""
        return LocalGateway(self._path, timeout_s)

    @overload
    def get(self, path: str) -> Any: ...  # noqa: ANN401 — JSON of any form
    @overload
    def get(self, path: str, answer: type[Answer]) -> Answer: ...
    def get(self, path: str, answer: Any = Any) -> Any:
        """Return the JSON at a path, as a type if one is given."""
        return msgspec.json.decode(self._request("GET", path, b""), type=answer)

    @overload
    def post(self, path: str, body: object) -> Any: ...  # noqa: ANN401 — JSON of any form
    @overload
    def post(self, path: str, body: object, answer: type[Answer]) -> Answer: ...
    def post(self, path: str, body: object, answer: Any = Any) -> Any:
        """Post JSON to a path and return the JSON of the answer, as a type if one is given; None if it is empty."""
        content = self._request("POST", path, msgspec.json.encode(body))
        return msgspec.json.decode(content, type=answer) if content else None

    def download(self, path: str) -> Downloaded:
        """Return the file at a path, and its name."""
        connection, response = self._open("GET", path, b"", _TIMEOUT_S)
        try:
            return Downloaded(response.headers.get_filename() or "", response.read())
        finally:
            connection.close()

    def events(self, path: str) -> Iterator[tuple[str, Any]]:
        """Yield the kind and the data of each server-sent event, until the gateway ends the stream or stops."""
        connection, response = self._open("GET", path, b"", None)
        try:
            kind = ""
            for line in response:
                if line.startswith(b"event: "):
                    kind = line[7:].decode().strip()
                elif line.startswith(b"data: "):
                    yield kind, msgspec.json.decode(line[6:])
        finally:
            response.close()
            connection.close()

    def _request(self, method: str, path: str, body: bytes) -> bytes:
        connection, response = self._open(method, path, body, self._timeout_s)
        try:
            return response.read()
        finally:
            connection.close()

    def _open(self, method: str, path: str, body: bytes, timeout_s: float | None) -> tuple[_Connection, http.client.HTTPResponse]:
        connection = _Connection(self._path, timeout_s)
        try:
            headers = {"Origin": f"http://{_HOST}"} | ({"Content-Type": "application/json"} if body else {})
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            _raise_if_error(response)
        except BaseException:
            connection.close()
            raise
        return connection, response


def _raise_if_error(response: http.client.HTTPResponse) -> None:
    if response.status < 400:
        return
    try:
        error = msgspec.json.decode(response.read(), type=_ErrorBody)
    except msgspec.MsgspecError:
        raise LocalError(response.status, f"{response.status} {response.reason}") from None
    raise LocalError(response.status, in_language(error.error, error.error_it or error.error))


def find(site: EdgeSite) -> LocalGateway | None:
    """Return the running gateway of a site; None if it does not run. Ends with exit code 1 if this user may not reach it."""
    path = site.state / CONTROL_SOCKET
    try:
        connect_to(path, _TIMEOUT_S).close()
    except PermissionError:
        owner = user_name(path.parent.stat().st_uid)
        fail(
            in_language(
                f"only the user {owner} and its group may use {path}: run this as root, or 'sudo -u {owner} gateway …'",
                f"solo l'utente {owner} e il suo gruppo possono usare {path}: esegui come root, o 'sudo -u {owner} gateway …'",
            )
        )
    except OSError:
        return None
    return LocalGateway(path)


def require(site: EdgeSite, file: Path) -> LocalGateway:
    """Return the running gateway of a site, or end with exit code 1."""
    found = find(site)
    if found is None:
        fail(
            in_language(
                f"the gateway does not run: start it with 'gateway run {file}'",
                f"il gateway non è attivo: avvialo con 'gateway run {file}'",
            )
        )
    return found


@contextlib.contextmanager
def asking(site: EdgeSite, file: Path) -> Iterator[LocalGateway]:
    """Yield the running gateway of a site. Its errors, its end and Ctrl-C end the command with a sentence, or quietly.

    Ends with exit code 1 if there is none.
    """
    try:
        yield require(site, file)
    except LocalError as error:
        fail(str(error))
    except (OSError, http.client.HTTPException) as error:
        fail(in_language(f"the gateway has gone away: {error}", f"il gateway non risponde più: {error}"))
    except KeyboardInterrupt:
        click.echo()


def clock_time(t_ms: int) -> str:
    """Return a time of today as text, in the machine's time zone."""
    return time.strftime("%H:%M:%S", time.localtime(t_ms / 1000)) + f".{t_ms % 1000:03d}"
