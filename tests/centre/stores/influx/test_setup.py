"""The setup of InfluxDB 2.x, against a double of its documented API; tests/system sets up a real 1.x."""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.centre.stores.influx.rollups import roll_ups
from gateway.centre.stores.influx.setup import Step, setup_of
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.centre.stores.port import StoreRefused, StoreUnavailable
from gateway.model.site import InfluxSettings, RetentionSettings
from tests.centre.readings import ROWS, write


class _Influx2(http.server.BaseHTTPRequestHandler):
    """`/api/v2/orgs`, `/buckets`, `/tasks` and `/write` of InfluxDB 2.x ("InfluxDB v2 API reference"): stores buckets and tasks, and checks the token."""

    kept: dict[str, list[dict[str, Any]]]
    asked: list[tuple[str, str]]

    def _answer(self, status: int, body: object = None) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _work(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        self.asked.append((self.command, self.path))
        if self.headers["authorization"] != "Token secret":
            return self._answer(401, {"code": "unauthorized", "message": "unauthorized access"})
        kind, _, number = url.path.removeprefix("/api/v2/").partition("/")
        if kind == "orgs":
            return self._answer(200, {"orgs": [{"id": "0123456789abcdef", "name": parse_qs(url.query)["org"][0]}]})
        if kind == "write":
            return self._answer(204)
        if kind not in self.kept:
            return self._answer(404, {"code": "not found", "message": "path not found"})
        if self.command == "GET":
            return self._answer(200, {kind: self.kept[kind]})
        said = json.loads(body)
        if self.command == "POST":
            name = said["name"] if kind == "buckets" else said["flux"].split('name: "')[1].split('"')[0]
            self.kept[kind].append(said | {"id": f"id-{len(self.kept[kind])}", "name": name})
            return self._answer(201, self.kept[kind][-1])
        (one,) = (one for one in self.kept[kind] if one["id"] == number)
        one |= said
        return self._answer(200, one)

    do_GET = do_POST = do_PATCH = _work  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def influx2(tmp_path: Path) -> Iterator[tuple[InfluxSettings, type[_Influx2]]]:
    handler = type("Handler", (_Influx2,), {"kept": {"buckets": [], "tasks": []}, "asked": [], "protocol_version": "HTTP/1.1"})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    (tmp_path / "token").write_text("secret\n")
    (tmp_path / "token").chmod(0o600)
    yield InfluxSettings(url=f"http://127.0.0.1:{server.server_port}", api="v2", org="prato", token_file=str(tmp_path / "token")), handler
    server.shutdown()
    thread.join()
    server.server_close()


def done(settings: InfluxSettings, retention: RetentionSettings) -> list[Step]:
    """Run the setup and return its steps."""
    setup = setup_of(settings, retention)
    steps = []
    try:
        for step in setup.steps():
            steps.append(step)
            if step.verb != "keep":
                setup.do(step)
    finally:
        setup.close()
    return steps


def test_buckets_and_tasks_are_created_once_and_changed_if_they_differ(influx2: tuple[InfluxSettings, type[_Influx2]]) -> None:
    settings, server = influx2
    first = done(settings, RetentionSettings())
    assert {step.verb for step in first} == {"create"}
    assert [one["name"] for one in server.kept["buckets"]] == ["street", "street_quarter_hours", "street_days"]
    assert {one["name"] for one in server.kept["tasks"]} == {one.name for one in roll_ups()}
    assert {step.verb for step in done(settings, RetentionSettings())} == {"keep"}
    changed = [step.what for step in done(settings, RetentionSettings(raw=90 * 86400.0)) if step.verb == "change"]
    assert changed == ["bucket street: 90 days"]
    assert server.kept["buckets"][0]["retentionRules"] == [{"type": "expire", "everySeconds": 90 * 86400}]
    server.kept["tasks"][0]["flux"] = "an older script"
    assert [step.verb for step in done(settings, RetentionSettings(raw=90 * 86400.0))].count("change") == 1


def test_writes_carry_token_organisation_bucket_and_precision(influx2: tuple[InfluxSettings, type[_Influx2]]) -> None:
    settings, server = influx2
    store = InfluxStore(settings)
    assert write(store, *ROWS) == []
    store.close()
    assert server.asked == [("POST", "/api/v2/write?bucket=street&org=prato&precision=ms")]


def test_a_wrong_token_makes_the_store_unavailable_for_writes_and_is_refused_for_the_setup(
    influx2: tuple[InfluxSettings, type[_Influx2]], tmp_path: Path
) -> None:
    settings, _ = influx2
    (tmp_path / "token").write_text("wrong")
    store = InfluxStore(InfluxSettings(url=settings.url, api="v2", token_file=settings.token_file))
    with pytest.raises(StoreUnavailable, match="401 unauthorized access"):
        write(store, *ROWS)
    store.close()
    with pytest.raises(StoreRefused, match="401 unauthorized access"):
        done(settings, RetentionSettings())
