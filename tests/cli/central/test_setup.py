"""`gateway central setup`; tests/system sets up a real InfluxDB."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from tests.system.servers import influxdb


@pytest.mark.parametrize(
    ("store", "error"),
    [
        ({"history": {"path": "h.sqlite"}}, "the embedded history needs no setup"),
        ({"influx": {"url": "http://127.0.0.1:1", "api": "victoria"}}, "VictoriaMetrics needs no setup"),
        ({"influx": {"url": "http://127.0.0.1:1"}}, "the store does not answer"),
        (
            {"influx": {"url": "https://127.0.0.1:1", "ca": "nowhere.pem"}},
            "the CA file nowhere.pem of 'influx' can't be used: No such file or directory",
        ),
    ],
    ids=["history", "victoria", "no server", "no CA"],
)
def test_a_store_that_can_not_be_set_up_is_an_error(store: dict[str, object], error: str, tmp_path: Path) -> None:
    (tmp_path / "centre.yaml").write_text(json.dumps({"site": "prato", "centre": {"broker": "mqtt://127.0.0.1:1", "store": store}}))
    failed = CliRunner().invoke(main, ["central", "setup", str(tmp_path / "centre.yaml")])
    assert failed.exit_code == 1
    assert error in failed.output


def test_json_lists_the_steps_and_whether_they_were_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [
        SimpleNamespace(verb="create", what="database street", text="CREATE DATABASE"),
        SimpleNamespace(verb="keep", what="retention", text=""),
    ]
    setup = SimpleNamespace(steps=lambda: steps, do=lambda _: None, close=lambda: None)
    monkeypatch.setattr("gateway.centre.stores.influx.setup.setup_of", lambda *_: setup)
    store = {"influx": {"url": "http://127.0.0.1:1"}}
    (tmp_path / "centre.yaml").write_text(json.dumps({"site": "prato", "centre": {"broker": "mqtt://127.0.0.1:1", "store": store}}))
    for options, done in ((["--json"], True), (["--json", "--dry-run"], False)):
        shown = CliRunner().invoke(main, ["central", "setup", str(tmp_path / "centre.yaml"), *options])
        assert (shown.exit_code, json.loads(shown.output)) == (0, [
            {"verb": "create", "what": "database street", "text": "CREATE DATABASE", "done": done}, {"verb": "keep", "what": "retention", "text": "", "done": False},
        ])  # fmt: skip


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    process, url = influxdb(tmp_path)
    yield url
    process.stop()


def set_up(folder: Path, **described: object) -> Result:
    site = {"site": "prato", "time_zone": "Europe/Rome", "centre": {"broker": "mqtt://127.0.0.1:1", "store": {"influx": described}}}
    (folder / "centre.yaml").write_text(json.dumps(site))
    return CliRunner().invoke(main, ["central", "setup", str(folder / "centre.yaml")])


@pytest.mark.system
def test_a_server_of_another_kind_is_refused_with_what_to_check(url: str, tmp_path: Path) -> None:
    failed = set_up(tmp_path, url=url, api="v2", org="prato")
    assert failed.exit_code == 1
    assert "the store refuses: 404 page not found; check 'url', 'api', 'database' and 'org'\n" in failed.output


@pytest.mark.system
def test_a_server_that_wants_a_login_is_refused_with_what_to_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFLUXDB_HTTP_AUTH_ENABLED", "true")
    process, url = influxdb(tmp_path)
    user = quote("CREATE USER \"admin\" WITH PASSWORD 'x' WITH ALL PRIVILEGES")
    urllib.request.urlopen(urllib.request.Request(f"{url}/query?q={user}", method="POST"), timeout=10).close()
    failed = set_up(tmp_path, url=url)
    process.stop()
    assert failed.exit_code == 1
    assert "the store refuses: 401 " in failed.output
    assert "; check the user and password of 'login', or the token in 'token_file'\n" in failed.output


@pytest.mark.system
def test_days_are_those_of_the_sites_time_zone(url: str, tmp_path: Path) -> None:
    done = set_up(tmp_path, url=url)
    assert done.exit_code == 0
    assert "created: roll-up lighting_meter_days, days of Europe/Rome\n" in done.output
    again = set_up(tmp_path, url=url)
    assert {line.split(":")[0] for line in again.output.splitlines()} == {"exists"}
