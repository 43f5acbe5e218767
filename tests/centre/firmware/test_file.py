"""The file of roll-outs."""

from pathlib import Path

import msgspec
import pytest

from firmware_tools.rollout.device import DeviceName
from firmware_tools.rollout.health import FieldName, HealthBefore
from firmware_tools.rollout.state import DeviceStage
from gateway.centre.firmware import file as file_module
from gateway.centre.firmware.file import RolloutFile, RolloutNews, names_in, rollout_in
from gateway.model.messages import AlarmText
from tests.firmware_tools.rollout.rollouts import known, rollout, street


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "rollouts.sqlite"


def test_a_roll_out_is_there_after_a_restart_with_what_is_known_of_its_devices(path: Path) -> None:
    made, file = rollout(street(1, 2, 3)), RolloutFile(path)
    file.save([made])
    made.devices[2].stage = DeviceStage.RUNNING
    made.devices[2].was = HealthBefore(
        [(FieldName("a", "lamp", "active_power"), 4.5)], [(FieldName("a", "lamp", "active_power"), 0.0, 9.0)], ["x"]
    )
    file.save([made])
    file.close()
    again = RolloutFile(path)
    assert again.load() == [made]
    assert again.get("r1") == made
    assert again.get("r2") is None


def test_ended_roll_outs_are_not_loaded_to_be_run_but_shown(path: Path) -> None:
    file = RolloutFile(path)
    for number in range(1, 13):
        one = rollout(street(1, 1, 1))
        one.id, one.ended_ms = f"r{number}", 5 if number < 12 else 0
        file.save([one])
    assert [one.id for one in file.load()] == ["r12"]
    assert [one.id for one in file.load(3)] == ["r10", "r11", "r12"]


def test_requests_wait_until_they_are_answered(path: Path) -> None:
    commands, centre = RolloutFile(path), RolloutFile(path)
    number = commands.request("pause", "r1", "anna", 5)
    second = commands.request("ask", "", "", 6, msgspec.msgpack.encode([DeviceName("o", "g", "d")]))
    assert [(one.number, one.verb, one.rollout, one.by) for one in centre.requests()] == [
        (number, "pause", "r1", "anna"),
        (second, "ask", "", ""),
    ]
    assert names_in(centre.requests()[1].body) == [DeviceName("o", "g", "d")]
    assert commands.answer_to(number) == (False, None)
    centre.save([], answers={number: "roll-out r1 has ended", second: None})
    assert commands.answer_to(number) == (True, "roll-out r1 has ended")
    assert commands.answer_to(second) == (True, None)
    assert centre.requests() == []
    assert commands.answer_to(99) == (False, None)


def test_what_happened_is_logged_and_the_oldest_is_forgotten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_module, "LOG_ROWS_MOST", 3)
    file = RolloutFile(path)
    for number in range(5):
        file.save([], [RolloutNews(number, "r1", "o/g/d", AlarmText(f"en {number}", "it"))])
    file.save([], [RolloutNews(9, "r2", "", AlarmText("started", "avviato"))])
    assert [one.text.en for one in file.log("r1", 10)] == ["en 3", "en 4"]
    assert file.log("r2", 1) == [RolloutNews(9, "r2", "", AlarmText("started", "avviato"))]


def test_known_devices_are_replaced_when_more_is_known(path: Path) -> None:
    file = RolloutFile(path)
    file.save_known([known("gw-2", "b", None), known("gw-1", "a")])
    file.save_known([known("gw-2", "b")])
    assert file.known() == [known("gw-1", "a"), known("gw-2", "b")]


def test_what_is_no_request_is_refused(path: Path) -> None:
    for read in (names_in, rollout_in):
        with pytest.raises(msgspec.MsgspecError):
            read(b"\xc1")
