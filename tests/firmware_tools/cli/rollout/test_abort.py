"""`firmware rollout abort`."""

from tests.firmware_tools.cli.rollout.centre import CommandCentre


def test_an_aborted_roll_out_is_over(centre: CommandCentre) -> None:
    centre.know()
    with centre.running():
        centre.begin("--deadline", "24h")
        assert centre.run("abort", "r1", "--by", "anna").stdout == "r1: aborted\n"


def test_a_roll_out_that_does_not_exist_is_answered_with_the_one_that_was_meant(centre: CommandCentre) -> None:
    centre.know()
    with centre.running():
        centre.begin()
        done = centre.run("abort", "r2", "--by", "anna")
    assert "unknown roll-out 'r2'; write one of: r1" in done.stderr
