"""`gateway demo`: a street of simulated devices, and the proof that nothing is lost."""

import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.simulate.day.script import day_of_prato
from gateway.simulate.day.verdict import DayVerdict
from gateway.simulate.demo import DemoOptions, DemoResult
from gateway.simulate.verify.verdict import Verdict
from tests.cli.command_line import run


@pytest.mark.system
def test_the_demo_reports_that_nothing_is_lost_and_detects_an_edited_and_a_deleted_row(tmp_path: Path) -> None:
    done = run("demo", "--seconds", "12", "--day", "3", "--json", "--port", "0", "--keep", str(tmp_path / "a"), timeout_s=90)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert (found["lost"], found["duplicated"], found["wrong_values"]) == (0, 0, 0)
    assert found["taken"] == found["stored"] > 100
    assert found["devices"] == 14
    assert found["measurements"] == 5
    day = found.pop("situations")
    assert [day[name] for name in ("refused", "lost", "doubled", "disordered", "foreign")] == [0] * 5, day
    assert day["requests"] == len(day_of_prato(0))
    assert len(day["received"]) == 11
    again = run("demo", "--recheck", "--json", "--keep", str(tmp_path / "a"))
    assert (again.returncode, json.loads(again.stdout)) == (0, found)
    statements = {
        "wrong_values": "UPDATE samples SET value = value + 0.1 WHERE rowid IS NULL OR (series, t_ms) IN (SELECT series, t_ms FROM samples"
        " JOIN series ON id = series WHERE field = 'voltage_l1' LIMIT 1)",
        "lost": "DELETE FROM samples WHERE (t_ms, series) IN (SELECT s.t_ms, s.series FROM samples s JOIN series ON id = s.series"
        " WHERE asset = 'pl-0001' AND s.t_ms = (SELECT min(t_ms) FROM samples JOIN series ON id = series WHERE asset = 'pl-0001'))",
    }
    for what, statement in statements.items():
        folder = tmp_path / what
        shutil.copytree(tmp_path / "a", folder)
        database = sqlite3.connect(folder / "history.sqlite")
        changed = database.execute(statement.replace("rowid IS NULL OR ", "")).rowcount
        database.commit()
        database.close()
        assert changed >= 1
        tampered = run("demo", "--recheck", "--json", "--keep", str(folder))
        assert tampered.returncode == 1, what
        assert json.loads(tampered.stdout)[what] >= 1


def test_a_port_in_use_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("demo", "--seconds", "5", "--port", str(port))
    assert (done.returncode, done.stderr) == (1, f"gateway: port {port} is in use; choose another with --port\n")


def test_a_recheck_needs_the_folder_of_an_earlier_run(tmp_path: Path) -> None:
    assert run("demo", "--recheck").stderr == "gateway: --recheck needs the folder of an earlier run; add --keep FOLDER\n"
    assert run("demo", "--recheck", "--keep", str(tmp_path)).stderr == f"gateway: {tmp_path} contains no run of the demo\n"


def test_the_demo_reports_what_fails_to_start(tmp_path: Path) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    broken = empty / "mosquitto"
    broken.write_text("#!/bin/sh\necho 'this is no broker'\nexit 3\n")
    broken.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "demo", "--seconds", "5", "--no-room", "--port", "0"],
        capture_output=True, text=True, env=os.environ | {"PATH": f"{empty}:{os.environ['PATH']}"}, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "gateway: broker (exit code 3): this is no broker" in done.stderr
    (folder,) = re.findall(r"the files of this run are in (\S+); to compare again", done.stderr)
    assert (Path(folder) / "broker.log").exists()
    shutil.rmtree(folder)


def test_late_responses_of_the_simulation_are_mentioned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ran(options: DemoOptions, **_: object) -> DemoResult:
        return DemoResult(Verdict(2, 1, 0, 0, 0, 1, 1, [], late=1))

    monkeypatch.setattr("gateway.simulate.demo.run", ran)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = CliRunner().invoke(main, ["demo"])
    assert done.exit_code == 0
    assert "1 responses of simulated devices were late, because this machine is busy" in done.output


def test_the_day_is_reported_with_what_each_organisation_received(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    day = DayVerdict(14, 63, 62, {"cap": 36}, 1, 2, 3, 4, 5, ["cap: 2 lost"], failure="no answer")

    async def ran(options: DemoOptions, **_: object) -> DemoResult:
        assert options.day_s == 60
        return DemoResult(Verdict(2, 1, 0, 0, 0, 1, 1, []), day)

    monkeypatch.setattr("gateway.simulate.demo.run", ran)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = CliRunner().invoke(main, ["demo", "--day", "60"])
    assert done.exit_code == 1
    assert "14 events published, 62 changes, 63 requests, 1 refused: 2 lost, 3 doubled, 4 out of order, 5 that" in done.output
    assert "received: cap 36\ncap: 2 lost\nthe day ended early: no answer" in done.output


@pytest.mark.parametrize("lost", [0, 1])
def test_the_files_of_a_run_are_kept_if_it_found_something_wrong(lost: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ran(options: DemoOptions, **_: object) -> DemoResult:
        (options.folder / "history.sqlite").touch()
        return DemoResult(Verdict(1, 1, lost, 0, 0, 1, 1, []))

    monkeypatch.setattr("gateway.simulate.demo.run", ran)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = CliRunner().invoke(main, ["demo"])
    assert done.exit_code == lost
    assert [file.name for file in tmp_path.glob("street-*/*")] == ["history.sqlite"] * lost
    assert ("the files of this run are in" in done.output) is bool(lost)
