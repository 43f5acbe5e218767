"""Writes to InfluxDB, and to all that takes its line protocol."""

import gzip
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from gateway.centre.schemas import SchemaStreams
from gateway.centre.series_rows import StoredRow
from gateway.centre.stores.influx.http import ANSWER_LIMIT_BYTES, InfluxConnection, identifier, literal, reason
from gateway.centre.stores.influx.line_protocol import head_of, tags_of
from gateway.centre.stores.influx.line_templates import StreamLines, forms_of, lines_of
from gateway.centre.stores.influx.rejected_lines import offenders
from gateway.centre.stores.port import RefusedRow, StoreRefused, StoreUnavailable, UnfitRow
from gateway.model.batch import Batch, BatchRow
from gateway.model.site import InfluxSettings

log = logging.getLogger(__name__)

_DELETED_AT_ONCE = 100
_OWN_KEPT = 20_000
_DOUBLE = '"'


class InfluxStore:
    """Writes line protocol to `/write` (1.x) or `/api/v2/write` (2.x, 3.x, VictoriaMetrics)."""

    def __init__(self, settings: InfluxSettings) -> None:
        self._settings = settings
        self._http = InfluxConnection(settings)
        self._own: dict[str, StreamLines] = {}
        self._gzip = settings.gzip if settings.gzip is not None else not _is_near(settings.url)
        if settings.api == "v1":
            self._path = "/write?" + urlencode({"db": settings.database, "precision": "ms"})
        else:
            self._path = "/api/v2/write?" + urlencode({"bucket": settings.database, "org": settings.org, "precision": "ms"})

    def prepare(
        self, batch: Batch, rows: Sequence[BatchRow], document: SchemaStreams, extra: StoredRow
    ) -> tuple[list[str], list[UnfitRow]]:
        """Write a batch's rows as lines."""
        lines, unfit = lines_of(batch, rows, document.lines)
        lines += self.own(extra)
        return lines, [UnfitRow(*one) for one in unfit]

    def own(self, row: StoredRow) -> list[str]:
        """Write a row of the centre's own as a line."""
        lines = self._own.get(row.origin.key)
        if lines is None:
            if len(self._own) >= _OWN_KEPT:
                self._own.clear()
            lines = self._own[row.origin.key] = StreamLines(head_of(row.origin), forms_of(row.origin.stream.fields))
        line = lines.forms.line(lines.head, tuple(row.values), row.t_ms)
        return [] if line is None else [line]

    def write(self, parts: Sequence[list[str]]) -> list[RefusedRow]:
        """Keep lines: the server has answered 204 to all but what is refused."""
        lines = [line for part in parts for line in part]
        answer = self._post("\n".join(lines)) if lines else None
        if answer is None:
            return []
        refused = offenders(lines, answer, lambda some: self._post("\n".join(some)))
        of = {line: number for number, part in enumerate(parts) for line in part}
        return [RefusedRow(of[line], line, reason) for line, reason in refused]

    def _post(self, text: str) -> str | None:
        """Write lines; gives the answer where something in them is refused.

        Raises:
            StoreUnavailable: nothing is known to be kept.
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
        raise StoreUnavailable(f"{status} {reason(answer)}")

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
        status, answer = self._http.request("POST", path, body, ANSWER_LIMIT_BYTES, {"Content-Type": content_type})
        said = f"{status} {reason(answer)}"
        if status in (400, 404, 405, 501) or (status == 200 and b'"error"' in answer):
            raise StoreRefused(f"this store can't forget single readings: {said}")
        if not 200 <= status < 300:
            raise StoreUnavailable(said)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _create_database(self) -> None:
        name = self._settings.database.replace('"', '\\"')
        status, answer = self._http.request("POST", "/query?q=" + quote(f'CREATE DATABASE "{name}"'), None, ANSWER_LIMIT_BYTES)
        if status != 200:
            raise StoreUnavailable(f"database {self._settings.database} can't be made: {status} {reason(answer)}")
        log.info("made the database %s", self._settings.database)


def _is_near(url: str) -> bool:
    """Tell whether a server is on this machine, where packing costs more than it saves."""
    return (urlsplit(url).hostname or "") in ("localhost", "127.0.0.1", "::1")


def _deletion(row: StoredRow) -> str:
    tags = " AND ".join(f"{identifier(key)}={literal(value)}" for key, value in sorted(tags_of(row.origin).items()))
    return f"DELETE FROM {identifier(row.origin.stream.measurement)} WHERE {tags} AND time={row.t_ms}ms"  # noqa: S608 — quoted above


def _predicate(row: StoredRow) -> str:
    keys = {"_measurement": row.origin.stream.measurement} | dict(sorted(tags_of(row.origin).items()))
    return " AND ".join(f"{key}={literal(value, _DOUBLE)}" for key, value in keys.items())


def _rfc3339(t_ms: int) -> str:
    return datetime.fromtimestamp(t_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
