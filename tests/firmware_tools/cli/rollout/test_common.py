"""What the commands say when the centre has no roll-outs, or does not run."""

import pytest

from firmware_tools.cli.rollout import common
from tests.firmware_tools.cli.rollout.centre import CommandCentre
from tests.firmware_tools.cli.rollout.test_status import stored


def test_a_centre_whose_role_never_ran_says_so(centre: CommandCentre) -> None:
    done = centre.run("status")
    assert (done.exit_code, "no roll-outs" in done.stderr) == (1, True)


def test_a_damaged_file_is_said(centre: CommandCentre) -> None:
    centre.path.write_bytes(b"no database" * 100)
    assert "can't open the roll-outs" in centre.run("status").stderr


def test_what_nobody_does_now_is_done_when_the_role_runs(centre: CommandCentre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "_ANSWERED_WITHIN_S", 0.2)
    stored(centre)
    done = centre.run("abort", "r1", "--by", "anna")
    assert (done.stdout, done.exit_code) == ("r1: stopped\n", 0)
    assert "it will do this when it starts" in done.stderr
    with centre.running():
        assert "aborted" in centre.run("status", "r1").stdout or "roll-out" in centre.run("abort", "r1", "--by", "anna").stderr
