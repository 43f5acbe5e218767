"""`gateway central setup`; tests/system sets up a real InfluxDB."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from gateway.cli import main


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
