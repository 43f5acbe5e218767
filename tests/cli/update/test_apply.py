"""`gateway update apply`."""

import os

import pytest

from gateway.update.trial import read_trial
from tests.cli.update.machine import CommandMachine


def test_it_installs_begins_the_trial_and_hands_over_to_the_old_program(machine: CommandMachine) -> None:
    assert machine.run("apply", "--trust-clock", "--yes") == "handed over"
    trial = machine.model.trial()
    assert (trial.phase, trial.old, trial.version) == ("trial", "a", "99.0")
    assert machine.words[:5] == [machine.model.layout.python("a"), "-m", "gateway", "update", "finish"]
    assert machine.words[5:] == [str(machine.site), "--root", str(machine.folder), "--hold", "30.0"]


def test_it_asks_first(machine: CommandMachine) -> None:
    assert machine.run("apply", "--trust-clock", given="n\n").startswith("1 update from ")
    assert read_trial(machine.model.layout.state) is None


def test_a_version_that_is_not_there_is_an_error(machine: CommandMachine) -> None:
    assert "the repository has no version 7" in machine.run("apply", "--trust-clock", "--yes", "--version", "7")


def test_only_root_may(machine: CommandMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert machine.run("apply", "--yes") == "1 gateway: only root can update the program: run it with sudo\n"


def test_nothing_newer_changes_nothing(machine: CommandMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.update.updating.__version__", "100.0")
    assert machine.run("apply", "--trust-clock", "--yes") == "0 version 100.0 is the newest\n"
