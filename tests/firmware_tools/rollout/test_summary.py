"""What is said of a roll-out."""

from firmware_tools.rollout.machine import RolloutMachine
from firmware_tools.rollout.state import DeviceStage
from firmware_tools.rollout.summary import devices_of, status_of
from gateway.model.messages import AlarmText
from tests.firmware_tools.rollout.rollouts import EVENING_MS, rollout, street


def test_the_status_counts_devices_by_wave_and_stage() -> None:
    made = rollout(street(2, 2, 5))
    made.devices[0].stage, made.devices[0].why = DeviceStage.FAILED, AlarmText("it broke", "si è rotto")
    RolloutMachine(made).pause("anna")
    status = status_of(made)
    assert (status.state, status.firmware.version, status.begun) == ("paused", "1.26.0", "2026-11-26T21:00:00Z")
    assert status.why == AlarmText("paused by anna", "sospeso da anna")
    assert status.stages == {"waiting": 19, "failed": 1}
    assert [(one.devices, one.stages.get("failed", 0)) for one in status.waves] == [(3, 1), (2, 0), (5, 0), (10, 0)]
    assert status.ended is None
    first = devices_of(made)[0]
    assert (first.stage, first.why, first.updated) == (DeviceStage.FAILED, AlarmText("it broke", "si è rotto"), None)


def test_a_roll_out_that_ended_says_when() -> None:
    made = rollout(street(1, 1, 1))
    made.ended_ms, made.devices[0].updated_ms = EVENING_MS + 60_000, EVENING_MS
    assert status_of(made).ended == "2026-11-26T21:01:00Z"
    assert devices_of(made)[0].updated == "2026-11-26T21:00:00Z"
