"""`firmware rollout start`."""

import json

from gateway.centre.firmware.file import RolloutFile
from tests.firmware_tools.cli.rollout.centre import CommandCentre


def test_a_roll_out_is_started_after_its_plan_was_confirmed(centre: CommandCentre) -> None:
    centre.know()
    with centre.running():
        refused = centre.run("start", "WBMR6C", "--by", "control room", text="n\n")
        done = centre.run("start", "WBMR6C", "--by", "control room", "--yes", "--json")
    assert (refused.exit_code, "not started" in refused.stderr) == (1, True)
    assert "canaries" in refused.stdout
    started = json.loads(done.stdout)
    assert started["devices"] == 12
    made = RolloutFile(centre.path).get(started["rollout"])
    assert made is not None
    assert (made.by, len(made.devices), made.terms.canaries) == ("control room", 12, 3)


def test_a_second_roll_out_to_the_same_gateways_is_refused(centre: CommandCentre) -> None:
    centre.know()
    with centre.running():
        centre.begin()
        done = centre.run("start", "WBMR6C", "--by", "control room", "--yes")
    assert done.exit_code == 1
    assert "is in roll-out r1, which is running; wait for its end, or abort it" in done.stderr


def test_who_starts_it_must_be_said(centre: CommandCentre) -> None:
    centre.know()
    assert "--by needs 1 to 100 characters" in centre.run("start", "WBMR6C", "--by", " ", "--yes").stderr
    assert centre.run("start", "WBMR6C", "--yes").exit_code == 2
