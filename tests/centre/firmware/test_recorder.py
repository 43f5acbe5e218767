"""What is stored of roll-outs, and what a file that can't be used means."""

import sqlite3
from pathlib import Path

import pytest

from firmware_tools.rollout.state import DeviceStage
from gateway.centre.firmware.recorder import RolloutRecorder
from gateway.centre.stores.port import StoreUnavailable
from tests.firmware_tools.rollout.rollouts import known, rollout, street


async def test_what_is_stored_is_there_and_what_people_want_is_read(tmp_path: Path) -> None:
    recorder = RolloutRecorder(tmp_path / "rollouts.sqlite")
    made = rollout(street(1, 1, 2))
    number = recorder.file.request("pause", "r1", "anna", 5)
    assert [one.number for one in await recorder.requests()] == [number]
    assert await recorder.save([made], [], {number: None}, [known("gw-1", "a")])
    made.devices[0].stage = DeviceStage.FAILED
    assert await recorder.requests() == []
    stored = recorder.file.get("r1")
    assert stored is not None
    assert stored.count(DeviceStage.FAILED) == 0
    assert recorder.file.known() == [known("gw-1", "a")]
    await recorder.close()


async def test_a_file_that_can_not_be_used_is_said_until_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("disk is full")

    recorder = RolloutRecorder(tmp_path / "rollouts.sqlite")
    with monkeypatch.context() as patch:
        for name in ("save", "requests"):
            patch.setattr(recorder.file, name, full)
        assert await recorder.requests() == []
        assert not await recorder.save([], [], {}, [])
        assert recorder.failing
    assert await recorder.save([], [], {}, [])
    assert not recorder.failing
    await recorder.close()


def test_a_file_that_can_not_be_opened_is_said(tmp_path: Path) -> None:
    (tmp_path / "rollouts.sqlite").mkdir()
    with pytest.raises(StoreUnavailable, match="can't open the roll-outs"):
        RolloutRecorder(tmp_path / "rollouts.sqlite")
