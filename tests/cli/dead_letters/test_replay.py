"""`gateway dead-letters replay`; tests/system replays letters into a real centre."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main


def test_lines_need_an_influxdb_and_stay_without_it(site: Path) -> None:
    failed = CliRunner().invoke(main, ["dead-letters", "replay", str(site), "1"])
    assert (failed.exit_code, failed.output) == (1, "gateway: these are lines for InfluxDB, but the site file has no 'influx:' store\n")


def test_messages_need_a_broker_and_stay_without_it(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.centre.letter_replay._CONNECTED_WITHIN_S", 0.1)
    failed = CliRunner().invoke(main, ["dead-letters", "replay", str(site), "2"])
    assert (failed.exit_code, failed.output) == (1, "gateway: can't reach the broker mqtt://127.0.0.1:1; no dead letter was deleted\n")
    assert "2 " in CliRunner().invoke(main, ["dead-letters", "list", str(site)]).output


def test_json_has_what_was_replayed_and_what_was_refused(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.cli.dead_letters.replay._replay", lambda *_: {1: "field type conflict"})
    done = CliRunner().invoke(main, ["dead-letters", "replay", str(site), "--all", "--json"])
    assert (done.exit_code, json.loads(done.output)) == (1, {"replayed": [2], "refused": {"1": "field type conflict"}})
