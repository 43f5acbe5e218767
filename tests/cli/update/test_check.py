"""`gateway update check`."""

import json

import msgspec

from gateway import __version__
from gateway.update.trial import SlotTrial, write_trial
from tests.cli.update.machine import CommandMachine


def test_it_says_what_is_newer(machine: CommandMachine) -> None:
    assert machine.run("check", "--trust-clock") == f"0 version 99.0 is there; {__version__} runs\n"
    found = json.loads(machine.run("check", "--trust-clock", "--json")[2:])
    assert found["newer"]["version"] == "99.0"
    assert found["last"] is None


def test_it_says_why_the_last_update_was_undone(machine: CommandMachine) -> None:
    why = {"en": "the gateway does not start", "it": "il gateway non si avvia"}
    write_trial(machine.model.layout.state, SlotTrial("undone", "a", "b", "1.0", "1.1", "00", [], 1_796_000_000_000, why=why))
    assert "the last update, to 1.1 on 2026-11-30T00:53:20Z: undone: the gateway does not start" in machine.run("check", "--trust-clock")


def test_a_repository_that_is_refused_is_an_error_with_its_sentence(machine: CommandMachine) -> None:
    (machine.maker.published / "metadata" / "timestamp.json").write_text("{}")
    assert machine.run("check", "--trust-clock") == "1 gateway: timestamp can't be read: it is damaged\n"


def test_nothing_newer_is_no_error(machine: CommandMachine) -> None:
    targets = machine.maker.bench.current_targets()
    targets.targets.clear()
    machine.maker.bench.stage_targets(targets, machine.maker.now)
    machine.maker.publish()
    assert machine.run("check", "--trust-clock") == f"0 version {__version__} is the newest\n"
    assert msgspec.json.decode(machine.run("check", "--trust-clock", "--json")[2:])["newer"] is None
