"""`gateway update finish`."""

from gateway.update.trial import SlotTrial, write_trial
from tests.cli.update.machine import CommandMachine
from tests.update.modelled import NEW, OLD
from tests.update.test_report import BEFORE


def test_it_says_which_version_runs(machine: CommandMachine) -> None:
    assert machine.run("finish") == "0 no update was made\n"
    write_trial(machine.model.layout.state, SlotTrial("trial", "a", "b", OLD, NEW, None, BEFORE, 1))
    assert machine.run("finish") == "0 restarting with version 1.1\nversion 1.1 is proved: readings continue\nversion 1.1 runs\n"


def test_a_version_that_was_left_is_an_error(machine: CommandMachine) -> None:
    machine.model.kind = "ends"
    write_trial(machine.model.layout.state, SlotTrial("trial", "a", "b", OLD, NEW, None, BEFORE, 1))
    said = machine.run("finish")
    assert said.startswith("1 restarting with version 1.1\ngoing back to version 1.0: the gateway does not start\n")
    assert said.endswith("version 1.0 runs\n")
