"""`gateway replay`: the short name of `gateway journal replay`."""

from gateway.cli.journal.replay import command as journal_replay
from gateway.cli.replay import command


def test_it_is_the_command_of_the_journal() -> None:
    assert command is journal_replay
