"""`firmware rollout status`."""

import json

from firmware_tools.rollout.state import DeviceStage, RolloutState
from gateway.centre.firmware.file import RolloutFile
from gateway.model.messages import AlarmText
from tests.firmware_tools.cli.rollout.centre import CommandCentre
from tests.firmware_tools.rollout.rollouts import rollout, street


def stored(centre: CommandCentre, state: RolloutState = RolloutState.STOPPED, ended_ms: int = 0) -> None:
    made = rollout(street(2, 2, 3))
    made.state, made.ended_ms, made.why = state, ended_ms, AlarmText("1 of 3 canaries failed", "1 di 3 canarini falliti")
    made.devices[0].stage, made.devices[0].why = DeviceStage.FAILED, AlarmText("it has been silent for 310 s", "muto")
    made.devices[1].stage, made.devices[1].done_bytes = DeviceStage.RUNNING, 30_000
    RolloutFile(centre.path).save([made])


def test_a_roll_out_that_stopped_is_shown_with_its_reason_and_the_devices_that_need_attention(centre: CommandCentre) -> None:
    stored(centre)
    done = centre.run("status", "r1")
    assert done.exit_code == 1
    assert "r1: WBMR6C 1.26.0, stopped by itself" in done.stdout
    assert "1 of 3 canaries failed" in done.stdout
    assert "it has been silent for 310 s" in done.stdout
    assert "50 %" in done.stdout
    assert done.stdout.count("citelum/") == 2
    assert centre.run("status", "r1", "--all").stdout.count("citelum/") == 12


def test_the_list_and_json_say_the_same(centre: CommandCentre) -> None:
    stored(centre)
    listed = json.loads(centre.run("status", "--json").stdout)["rollouts"][0]
    one = json.loads(centre.run("status", "r1", "--json").stdout)
    assert {**one, "of_devices": None} == {**listed, "of_devices": None}
    assert [device["stage"] for device in one["of_devices"]][:3] == ["failed", "running", "waiting"]
    assert "stopped by itself" in centre.run("status").stdout


def test_a_roll_out_that_ended_with_a_device_left_exits_with_1(centre: CommandCentre) -> None:
    stored(centre, RolloutState.FINISHED, ended_ms=5)
    assert centre.run("status", "r1").exit_code == 1
    assert centre.run("status").exit_code == 0


def test_what_happened_is_followed_until_the_end(centre: CommandCentre) -> None:
    centre.know()
    with centre.running():
        centre.begin("--window", "00:00-00:00")
        log = centre.run("status", "r1", "--log")
        centre.run("abort", "r1", "--by", "anna")
    assert "started by control room" in log.stdout
    assert log.exit_code == 0
