"""`firmware rollout plan`."""

import json

from tests.firmware_tools.cli.rollout.centre import CommandCentre
from tests.firmware_tools.rollout.rollouts import known, street


def test_a_plan_has_waves_times_and_what_is_left_out(centre: CommandCentre) -> None:
    centre.know([*street(2, 2, 3), known("gw-2", "new", version="1.26.0"), known("gw-2", "old", version="1.0.0")])
    done = centre.run("plan", "WBMR6C", "--canaries", "2", "--waves", "20,80", "--json")
    assert done.exit_code == 0, done.output
    plan = json.loads(done.stdout)
    assert (plan["version"], plan["size_bytes"], [len(wave["devices"]) for wave in plan["waves"]]) == ("1.26.0", 60_000, [2, 2, 8])
    assert [one["device"] for one in plan["left_out"]] == ["citelum/gw-2/new", "citelum/gw-2/old"]
    assert all(one["expected_s"] == 180.0 for one in plan["devices"])
    done = centre.run("plan", "wb/mr6c/1.26.0.wbfw")
    assert "12 devices at 22:00-05:00, each in 3 min to 3 min" in done.stdout
    assert "canaries" in done.stdout
    assert "citelum/gw-2/new: it has 1.26.0 already" in done.stdout


def test_devices_that_did_not_say_what_they_are_are_asked(centre: CommandCentre) -> None:
    centre.know([known("gw-1", "a", None, model=None), known("gw-1", "b", None, model=None)])
    with centre.running():
        done = centre.run("plan", "WBMR6C", "--json")
    assert "asking 2 devices what they are" in done.stderr
    assert [one["device"] for one in json.loads(done.stdout)["devices"]] == ["citelum/gw-1/a", "citelum/gw-1/b"]


def test_without_the_role_nobody_is_asked_and_that_is_said(centre: CommandCentre) -> None:
    centre.know([known("gw-1", "a", None, model=None)])
    done = centre.run("plan", "WBMR6C", "--ask-for", "200ms")
    assert done.exit_code == 1
    assert "the role 'firmware' of 'gateway central' does not run" in done.stderr
    assert "its gateway did not say what it is" in done.stderr
