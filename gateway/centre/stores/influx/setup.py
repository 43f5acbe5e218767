"""Creates what InfluxDB needs before it is written to: database or bucket, retention, roll-ups. Running it again changes nothing."""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, Protocol
from urllib.parse import quote, urlencode

import msgspec

from gateway.centre.stores.influx.http import InfluxConnection
from gateway.centre.stores.influx.influxql import identifier
from gateway.centre.stores.influx.rejected_lines import reason_of
from gateway.centre.stores.influx.rollups import TARGETS, continuous_query, roll_ups, task
from gateway.centre.stores.port import StoreRefused
from gateway.model.site import InfluxSettings, RetentionSettings

_ANSWER_LIMIT_BYTES = 8 << 20

Verb = Literal["create", "change", "keep"]


class Step(NamedTuple):
    """One thing that the store needs: what to do about it, its description, and the statement or request that does it."""

    verb: Verb
    what: str
    text: str


class Setup(Protocol):
    """Sets up one kind of store.

    Methods raise StoreUnavailable if the store does not answer, StoreRefused if it does not support this.
    """

    def steps(self) -> Iterator[Step]:
        """Compare what the store needs with what it has; yield the steps to take."""
        ...

    def do(self, step: Step) -> None:
        """Take a step."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


def setup_of(settings: InfluxSettings, retention: RetentionSettings) -> Setup:
    """Return the setup for the kind of store in the settings."""
    return _Setup1(settings, retention) if settings.api == "v1" else _Setup2(settings, retention)


def _keeps(retention: RetentionSettings) -> dict[str, float | None]:
    """Return the retention of each kind of readings in seconds; None means for ever."""
    return {"raw": retention.raw, TARGETS["15m"]: retention.quarter_hours, TARGETS["1d"]: retention.days}


class _Setup1:
    """InfluxDB 1.x: statements of InfluxQL."""

    def __init__(self, settings: InfluxSettings, retention: RetentionSettings) -> None:
        self._connection, self._database, self._retention = InfluxConnection(settings), settings.database, retention

    def steps(self) -> Iterator[Step]:
        name = identifier(self._database)
        databases = {row[0] for row in self._ask("SHOW DATABASES")}
        yield Step("keep" if self._database in databases else "create", f"database {self._database}", f"CREATE DATABASE {name}")
        policies = {row[0]: row[1] for row in self._ask(f"SHOW RETENTION POLICIES ON {name}")} if self._database in databases else {}
        for policy, keep_s in zip(("autogen", *TARGETS.values()), _keeps(self._retention).values(), strict=True):
            yield self._policy(policy, keep_s, policies)
        known = {row[0]: row[1] for row in self._ask("SHOW CONTINUOUS QUERIES", self._database)}
        for one in roll_ups():
            text = continuous_query(one, self._database)
            verb: Verb = "create" if one.name not in known else "keep" if _same(known[one.name], text) else "change"
            drop = f"DROP CONTINUOUS QUERY {identifier(one.name)} ON {name}; " if verb == "change" else ""
            yield Step(verb, f"roll-up {one.name}", drop + text)

    def _policy(self, policy: str, keep_s: float | None, known: dict[str, str]) -> Step:
        # A new database has the policy autogen, which keeps readings for ever.
        exists = policy in known or policy == "autogen"
        duration = "INF" if keep_s is None else f"{max(3600, int(keep_s))}s"
        of = f"RETENTION POLICY {identifier(policy)} ON {identifier(self._database)} DURATION {duration}"
        what = f"retention {policy}: {'for ever' if keep_s is None else f'{keep_s / 86400:g} days'}"
        if exists and _seconds(known.get(policy, "0s")) == (0 if keep_s is None else max(3600, int(keep_s))):
            return Step("keep", what, f"ALTER {of}")
        return Step("change" if exists else "create", what, f"ALTER {of}" if exists else f"CREATE {of} REPLICATION 1")

    def do(self, step: Step) -> None:
        self._ask(step.text)

    def close(self) -> None:
        self._connection.close()

    def _ask(self, statement: str, only: str | None = None) -> list[list[Any]]:
        status, answer = self._connection.request("POST", f"/query?q={quote(statement)}", None, _ANSWER_LIMIT_BYTES)
        if status != 200:
            raise StoreRefused(f"{status} {reason_of(answer.decode('utf-8', 'replace'))}")
        rows: list[list[Any]] = []
        for result in msgspec.json.decode(answer).get("results", []):
            if "error" in result:
                raise StoreRefused(result["error"])
            for series in result.get("series", []):
                if only is None or series["name"] == only:
                    rows += series.get("values", [])
        return rows


def _same(known: str, wanted: str) -> bool:
    """Compare statements ignoring quotes, of which the server drops those that are not needed."""
    return " ".join(known.replace('"', "").split()) == " ".join(wanted.replace('"', "").split())


def _seconds(duration: str) -> int:
    """Parse a duration as InfluxDB prints it, e.g. 2160h0m0s; 0 means for ever."""
    total, number = 0, ""
    for sign in duration:
        if sign.isdigit():
            number += sign
        else:
            total += int(number or 0) * {"h": 3600, "m": 60, "s": 1}[sign]
            number = ""
    return total


class _Setup2:
    """InfluxDB 2.x: buckets and tasks (docs.influxdata.com, "InfluxDB v2 API")."""

    def __init__(self, settings: InfluxSettings, retention: RetentionSettings) -> None:
        self._connection, self._settings, self._retention = InfluxConnection(settings), settings, retention
        self._org_id = ""

    def steps(self) -> Iterator[Step]:
        organisations = self._ask("GET", "/api/v2/orgs?" + urlencode({"org": self._settings.org}))["orgs"]
        self._org_id = organisations[0]["id"]
        buckets = self._ask("GET", "/api/v2/buckets?" + urlencode({"org": self._settings.org, "limit": 100}))["buckets"]
        known = {one["name"]: one for one in buckets}
        for kind, keep_s in _keeps(self._retention).items():
            yield self._bucket(self._settings.database + ("" if kind == "raw" else f"_{kind}"), keep_s, known)
        tasks = {
            one["name"]: one for one in self._ask("GET", "/api/v2/tasks?" + urlencode({"org": self._settings.org, "limit": 500}))["tasks"]
        }
        for one in roll_ups():
            script = task(one, self._settings.database)
            existing = tasks.get(one.name)
            if existing is None:
                yield self._step("create", f"roll-up {one.name}", "POST", "/api/v2/tasks", {"orgID": self._org_id, "flux": script})
            else:
                verb: Verb = "keep" if existing["flux"].split() == script.split() else "change"
                yield self._step(verb, f"roll-up {one.name}", "PATCH", f"/api/v2/tasks/{existing['id']}", {"flux": script})

    def _bucket(self, name: str, keep_s: float | None, known: dict[str, Any]) -> Step:
        rules = [] if keep_s is None else [{"type": "expire", "everySeconds": max(3600, int(keep_s))}]
        what = f"bucket {name}: {'for ever' if keep_s is None else f'{keep_s / 86400:g} days'}"
        existing = known.get(name)
        if existing is None:
            return self._step("create", what, "POST", "/api/v2/buckets", {"orgID": self._org_id, "name": name, "retentionRules": rules})
        has = [rule["everySeconds"] for rule in existing.get("retentionRules", [])]
        verb: Verb = "keep" if has == [rule["everySeconds"] for rule in rules] else "change"
        return self._step(verb, what, "PATCH", f"/api/v2/buckets/{existing['id']}", {"retentionRules": rules})

    @staticmethod
    def _step(verb: Verb, what: str, method: str, path: str, body: dict[str, Any]) -> Step:
        return Step(verb, what, f"{method} {path}\n{msgspec.json.encode(body).decode()}")

    def do(self, step: Step) -> None:
        head, _, body = step.text.partition("\n")
        method, _, path = head.partition(" ")
        self._ask(method, path, body.encode())

    def close(self) -> None:
        self._connection.close()

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Any:  # noqa: ANN401 — JSON
        headers = {"Content-Type": "application/json"} if body is not None else {}
        status, answer = self._connection.request(method, path, body, _ANSWER_LIMIT_BYTES, headers)
        if not 200 <= status < 300:
            raise StoreRefused(f"{status} {reason_of(answer.decode('utf-8', 'replace'))}")
        return msgspec.json.decode(answer)
