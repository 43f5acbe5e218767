"""Writes to InfluxDB, and to other stores that accept its line protocol."""

import gzip
import logging
from collections.abc import Sequence
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from gateway.centre.schemas import SchemaStreams
from gateway.centre.series_rows import Origin, StoredRow, tags_of
from gateway.centre.stores.influx.http import ANSWER_LIMIT_BYTES, InfluxConnection, reason, refusal
from gateway.centre.stores.influx.influxql import identifier, literal
from gateway.centre.stores.influx.line_protocol import StoredLines, head_of
from gateway.centre.stores.influx.line_templates import StreamLines, lines_of, templates_of
from gateway.centre.stores.influx.rejected_lines import is_about_lines, reason_of, rejected_lines
from gateway.centre.stores.port import RefusedRow, StoreRefused, StoreUnavailable, UnfitRow
from gateway.model.batch import Batch, BatchRow
from gateway.model.instants import iso_utc
from gateway.model.site.store import InfluxSettings

log = logging.getLogger(__name__)

_DELETED_AT_ONCE = 100
_OWN_STREAMS_CACHED = 20_000
_DOUBLE = '"'


class InfluxStore:
    """Writes line protocol to `/write` (1.x) or `/api/v2/write` (2.x, 3.x, VictoriaMetrics)."""

    def __init__(self, settings: InfluxSettings) -> None:
        self._settings = settings
        self._http = InfluxConnection(settings)
        self._own_streams: dict[str, StoredLines] = {}
        self._gzip = settings.gzip if settings.gzip is not None else not _is_local(settings.url)
        if settings.api == "v1":
            self._path = "/write?" + urlencode({"db": settings.database, "precision": "ms"})
        else:
            self._path = "/api/v2/write?" + urlencode({"bucket": settings.database, "org": settings.org, "precision": "ms"})

    def prepare(self, batch: Batch, rows: Sequence[BatchRow], document: SchemaStreams, extra: StoredRow) -> tuple[str, list[UnfitRow]]:
        """Return the centre's own row and a batch's rows as lines."""
        streams: tuple[StreamLines, ...] | None = document.derived.get(self)
        if streams is None:
            streams = document.derived[self] = tuple(map(_stream_lines, document.origins))
        text, unfit = lines_of(batch, rows, streams)
        return self.prepare_row(extra) + text, unfit

    def prepare_row(self, row: StoredRow) -> str:
        """Return a row of the centre's own as a line."""
        lines = self._own_streams.get(row.origin.key)
        if lines is None:
            if len(self._own_streams) >= _OWN_STREAMS_CACHED:
                self._own_streams.clear()
            lines = self._own_streams[row.origin.key] = StoredLines(row.origin)
        return lines.line(row)

    def write(self, parts: Sequence[str]) -> list[RefusedRow]:
        """Write lines; those that the server refuses are found and returned, all others are stored."""
        text = "\n".join(filter(None, parts))
        answer = self._post(text) if text else None
        if answer is None:
            return []
        if not is_about_lines(answer):
            self._check_request(text.partition("\n")[0])
        lines = [part.split("\n") if part else [] for part in parts]  # no line contains a line break
        return [RefusedRow(*one) for one in rejected_lines(lines, answer, lambda some: self._post("\n".join(some)))]

    def _check_request(self, own: str) -> None:
        """Write the centre's own line, with which every part begins: what refuses it too does not refuse lines, but the request.

        Raises:
            StoreUnavailable: The server refuses every write.
        """
        answer = self._post(own)
        if answer is not None and not is_about_lines(answer):
            raise StoreUnavailable(f"the store refuses every write: {reason_of(answer)[:500]}; check 'url', 'api', 'database' and 'org'")

    def _post(self, text: str) -> str | None:
        """Write lines and return the response if it refuses any of them.

        Raises:
            StoreUnavailable: The lines may or may not be stored.
        """
        body, headers = text.encode(), {}
        if self._gzip:
            body, headers = gzip.compress(body, 1), {"Content-Encoding": "gzip"}
        status, answer = self._http.request("POST", self._path, body, ANSWER_LIMIT_BYTES, headers)
        if status == 404 and self._settings.api == "v1":
            self._create_database()
            status, answer = self._http.request("POST", self._path, body, ANSWER_LIMIT_BYTES, headers)
        if 200 <= status < 300:
            return None
        if status in (400, 413, 422):
            return answer.decode("utf-8", "replace")
        raise StoreUnavailable(refusal(status, answer))

    def remove(self, rows: Sequence[StoredRow]) -> None:
        """Delete rows with `DELETE` in InfluxQL (1.x) or `/api/v2/delete` (2.x). Other stores have neither."""
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
            span = {"start": iso_utc(row.t_ms), "stop": iso_utc(row.t_ms)}  # InfluxDB 2.9.1 deletes what is at `stop`, too
            self._delete(path, msgspec.json.encode(span | {"predicate": _predicate(row)}), "application/json")

    def _delete(self, path: str, body: bytes, content_type: str) -> None:
        status, answer = self._http.request("POST", path, body, ANSWER_LIMIT_BYTES, {"Content-Type": content_type})
        if _is_missing(status, answer):
            raise StoreUnavailable(refusal(status, answer))
        if status in (400, 404, 405, 501) or (status == 200 and b'"error"' in answer):
            raise StoreRefused(f"this store can't delete single readings: {status} {reason(answer)}")
        if not 200 <= status < 300:
            raise StoreUnavailable(refusal(status, answer))

    def prune(self, now_ms: int) -> bool:
        """Do nothing: the server has a retention policy."""
        return False

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _create_database(self) -> None:
        name = self._settings.database.replace('"', '\\"')
        status, answer = self._http.request("POST", "/query?q=" + quote(f'CREATE DATABASE "{name}"'), None, ANSWER_LIMIT_BYTES)
        if status != 200:
            raise StoreUnavailable(f"can't create the database {self._settings.database}: {status} {reason(answer)}")
        log.info("created the database %s", self._settings.database)


class _Error2(msgspec.Struct):
    """An error of InfluxDB 2.x ("InfluxDB v2 API reference", Error)."""

    code: str
    message: str


def _is_missing(status: int, answer: bytes) -> bool:
    """Return whether InfluxDB 2.x misses the bucket or organisation of a request, and not the path that other stores don't have."""
    if status != 404:
        return False
    try:
        error = msgspec.json.decode(answer, type=_Error2)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return error.code == "not found" and error.message != "path not found"


def _stream_lines(origin: Origin) -> StreamLines:
    return StreamLines("\n" + head_of(origin), templates_of(origin.stream.fields))


def _is_local(url: str) -> bool:
    """Return whether a server is on this machine, where compression costs more than it saves."""
    return (urlsplit(url).hostname or "") in ("localhost", "127.0.0.1", "::1")


def _deletion(row: StoredRow) -> str:
    tags = " AND ".join(f"{identifier(key)}={literal(value)}" for key, value in sorted(tags_of(row.origin).items()))
    return f"DELETE FROM {identifier(row.origin.stream.measurement)} WHERE {tags} AND time={row.t_ms}ms"  # noqa: S608 — quoted above


def _predicate(row: StoredRow) -> str:
    keys = {"_measurement": row.origin.stream.measurement} | dict(sorted(tags_of(row.origin).items()))
    return " AND ".join(f"{key}={literal(value, _DOUBLE)}" for key, value in keys.items())
