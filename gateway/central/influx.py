"""InfluxDB and all that takes its line protocol, over one kept HTTP connection."""

import gzip
import http.client
import logging
import ssl
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from gateway.central.forms import lines_of
from gateway.central.line_protocol import encode, tags_of
from gateway.central.offenders import offenders, reason_of
from gateway.central.schemas import Document
from gateway.central.store import Refused, StoreRefused, StoreUnavailable, Unfit
from gateway.host.files import read_secret
from gateway.model.batch import Batch, ReadRow, Value
from gateway.model.canonical import MEASUREMENTS, FieldType
from gateway.model.site import Influx
from gateway.model.stored import StoredRow

log = logging.getLogger(__name__)

_TIMEOUT_S = 30
_ANSWER_LIMIT_BYTES = 1 << 16
_DELETED_AT_ONCE = 100
_DOUBLE = '"'
_QUERY_LIMIT_BYTES = 64 << 20


class InfluxConnection:
    """One HTTP connection to one server, opened again when it was closed."""

    def __init__(self, settings: Influx) -> None:
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


class InfluxStore:
    """Writes line protocol to `/write` (1.x) or `/api/v2/write` (2.x, 3.x, VictoriaMetrics)."""

    def __init__(self, settings: Influx) -> None:
        self._settings = settings
        self._http = InfluxConnection(settings)
        self._gzip = settings.gzip if settings.gzip is not None else not _is_near(settings.url)
        if settings.api == "v1":
            self._path = "/write?" + urlencode({"db": settings.database, "precision": "ms"})
        else:
            self._path = "/api/v2/write?" + urlencode({"bucket": settings.database, "org": settings.org, "precision": "ms"})

    def prepare(self, batch: Batch, rows: Sequence[ReadRow], document: Document, extra: StoredRow) -> tuple[list[str], list[Unfit]]:
        """Write a batch's rows as lines."""
        lines, unfit = lines_of(batch, rows, document.lines)
        lines += encode([extra])
        return lines, [Unfit(*one) for one in unfit]

    def write(self, parts: Sequence[list[str]]) -> list[Refused]:
        """Keep lines: the server has answered 204 to all but what is refused."""
        lines = [line for part in parts for line in part]
        answer = self._post("\n".join(lines)) if lines else None
        if answer is None:
            return []
        refused = offenders(lines, answer, lambda some: self._post("\n".join(some)))
        of = {line: number for number, part in enumerate(parts) for line in part}
        return [Refused(of[line], line, reason) for line, reason in refused]

    def _post(self, text: str) -> str | None:
        """Write lines; gives the answer where something in them is refused.

        Raises:
            StoreUnavailable: nothing is known to be kept.
        """
        body, headers = text.encode(), {}
        if self._gzip:
            body, headers = gzip.compress(body, 1), {"Content-Encoding": "gzip"}
        status, answer = self._http.request("POST", self._path, body, _ANSWER_LIMIT_BYTES, headers)
        if status == 404 and self._settings.api == "v1":
            self._create_database()
            status, answer = self._http.request("POST", self._path, body, _ANSWER_LIMIT_BYTES, headers)
        if 200 <= status < 300:
            return None
        if status in (400, 413, 422):
            return answer.decode("utf-8", "replace")
        raise StoreUnavailable(f"{status} {_reason(answer)}")

    def remove(self, rows: Sequence[StoredRow]) -> None:
        """Forget rows: `DELETE` in InfluxQL (1.x), `/api/v2/delete` (2.x). Others know neither."""
        if self._settings.api == "v1":
            self._remove_1(rows)
        else:
            self._remove_2(rows)

    def _remove_1(self, rows: Sequence[StoredRow]) -> None:
        for first in range(0, len(rows), _DELETED_AT_ONCE):
            statements = [_deletion(row) for row in rows[first : first + _DELETED_AT_ONCE]]
            form = urlencode({"db": self._settings.database, "q": ";".join(statements)})
            self._delete("/query", form.encode(), "application/x-www-form-urlencoded")

    def _remove_2(self, rows: Sequence[StoredRow]) -> None:
        path = "/api/v2/delete?" + urlencode({"bucket": self._settings.database, "org": self._settings.org})
        for row in rows:
            span = {"start": _rfc3339(row.t_ms), "stop": _rfc3339(row.t_ms + 1)}
            self._delete(path, msgspec.json.encode(span | {"predicate": _predicate(row)}), "application/json")

    def _delete(self, path: str, body: bytes, content_type: str) -> None:
        status, answer = self._http.request("POST", path, body, _ANSWER_LIMIT_BYTES, {"Content-Type": content_type})
        reason = f"{status} {_reason(answer)}"
        if status in (400, 404, 405, 501) or (status == 200 and b'"error"' in answer):
            raise StoreRefused(f"this store can't forget single readings: {reason}")
        if not 200 <= status < 300:
            raise StoreUnavailable(reason)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _create_database(self) -> None:
        name = self._settings.database.replace('"', '\\"')
        status, answer = self._http.request("POST", "/query?q=" + quote(f'CREATE DATABASE "{name}"'), None, _ANSWER_LIMIT_BYTES)
        if status != 200:
            raise StoreUnavailable(f"database {self._settings.database} can't be made: {status} {_reason(answer)}")
        log.info("made the database %s", self._settings.database)


def query(connection: InfluxConnection, database: str, statement: str) -> list[dict[str, Any]]:
    """Ask in InfluxQL, which 1.x, 2.x and 3.x speak; gives the series of the first statement, times in milliseconds.

    Raises:
        StoreUnavailable: no answer, or one that says no.
    """
    parameters = urlencode({"db": database, "epoch": "ms", "q": statement})
    status, answer = connection.request("GET", f"/query?{parameters}", None, _QUERY_LIMIT_BYTES)
    if status != 200:
        raise StoreUnavailable(f"{status} {_reason(answer)}")
    result = msgspec.json.decode(answer)["results"][0]
    if "error" in result:
        raise StoreUnavailable(result["error"])
    series: list[dict[str, Any]] = result.get("series", [])
    return series


def _credentials(settings: Influx) -> dict[str, str]:
    if settings.token_file is not None:
        return {"Authorization": f"Token {read_secret(settings.token_file)}"}
    if settings.login is not None:
        pair = f"{settings.login.user}:{read_secret(settings.login.password_file)}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
    return {}


def _reason(answer: bytes) -> str:
    """Give what a server says of an error, in one line."""
    return reason_of(answer.decode("utf-8", "replace"))[:500]


def _is_near(url: str) -> bool:
    """Tell whether a server is on this machine, where packing costs more than it saves."""
    return (urlsplit(url).hostname or "") in ("localhost", "127.0.0.1", "::1")


class InfluxReader:
    """Reads points for charts, in InfluxQL."""

    def __init__(self, settings: Influx) -> None:
        self._connection, self._database = InfluxConnection(settings), settings.database

    def points(self, asset: str, measurement: str, field: str, device: str, from_ms: int, to_ms: int, most: int) -> list[tuple[int, Value]]:
        """Give the points of a series in a span, oldest first; of numbers, means of at most `most` equal parts of the span."""
        canonical = MEASUREMENTS.get(measurement, {}).get(field)
        if canonical is None:
            return []
        where = f"asset = {literal(asset)} AND device = {literal(device)} AND time >= {from_ms}ms AND time <= {to_ms}ms"
        part_ms = max(1, (to_ms - from_ms) // most)
        numbers = canonical.type in (FieldType.FLOAT, FieldType.INT)
        # Means only where there is more than the chart can show: a part of less than a second holds at most one reading.
        if numbers and part_ms >= 1000:
            statement = f'SELECT mean("{field}") FROM "{measurement}" WHERE {where} GROUP BY time({part_ms}ms) fill(none)'  # noqa: S608 — canonical names
        else:
            statement = f'SELECT "{field}" FROM "{measurement}" WHERE {where}'  # noqa: S608 — canonical names
        return [(row[0], row[1]) for series in query(self._connection, self._database, statement) for row in series["values"]]


def _deletion(row: StoredRow) -> str:
    tags = " AND ".join(f"{identifier(key)}={literal(value)}" for key, value in sorted(tags_of(row.origin).items()))
    return f"DELETE FROM {identifier(row.origin.stream.measurement)} WHERE {tags} AND time={row.t_ms}ms"  # noqa: S608 — quoted above


def _predicate(row: StoredRow) -> str:
    keys = {"_measurement": row.origin.stream.measurement} | dict(sorted(tags_of(row.origin).items()))
    return " AND ".join(f"{key}={literal(value, _DOUBLE)}" for key, value in keys.items())


def identifier(name: str) -> str:
    """Write a name in InfluxQL."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def literal(text: str, quote_: str = "'") -> str:
    """Write a text in InfluxQL, or with other quotes elsewhere."""
    escaped = text.replace("\\", "\\\\").replace(quote_, "\\" + quote_)
    return f"{quote_}{escaped}{quote_}"


def _rfc3339(t_ms: int) -> str:
    return datetime.fromtimestamp(t_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
