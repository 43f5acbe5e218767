"""`gateway profiles`: what holds for every command of the library."""

import pytest

from tests.cli.profiles.command_line import run


@pytest.mark.parametrize("command", ["list", "show", "test", "new", "try"])
def test_the_help_of_every_command_has_an_example(command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert f"gateway profiles {command}" in done.stdout.split("Options:")[0]
    assert f"  {command} " in run("--help").stdout


def test_an_unknown_profile_is_an_error_with_the_most_similar_name() -> None:
    for command in ("test", "show"):
        done = run(command, "eastron_sdm639")
        assert (done.returncode, "did you mean 'eastron_sdm630'" in done.stderr) == (1, True)
