"""`gateway recover`: does what a gateway asks for, once."""

from pathlib import Path

import pytest

from gateway.uplink.recovery_request import FOLDER, ask_for
from tests.cli.in_process import run
from tests.installation.test_recovery import add_program, called


def test_what_is_asked_for_is_done_once_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    add_program(tmp_path, "mmcli")
    ask_for(tmp_path, "modem")
    done = run("recover", str(tmp_path / FOLDER), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "mmcli --modem=any --reset\n")
    again = run("recover", str(tmp_path / FOLDER), cwd=tmp_path)
    assert (again.returncode, again.stdout, called(tmp_path)) == (0, "nothing is asked for\n", ["mmcli --modem=any --reset"])


def test_a_failure_and_a_missing_folder_are_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ask_for(tmp_path, "modem")
    done = run("recover", str(tmp_path / FOLDER), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "gateway: mmcli is missing\n")
    missing = run("recover", str(tmp_path / "none"), cwd=tmp_path)
    assert (missing.returncode, missing.stderr) == (1, f"gateway: {tmp_path}/none: No such file or directory\n")
