"""Creates what InfluxDB needs before it is written to: database or bucket, retention, roll-ups. Running it again changes nothing."""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, Protocol
from urllib.parse import quote, urlencode

import msgspec

from gateway.centre.stores.influx.http import InfluxConnection, refusal
from gateway.centre.stores.influx.influxql import identifier
from gateway.centre.stores.influx.rollups import TARGETS, RollUp, continuous_query, reads_from, roll_ups, task, task_name
from gateway.centre.stores.port import StoreRefused
from gateway.model.site.store import InfluxSettings, RetentionSettings

_ANSWER_LIMIT_BYTES = 8 << 20

_HOUR_S, _DAY_S = 3600, 86_400
_LEAST_RETENTION_S = _HOUR_S
"""The shortest that InfluxDB accepts."""

_MAPPINGS = "/api/v2/dbrps"
"""Which bucket a database and retention policy of InfluxQL mean."""

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


def setup_of(settings: InfluxSettings, retention: RetentionSettings, time_zone: str) -> Setup:
    """Return the setup for the kind of store in the settings, with days of a time zone."""
    kind = _Setup1 if settings.api == "v1" else _Setup2
    return kind(settings, retention, time_zone)


def _keeps(retention: RetentionSettings) -> dict[str, int]:
    """Return the retention of each kind of readings in seconds; 0 means for ever, as in both versions of InfluxDB."""
    keeps = {"raw": retention.raw, TARGETS["15m"]: retention.quarter_hours, TARGETS["1d"]: retention.days}
    return {kind: 0 if keep_s is None else max(_LEAST_RETENTION_S, int(keep_s)) for kind, keep_s in keeps.items()}


def _in_words(keep_s: int) -> str:
    return f"{keep_s / _DAY_S:g} days" if keep_s else "for ever"


def _described(one: RollUp, time_zone: str) -> str:
    return f"roll-up {one.name}" + (f", days of {time_zone}" if one.span == "1d" else "")


class _Setup1:
    """InfluxDB 1.x: statements of InfluxQL."""

    def __init__(self, settings: InfluxSettings, retention: RetentionSettings, time_zone: str) -> None:
        self._connection, self._database = InfluxConnection(settings), settings.database
        self._retention, self._time_zone = retention, time_zone

    def steps(self) -> Iterator[Step]:
        name = identifier(self._database)
        databases = {row[0] for row in self._ask("SHOW DATABASES")}
        yield Step("keep" if self._database in databases else "create", f"database {self._database}", f"CREATE DATABASE {name}")
        policies = {row[0]: row[1] for row in self._ask(f"SHOW RETENTION POLICIES ON {name}")} if self._database in databases else {}
        for policy, keep_s in zip(("autogen", *TARGETS.values()), _keeps(self._retention).values(), strict=True):
            yield self._policy(policy, keep_s, policies)
        known = {row[0]: row[1] for row in self._ask("SHOW CONTINUOUS QUERIES", self._database)}
        for one in roll_ups():
            text = continuous_query(one, self._database, self._time_zone)
            verb: Verb = "create" if one.name not in known else "keep" if _same(known[one.name], text) else "change"
            drop = f"DROP CONTINUOUS QUERY {identifier(one.name)} ON {name}; " if verb == "change" else ""
            yield Step(verb, _described(one, self._time_zone), drop + text)

    def _policy(self, policy: str, keep_s: int, known: dict[str, str]) -> Step:
        # A new database has the policy autogen, which keeps readings for ever.
        exists = policy in known or policy == "autogen"
        of = f"RETENTION POLICY {identifier(policy)} ON {identifier(self._database)} DURATION {f'{keep_s}s' if keep_s else 'INF'}"
        what = f"retention {policy}: {_in_words(keep_s)}"
        alter = f"ALTER {of} SHARD DURATION {_shard_s(keep_s)}s"
        if exists and _seconds(known.get(policy, "0s")) == keep_s:
            return Step("keep", what, alter)
        return Step("change", what, alter) if exists else Step("create", what, f"CREATE {of} REPLICATION 1")

    def do(self, step: Step) -> None:
        self._ask(step.text)

    def close(self) -> None:
        self._connection.close()

    def _ask(self, statement: str, only: str | None = None) -> list[list[Any]]:
        status, answer = self._connection.request("POST", f"/query?q={quote(statement)}", None, _ANSWER_LIMIT_BYTES)
        if status != 200:
            raise StoreRefused(refusal(status, answer))
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


def _shard_s(keep_s: int) -> int:
    """Return the duration of shards that InfluxDB chooses for a retention. It refuses one that is longer than the retention."""
    if not keep_s or keep_s > 180 * _DAY_S:
        return 7 * _DAY_S
    return _DAY_S if keep_s >= 2 * _DAY_S else _HOUR_S


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
    """InfluxDB 2.x: buckets, tasks, and the names that InfluxQL has for the buckets (docs.influxdata.com, "InfluxDB v2 API")."""

    def __init__(self, settings: InfluxSettings, retention: RetentionSettings, time_zone: str) -> None:
        self._connection, self._settings = InfluxConnection(settings), settings
        self._retention, self._time_zone = retention, time_zone
        self._org_id = ""
        self._bucket_ids: dict[str, str] = {}

    def steps(self) -> Iterator[Step]:
        organisations = self._ask("GET", "/api/v2/orgs?" + urlencode({"org": self._settings.org}))["orgs"]
        if not organisations:
            raise StoreRefused(
                f"there is no organisation '{self._settings.org}', or the token may not read it; check 'org', and use a token that may read"
                " organisations and read and write buckets and tasks"
            )
        self._org_id = organisations[0]["id"]
        buckets = self._ask("GET", "/api/v2/buckets?" + urlencode({"org": self._settings.org, "limit": 100}))["buckets"]
        known = {one["name"]: one for one in buckets}
        self._bucket_ids = {name: one["id"] for name, one in known.items()}
        for kind, keep_s in _keeps(self._retention).items():
            yield self._bucket(self._settings.database + ("" if kind == "raw" else f"_{kind}"), keep_s, known)
        tasks = {
            one["name"]: one for one in self._ask("GET", "/api/v2/tasks?" + urlencode({"org": self._settings.org, "limit": 500}))["tasks"]
        }
        for one in roll_ups():
            yield self._task(one, tasks)
        query = urlencode({"org": self._settings.org, "db": self._settings.database})
        mapped = {one["retention_policy"] for one in self._ask("GET", f"{_MAPPINGS}?{query}")["content"] if not one.get("virtual")}
        for policy in ("autogen", *TARGETS.values()):
            yield self._mapping(policy, mapped)

    def _mapping(self, policy: str, mapped: set[str]) -> Step:
        """Map a database and policy of InfluxQL to a bucket, which dashboards name so. The first mapping of a database is its default."""
        database = self._settings.database
        bucket = database if policy == "autogen" else f"{database}_{policy}"
        body = {
            "orgID": self._org_id,
            "bucketID": bucket,
            "database": database,
            "retention_policy": policy,
            "default": policy == "autogen",
        }
        return self._step("keep" if policy in mapped else "create", f"InfluxQL name {database}.{policy}", "POST", _MAPPINGS, body)

    def _task(self, one: RollUp, known: dict[str, Any]) -> Step:
        bucket = self._settings.database
        script, what = task(one, bucket, self._time_zone), _described(one, self._time_zone)
        existing = known.get(task_name(one, bucket))
        if existing is None and one.name in known and reads_from(known[one.name]["flux"], bucket):
            existing = known[one.name]  # from when names lacked the bucket
        if existing is None:
            return self._step("create", what, "POST", "/api/v2/tasks", {"orgID": self._org_id, "flux": script})
        verb: Verb = "keep" if existing["flux"].split() == script.split() else "change"
        return self._step(verb, what, "PATCH", f"/api/v2/tasks/{existing['id']}", {"flux": script})

    def _bucket(self, name: str, keep_s: int, known: dict[str, Any]) -> Step:
        # Rules that are empty change nothing, and InfluxDB answers with rules for buckets that keep readings for ever, too.
        rules = [{"type": "expire", "everySeconds": keep_s, "shardGroupDurationSeconds": _shard_s(keep_s)}]
        what = f"bucket {name}: {_in_words(keep_s)}"
        existing = known.get(name)
        if existing is None:
            return self._step("create", what, "POST", "/api/v2/buckets", {"orgID": self._org_id, "name": name, "retentionRules": rules})
        has_s = sum(rule["everySeconds"] for rule in existing.get("retentionRules", []))
        verb: Verb = "keep" if has_s == keep_s else "change"
        return self._step(verb, what, "PATCH", f"/api/v2/buckets/{existing['id']}", {"retentionRules": rules})

    @staticmethod
    def _step(verb: Verb, what: str, method: str, path: str, body: dict[str, Any]) -> Step:
        return Step(verb, what, f"{method} {path}\n{msgspec.json.encode(body).decode()}")

    def do(self, step: Step) -> None:
        head, _, body = step.text.partition("\n")
        method, _, path = head.partition(" ")
        sent = msgspec.json.decode(body)
        if path == _MAPPINGS:
            # A bucket has its id only once it is created.
            sent["bucketID"] = self._bucket_ids[sent["bucketID"]]
        answer = self._ask(method, path, msgspec.json.encode(sent))
        if path == "/api/v2/buckets":
            self._bucket_ids[answer["name"]] = answer["id"]

    def close(self) -> None:
        self._connection.close()

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Any:  # noqa: ANN401 — JSON
        headers = {"Content-Type": "application/json"} if body is not None else {}
        status, answer = self._connection.request(method, path, body, _ANSWER_LIMIT_BYTES, headers)
        if not 200 <= status < 300:
            raise StoreRefused(refusal(status, answer))
        return msgspec.json.decode(answer)
