"""InfluxDB over one persistent HTTP connection, and InfluxQL queries. Other stores that accept line protocol are reached the same way."""

import http.client
import ssl
from base64 import b64encode
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from gateway.centre.stores.influx.rejected_lines import reason_of
from gateway.centre.stores.port import StoreUnavailable
from gateway.host.files import SecretError, read_secret
from gateway.model.site.store import InfluxSettings

ANSWER_LIMIT_BYTES = 1 << 16

_QUERY_LIMIT_BYTES = 64 << 20
_TIMEOUT_S = 30


class _WriteResponse(http.client.HTTPResponse):
    """A response; the one to a successful write is not parsed as an e-mail, which takes longer than all else about a request."""

    def begin(self) -> None:
        """Read the head of the response."""
        head = self.fp.peek()
        if not _is_no_content(head):
            super().begin()
            return
        self.fp.read(len(head))
        self.version, self.status, self.reason = 11, http.HTTPStatus.NO_CONTENT, "No Content"
        self.code, self.headers = self.status, http.client.HTTPMessage()
        self.chunked, self.will_close, self.length = False, False, 0


def _is_no_content(head: bytes) -> bool:
    """Return whether this is the whole head of a response without content, after which the connection stays open (RFC 9112)."""
    return head.startswith(b"HTTP/1.1 204 ") and head.find(b"\r\n\r\n") == len(head) - 4 and b"\r\nconnection:" not in head.lower()


class InfluxConnection:
    """One HTTP connection to one server, reopened after it was closed.

    Raises SecretError when made with a password's, token's or CA's file that can't be used.
    """

    def __init__(self, settings: InfluxSettings) -> None:
        self._url = urlsplit(settings.url)
        self._headers = _credentials(settings)
        self._tls = _tls_context(settings.ca) if self._url.scheme == "https" else None
        self._connection: http.client.HTTPConnection | None = None

    def request(
        self, method: str, path: str, body: bytes | None, limit: int, headers: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[int, bytes]:
        """Send a request; return the status and at most `limit` bytes of the response.

        Raises:
            StoreUnavailable: There was no response.
        """
        for last in (False, True):
            connection = self._connected()
            try:
                answer = self._exchange(connection, method, self._url.path.rstrip("/") + path, body, self._headers | dict(headers))
                content = answer.read(limit)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                # The server may have closed an idle connection: try once more on a new one.
                if last or not isinstance(error, http.client.RemoteDisconnected | BrokenPipeError | ConnectionResetError):
                    raise StoreUnavailable(f"{self._url.netloc}: {error}") from error
            else:
                if answer.will_close or not answer.isclosed():
                    self.close()  # the unread rest would be taken for the next response
                return answer.status, content if answer.status < 400 else self._without_secret(content)
        raise AssertionError("both attempts return or raise")

    def _exchange(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> http.client.HTTPResponse:
        """Send a request and read the head of the response.

        One with a body goes out in one piece: http.client sends it in two, which takes twice as long.
        """
        if body is None:
            connection.request(method, path, headers=headers)
            return connection.getresponse()
        if connection.sock is None:
            connection.connect()
        named = {"Host": self._url.netloc.rpartition("@")[2], "Content-Length": str(len(body)), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        connection.sock.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body)
        answer = _WriteResponse(connection.sock, method=method)
        answer.begin()
        return answer

    def _without_secret(self, content: bytes) -> bytes:
        """Return an error without the login, which vmauth quotes: errors are logged."""
        secret = self._headers.get("Authorization", "").rpartition(" ")[2].encode()
        return content.replace(secret, b"...") if secret else content

    def get(self, path: str) -> bytes:
        """Return the response to a query.

        Raises:
            StoreUnavailable: There was no response, an error, or more than is read into memory.
        """
        status, answer = self.request("GET", path, None, _QUERY_LIMIT_BYTES)
        if status != 200:
            raise StoreUnavailable(refusal(status, answer))
        if len(answer) >= _QUERY_LIMIT_BYTES:
            raise StoreUnavailable(f"the response is larger than {_QUERY_LIMIT_BYTES >> 20} MiB; choose a shorter time")
        return answer

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            host, port = self._url.hostname or "", self._url.port
            if self._tls is not None:
                self._connection = http.client.HTTPSConnection(host, port, timeout=_TIMEOUT_S, context=self._tls)
            else:
                self._connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
        return self._connection

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Result(msgspec.Struct):
    series: list[dict[str, Any]] = []
    error: str | None = None


class _QueryResponse(msgspec.Struct):
    """The response of `/query` (docs.influxdata.com, "InfluxDB 1.x HTTP endpoints")."""

    results: list[_Result]


def query(connection: InfluxConnection, database: str, statement: str) -> list[dict[str, Any]]:
    """Run one InfluxQL statement, which 1.x, 2.x and 3.x understand; return its series, with times in milliseconds.

    Raises:
        StoreUnavailable: There was no response, or an error.
    """
    parameters = urlencode({"db": database, "epoch": "ms", "q": statement})
    answer = connection.get(f"/query?{parameters}")
    try:
        result = msgspec.json.decode(answer, type=_QueryResponse).results[0]
    except (msgspec.MsgspecError, UnicodeDecodeError, IndexError) as error:
        raise StoreUnavailable(f"unexpected response: {error}; is this InfluxDB?") from error
    if result.error is not None:
        raise StoreUnavailable(result.error)
    if any(one.get("name") == "databases" for one in result.series) and not statement.startswith("SHOW DATABASES"):
        # VictoriaMetrics lists its databases whatever the query is.
        raise StoreUnavailable("this is VictoriaMetrics, not InfluxDB: write 'api: victoria'")
    return result.series


_REMEDIES = {
    401: "check the user and password of 'login', or the token in 'token_file'",
    403: "the user or token has no right to do this; give it the right to read and write this database or bucket",
    404: "check 'url', 'api', 'database' and 'org'",
}


def refusal(status: int, answer: bytes) -> str:
    """Return what a server said instead of answering, and what to do about it."""
    text = f"{status} {reason(answer).removeprefix(f'{status} ')}".rstrip()
    return f"{text}; {_REMEDIES[status]}" if status in _REMEDIES else text


def reason(answer: bytes) -> str:
    """Return the server's error message in one line."""
    return reason_of(answer.decode("utf-8", "replace"))[:500]


def _credentials(settings: InfluxSettings) -> dict[str, str]:
    if settings.token_file is not None:
        return {"Authorization": f"Token {read_secret(settings.token_file)}"}
    if settings.login is not None:
        pair = f"{settings.login.user}:{read_secret(settings.login.password_file)}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
    return {}


def _tls_context(ca: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise SecretError(
            f"the CA file {ca} of 'influx' can't be used: {error.strerror or error}; it must contain PEM certificates"
        ) from error
