"""A double of InfluxDB 2.9: what the real one answered, and the "InfluxDB v2 API reference" for the rest."""

import http.server
import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from gateway.model.instants import iso_utc

FOR_EVER = {"type": "expire", "everySeconds": 0, "shardGroupDurationSeconds": 604_800}
"""The rule of a bucket that keeps readings for ever: the server answers with it whatever was asked for."""

Answer = tuple[int, object]


def error(status: int, code: str, message: str) -> Answer:
    return status, {"code": code, "message": message}


UNAUTHORISED = error(401, "unauthorized", "unauthorized access")
NO_SUCH_PATH = error(404, "not found", "path not found")
NO_ORGANISATION = error(400, "invalid", "Please provide either orgID or org")


class Influx2(http.server.BaseHTTPRequestHandler):
    """Stores buckets, tasks and mappings of InfluxQL's names of one organisation, and lines by series and time.

    The server's state has `token`, `org`, `readable` (whether the token may read the organisation), `buckets`, `tasks`, `dbrps`, `lines` and
    `asked`.
    """

    protocol_version = "HTTP/1.1"

    @property
    def state(self) -> SimpleNamespace:
        state: SimpleNamespace = self.server.state  # type: ignore[attr-defined]
        return state

    def _work(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        self.state.asked.append((self.command, self.path))
        status, content = UNAUTHORISED
        if self.headers["authorization"] == f"Token {self.state.token}":
            parameters = {key: values[0] for key, values in parse_qs(url.query).items()}
            status, content = self._answer(url.path.removeprefix("/api/v2/"), parameters, body)
        text = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PATCH = _work  # noqa: N815 — the names of the base class

    def _answer(self, path: str, parameters: dict[str, str], body: bytes) -> Answer:
        kind, _, number = path.partition("/")
        if kind == "orgs":
            return 200, {"orgs": [{"id": "0123456789abcdef", "name": self.state.org}] if self.state.readable else []}
        if kind in ("write", "delete"):
            missing = self._missing(parameters)
            return missing or (self._write(body.decode()) if kind == "write" else self._delete(json.loads(body)))
        if kind == "dbrps":
            return self._mappings(parameters, json.loads(body) if body else None)
        if kind not in ("buckets", "tasks"):
            return NO_SUCH_PATH
        return self._kept(kind, number, json.loads(body) if body else None)

    def _mappings(self, parameters: dict[str, str], said: dict[str, Any] | None) -> Answer:
        """A database's first mapping is its default; each bucket has a virtual one, which an explicit one of its names replaces."""
        if said is None:
            if not parameters.get("org"):
                return NO_ORGANISATION
            explicit = [one for one in self.state.dbrps if one["database"] == parameters["db"]]
            virtual = [
                {"database": one["name"], "retention_policy": "autogen", "bucketID": one["id"], "default": True, "virtual": True}
                for one in self.state.buckets
                if one["name"] == parameters["db"] and not explicit
            ]
            return 200, {"content": explicit + virtual}
        if said["bucketID"] not in {one["id"] for one in self.state.buckets}:
            return error(400, "invalid", "unable to find bucket")
        if any((one["database"], one["retention_policy"]) == (said["database"], said["retention_policy"]) for one in self.state.dbrps):
            return error(409, "conflict", "another DBRP mapping with same orgID, db, and rp exists")
        first = not any(one["database"] == said["database"] for one in self.state.dbrps)
        self.state.dbrps.append(said | {"id": f"dbrp-{len(self.state.dbrps)}", "default": said["default"] or first, "virtual": False})
        return 201, self.state.dbrps[-1]

    def _missing(self, parameters: dict[str, str]) -> Answer | None:
        """Return the refusal of a request without its organisation or bucket."""
        if not parameters.get("org"):
            return NO_ORGANISATION
        if parameters["org"] != self.state.org:
            return error(404, "not found", f'organization name "{parameters["org"]}" not found')
        if parameters.get("bucket") not in {one["name"] for one in self.state.buckets}:
            return error(404, "not found", f'bucket "{parameters.get("bucket")}" not found')
        return None

    def _write(self, text: str) -> Answer:
        for line in text.splitlines():
            head, _, rest = line.partition(" ")
            if "=" not in rest:
                return error(400, "invalid", f"unable to parse '{line}': missing fields")
            self.state.lines[head, int(rest.rpartition(" ")[2])] = line
        return 204, None

    def _delete(self, said: dict[str, str]) -> Answer:
        """Delete a series' lines from `start` to `stop`; the real one deletes what is at `stop`, too."""
        wanted = {key: value.strip('"') for key, value in (part.split("=", 1) for part in said["predicate"].split(" AND "))}
        for head, t_ms in list(self.state.lines):
            measurement, *tags = head.split(",")
            of_series = wanted == {"_measurement": measurement} | dict(tag.split("=", 1) for tag in tags)
            if of_series and said["start"] <= iso_utc(t_ms) <= said["stop"]:
                del self.state.lines[head, t_ms]
        return 204, None

    def _kept(self, kind: str, number: str, said: Any) -> Answer:
        kept: list[dict[str, Any]] = getattr(self.state, kind)
        if self.command == "GET":
            return 200, {kind: kept}
        one: dict[str, Any] = {"id": f"{kind}-{len(kept)}"}
        if self.command == "POST":
            kept.append(one)
        else:
            (one,) = (other for other in kept if other["id"] == number)
        rules = said.pop("retentionRules", None)
        whole = one.get("retentionRules", [FOR_EVER])[0] | (rules[0] if rules else {})
        if 0 < whole["everySeconds"] < whole["shardGroupDurationSeconds"]:
            message = "shard-group duration must also be updated to be smaller than new retention duration"
            return error(422, "unprocessable entity", message)
        one.update(said)
        if kind == "tasks":
            one["name"] = said["flux"].split('option task = {name: "')[1].split('"')[0]
        else:
            one["retentionRules"] = [whole]
        return (201 if self.command == "POST" else 200), one

    def log_message(self, *_: object) -> None:
        """Print nothing."""
