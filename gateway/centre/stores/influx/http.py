"""InfluxDB over one kept HTTP connection, and what it is asked in: InfluxQL. Others that take line protocol are reached in the same way."""

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
from gateway.host.files import read_secret
from gateway.model.site import InfluxSettings

ANSWER_LIMIT_BYTES = 1 << 16

_QUERY_LIMIT_BYTES = 64 << 20
_TIMEOUT_S = 30


class InfluxConnection:
    """One HTTP connection to one server, opened again when it was closed."""

    def __init__(self, settings: InfluxSettings) -> None:
        self._url = urlsplit(settings.url)
        self._headers = _credentials(settings)
        self._connection: http.client.HTTPConnection | None = None

    def request(
        self, method: str, path: str, body: bytes | None, limit: int, headers: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[int, bytes]:
        """Send a request; give the status and at most `limit` bytes of the answer.

        Raises:
            StoreUnavailable: no answer came.
        """
        for last in (False, True):
            connection = self._connected()
            try:
                connection.request(method, self._url.path.rstrip("/") + path, body, self._headers | dict(headers))
                answer = connection.getresponse()
                content = answer.read(limit)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                # A server may have closed a connection that stood idle: one more try, on a new one.
                if last or not isinstance(error, http.client.RemoteDisconnected | BrokenPipeError | ConnectionResetError):
                    raise StoreUnavailable(f"{self._url.netloc}: {error}") from error
            else:
                if not answer.isclosed():
                    self.close()  # the rest of a longer one would stand in the way of the next
                return answer.status, content
        raise AssertionError("both tries end above")

    def ask(self, path: str) -> bytes:
        """Get what a query gives.

        Raises:
            StoreUnavailable: no answer, one that says no, or one that is too long to be held.
        """
        status, answer = self.request("GET", path, None, _QUERY_LIMIT_BYTES)
        if status != 200:
            raise StoreUnavailable(f"{status} {reason(answer)}")
        if len(answer) >= _QUERY_LIMIT_BYTES:
            raise StoreUnavailable(f"it has more than {_QUERY_LIMIT_BYTES >> 20} MiB to say; ask for a shorter time")
        return answer

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            host, port = self._url.hostname or "", self._url.port
            if self._url.scheme == "https":
                context = ssl.create_default_context()
                self._connection = http.client.HTTPSConnection(host, port, timeout=_TIMEOUT_S, context=context)
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


class _Answer(msgspec.Struct):
    """The answer of `/query` (docs.influxdata.com, "InfluxDB 1.x HTTP endpoints")."""

    results: list[_Result]


def query(connection: InfluxConnection, database: str, statement: str) -> list[dict[str, Any]]:
    """Ask in InfluxQL, which 1.x, 2.x and 3.x speak; gives the series of the first statement, times in milliseconds.

    Raises:
        StoreUnavailable: no answer, or one that says no.
    """
    parameters = urlencode({"db": database, "epoch": "ms", "q": statement})
    answer = connection.ask(f"/query?{parameters}")
    try:
        result = msgspec.json.decode(answer, type=_Answer).results[0]
    except (msgspec.MsgspecError, UnicodeDecodeError, IndexError) as error:
        raise StoreUnavailable(f"an answer that can't be read: {error}; is it InfluxDB?") from error
    if result.error is not None:
        raise StoreUnavailable(result.error)
    if any(one.get("name") == "databases" for one in result.series) and not statement.startswith("SHOW DATABASES"):
        # Whatever it is asked here, VictoriaMetrics names its databases.
        raise StoreUnavailable("this is VictoriaMetrics and no InfluxDB: write 'api: victoria'")
    return result.series


def reason(answer: bytes) -> str:
    """Give what a server says of an error, in one line."""
    return reason_of(answer.decode("utf-8", "replace"))[:500]


def _credentials(settings: InfluxSettings) -> dict[str, str]:
    if settings.token_file is not None:
        return {"Authorization": f"Token {read_secret(settings.token_file)}"}
    if settings.login is not None:
        pair = f"{settings.login.user}:{read_secret(settings.login.password_file)}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
    return {}


def identifier(name: str) -> str:
    """Write a name in InfluxQL."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def literal(text: str, quote_: str = "'") -> str:
    """Write a text in InfluxQL, or with other quotes elsewhere."""
    escaped = text.replace("\\", "\\\\").replace(quote_, "\\" + quote_)
    return f"{quote_}{escaped}{quote_}"
