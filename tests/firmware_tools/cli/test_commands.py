"""The command `firmware`."""

import click
import pytest
from click.testing import CliRunner

from firmware_tools.cli import main
from gateway.cli.common import fail


def test_a_misspelled_command_is_answered_with_the_one_that_was_meant() -> None:
    done = CliRunner().invoke(main, ["rpo"])
    assert done.exit_code == 2
    assert "unknown command 'rpo'; did you mean 'repo'?" in done.stderr


def test_an_error_begins_with_the_name_of_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    with click.Context(main, info_name="/opt/street-gateway/bin/firmware"), pytest.raises(SystemExit):
        fail("there is no such file")
    assert capsys.readouterr().err == "firmware: there is no such file\n"
