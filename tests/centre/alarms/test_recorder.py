"""What is stored of alarms, and what happens when it can't be."""

import sqlite3
from pathlib import Path

import pytest

from gateway.alarms.observation import Observation, Subject
from gateway.alarms.state import Action, AlarmBook, AlarmKey
from gateway.centre.alarms.file import AlarmFile
from gateway.centre.alarms.recorder import AlarmRecorder
from gateway.centre.stores.port import StoreUnavailable

GATEWAY = Subject("citelum", "gw-1", "gw-1")
KEY = AlarmKey("citelum", "gw-1", "certificate_ends", "")


def broken(*_: object) -> None:
    raise sqlite3.OperationalError("disk full")


async def test_what_changed_is_stored_with_what_happened(tmp_path: Path) -> None:
    recorder, book = AlarmRecorder(tmp_path / "alarms.sqlite"), AlarmBook()
    recorder.add(book.observe(Observation(GATEWAY, "certificate_ends", met=True), 1))
    assert await recorder.save(book, {"topic": 9.0}) == {KEY}
    assert await recorder.save(book, {}) == set()
    assert set(recorder.file.load()) == {KEY}
    assert [one.change for one in recorder.file.log(9)] == ["raised"]
    assert recorder.file.full_loads() == {"topic": 9.0}
    await recorder.close()


async def test_what_can_not_be_stored_is_stored_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder, book = AlarmRecorder(tmp_path / "alarms.sqlite"), AlarmBook()
    recorder.add(book.observe(Observation(GATEWAY, "certificate_ends", met=True), 1))
    with monkeypatch.context() as patch:
        patch.setattr(AlarmFile, "save", broken)
        assert await recorder.save(book, {}) == set()
        assert recorder.failing
    assert await recorder.save(book, {}) == {KEY}
    assert not recorder.failing
    assert [one.change for one in recorder.file.log(9)] == ["raised"]
    await recorder.close()


async def test_a_file_that_can_not_be_read_has_no_actions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = AlarmRecorder(tmp_path / "alarms.sqlite")
    recorder.file.ask(Action(KEY, "ack", "control room"), 1)
    with monkeypatch.context() as patch:
        patch.setattr(AlarmFile, "waiting", broken)
        assert await recorder.waiting() == []
    assert [one.action.verb for one in await recorder.waiting()] == ["ack"]
    await recorder.close()


def test_a_file_that_can_not_be_opened_is_a_store_that_is_not_available(tmp_path: Path) -> None:
    (tmp_path / "alarms.sqlite").mkdir()
    with pytest.raises(StoreUnavailable, match="can't open the alarms"):
        AlarmRecorder(tmp_path / "alarms.sqlite")
