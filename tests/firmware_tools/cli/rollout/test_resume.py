"""`firmware rollout resume`."""

from tests.firmware_tools.cli.rollout.centre import CommandCentre


def test_a_paused_roll_out_goes_on(centre: CommandCentre) -> None:
    centre.know()
    with centre.running():
        centre.begin()
        centre.run("pause", "r1", "--by", "anna")
        assert centre.run("resume", "r1", "--by", "anna").stdout == "r1: running\n"
