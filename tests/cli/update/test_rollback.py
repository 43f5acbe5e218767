"""`gateway update rollback`."""

from gateway.update.trial import SlotTrial, write_trial
from tests.cli.update.machine import CommandMachine
from tests.update.modelled import NEW, OLD
from tests.update.test_report import BEFORE


def test_it_tries_the_version_before(machine: CommandMachine) -> None:
    write_trial(machine.model.layout.state, SlotTrial("trial", "a", "b", OLD, NEW, None, BEFORE, 1))
    machine.run("finish")
    assert machine.run("rollback", "--yes") == "handed over"
    trial = machine.model.trial()
    assert (trial.phase, trial.old, trial.new, trial.version) == ("trial", "b", "a", OLD)
    assert machine.words[0] == machine.model.layout.python("b")
    machine.run("finish")
    assert machine.model.runs == OLD


def test_without_a_version_before_there_is_nothing_to_go_back_to(machine: CommandMachine) -> None:
    assert machine.run("rollback", "--yes") == "1 gateway: there is no version to go back to\n"


def test_it_asks_first(machine: CommandMachine) -> None:
    write_trial(machine.model.layout.state, SlotTrial("trial", "a", "b", OLD, NEW, None, BEFORE, 1))
    machine.run("finish")
    assert machine.run("rollback", given="n\n").startswith("1 go back from 1.1 to 1.0?")
