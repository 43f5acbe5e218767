"""What the `alarms` commands share."""

from pathlib import Path

from tests.cli.alarms.centre_with_alarms import Gateway


def test_a_centre_whose_role_never_ran_is_an_error(gateway: Gateway, tmp_path: Path) -> None:
    for file in tmp_path.glob("alarms.sqlite*"):
        file.unlink()
    done = gateway("list")
    assert (done.exit_code, "the role 'alarms' of 'gateway central' makes it" in done.output) == (1, True)
