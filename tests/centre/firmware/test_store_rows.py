"""What the store keeps of roll-outs."""

from firmware_tools.rollout.state import DeviceStage
from gateway.centre.firmware.file import RolloutNews
from gateway.centre.firmware.store_rows import count_row, event_rows
from gateway.centre.series_rows import tags_of
from gateway.model.messages import AlarmText
from tests.firmware_tools.rollout.rollouts import EVENING_MS, rollout, street

TEXT = AlarmText("updated", "aggiornato")


def test_the_counts_of_a_roll_out_add_up() -> None:
    made = rollout(street(2, 2, 5))
    for device, stage in zip(
        made.devices, (DeviceStage.ORDERED, DeviceStage.RUNNING, DeviceStage.FAILED, DeviceStage.REFUSED), strict=False
    ):
        device.stage = stage
    row = count_row("prato", made, EVENING_MS)
    named = dict(zip((field.name for field in row.origin.stream.fields), row.values, strict=True))
    assert named == {
        "state": "running", "model": "WBMR6C", "version": "1.26.0", "wave": 0, "waves": 4, "devices": 20, "waiting": 16, "in_hand": 2,
        "watched": 0, "healthy": 0, "failed": 1, "left_out": 1,
    }  # fmt: skip
    assert tags_of(row.origin)["asset"] == "r1"


def test_events_of_a_device_are_no_alarms_and_one_of_a_roll_out_is_if_it_stopped() -> None:
    news = [RolloutNews(5, "r1", "citelum/gw-1/relay-7", TEXT), RolloutNews(5, "r1", "", TEXT), RolloutNews(5, "r2", "", TEXT)]
    rows = list(event_rows("prato", news, {"r1"}))
    assert [row.values for row in rows] == [
        ["firmware_rollout", None, "r1: updated", "r1: aggiornato"],
        ["firmware_rollout", True, "r1: updated", "r1: aggiornato"],
        ["firmware_rollout", False, "r2: updated", "r2: aggiornato"],
    ]
    assert [(tags_of(row.origin)["gateway"], tags_of(row.origin)["device"]) for row in rows[:2]] == [
        ("gw-1", "relay-7"),
        ("centre", "firmware"),
    ]


def test_two_events_of_one_device_at_one_time_are_two_rows() -> None:
    news = [RolloutNews(5, "r1", "citelum/gw-1/relay-7", TEXT)] * 3
    assert [row.t_ms for row in event_rows("prato", news, set())] == [5, 6, 7]
