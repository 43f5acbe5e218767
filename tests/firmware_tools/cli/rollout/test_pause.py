"""`firmware rollout pause`."""

from tests.firmware_tools.cli.rollout.centre import CommandCentre


def test_a_roll_out_is_paused_once(centre: CommandCentre) -> None:
    centre.know()
    with centre.running():
        centre.begin()
        assert centre.run("pause", "r1", "--by", "anna").stdout == "r1: paused\n"
        done = centre.run("pause", "r1", "--by", "anna")
    assert (done.exit_code, "roll-out r1 is paused" in done.stderr) == (1, True)
