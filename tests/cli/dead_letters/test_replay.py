"""`gateway dead-letters replay`; tests/system replays letters into a real centre."""

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
