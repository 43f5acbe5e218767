"""`gateway update run`: what the timer does."""

import msgspec
import pytest

from gateway.update.trial import SlotTrial, read_trial, write_trial
from tests.cli.update.machine import CommandMachine
from tests.update.modelled import NEW, OLD
from tests.update.test_report import BEFORE

ALWAYS = ', update: {begin: "00:00", end: "23:59"}'


@pytest.fixture(autouse=True)
def synchronised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.host.clock.is_synchronised", lambda: True)
    monkeypatch.setattr("gateway.cli.update.run.time.localtime", lambda: type("T", (), {"tm_hour": 3, "tm_min": 0}))


def test_it_never_updates_by_itself_unless_the_site_says_so(machine: CommandMachine) -> None:
    assert machine.run("run") == "0 "
    assert read_trial(machine.model.layout.state) is None
    machine.write_site(ALWAYS)
    assert machine.run("run") == "handed over"
    assert machine.model.trial().version == "99.0"


def test_it_finishes_what_was_interrupted_whatever_the_site_says(machine: CommandMachine) -> None:
    write_trial(machine.model.layout.state, SlotTrial("trial", "a", "b", OLD, NEW, None, BEFORE, 1))
    assert "version 1.1 is proved" in machine.run("run")


def test_a_release_that_was_left_is_not_tried_again(machine: CommandMachine) -> None:
    machine.write_site(ALWAYS)
    machine.run("run")
    trial = machine.model.trial()
    write_trial(machine.model.layout.state, msgspec.structs.replace(trial, phase="undone"))
    assert machine.run("run") == "0 "
    assert machine.model.trial().phase == "undone"
