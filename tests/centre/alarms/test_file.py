"""The file of alarms."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gateway.alarms.state import Action, Alarm, AlarmKey, AlarmState, Transition
from gateway.centre.alarms import file as file_module
from gateway.centre.alarms.file import AlarmFile
from gateway.model.messages import AlarmText

KEY = AlarmKey("citelum", "qe-1", "panel_outage", "d-1")
ALARM = Alarm(gateway="gw-1", state=AlarmState.ACKNOWLEDGED, since_ms=1, by="control room", by_ms=2, hidden_by="x")


@pytest.fixture
def file(tmp_path: Path) -> Iterator[AlarmFile]:
    opened = AlarmFile(tmp_path / "alarms.sqlite")
    yield opened
    opened.close()


def again(tmp_path: Path) -> AlarmFile:
    return AlarmFile(tmp_path / "alarms.sqlite")


def test_alarms_are_the_same_after_a_restart_and_gone_ones_are_gone(file: AlarmFile, tmp_path: Path) -> None:
    file.save({KEY: ALARM, KEY._replace(part="d-2"): Alarm(gateway="gw-1", changed_ms=7)}, [])
    assert again(tmp_path).load() == {KEY: ALARM, KEY._replace(part="d-2"): Alarm(gateway="gw-1", changed_ms=7)}
    file.save({KEY: None}, [])
    assert set(again(tmp_path).load()) == {KEY._replace(part="d-2")}


def test_an_alarm_of_another_version_is_left_out(file: AlarmFile, tmp_path: Path) -> None:
    file.save({KEY: ALARM}, [])
    file._database.execute("UPDATE alarms SET body = x'c1'")
    file._database.commit()
    assert again(tmp_path).load() == {}


def test_an_alarm_of_version_0_1_stays_as_it_was_acknowledged(file: AlarmFile, tmp_path: Path) -> None:
    file.save({KEY: ALARM}, [])
    body = {**msgspec.to_builtins(ALARM), "detail": "0 W, 952 W when lit"}
    body.pop("said")
    file._database.execute("UPDATE alarms SET body = ?", (msgspec.msgpack.encode(body),))
    file._database.commit()
    assert again(tmp_path).load() == {KEY: ALARM}


def test_an_action_waits_until_it_is_applied(file: AlarmFile, tmp_path: Path) -> None:
    other = again(tmp_path)
    number = other.ask(Action(KEY, "shelve", "control room", 9, "works"), 5)
    ((waiting, action),) = file.waiting()
    assert (waiting, action) == (number, Action(KEY, "shelve", "control room", 9, "works"))
    assert not other.is_applied(number)
    file.save({}, [], [number])
    assert other.is_applied(number)
    assert file.waiting() == []
    assert not other.is_applied(99)


def test_the_log_has_what_happened_last_and_is_bounded(file: AlarmFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_module, "LOG_ROWS_MOST", 3)
    happened = [Transition(n, KEY, "raised", None, AlarmText(f"{n} of 9", f"{n} su 9")) for n in range(5)]
    file.save({}, happened)
    assert file.log(2) == happened[3:]
    assert file.log(99) == happened[2:]


def test_a_file_of_an_earlier_version_is_read_and_accepts_comments(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "alarms.sqlite")
    database.execute(
        "CREATE TABLE actions (id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, operator TEXT NOT NULL, asset TEXT NOT NULL,"
        " kind TEXT NOT NULL, part TEXT NOT NULL, verb TEXT NOT NULL, by TEXT NOT NULL, until_ms INTEGER, applied INTEGER NOT NULL DEFAULT 0)"
    )
    database.execute("INSERT INTO actions VALUES (1, 5, 'citelum', 'qe-1', 'panel_outage', 'd-1', 'ack', 'anna', NULL, 0)")
    database.execute(
        "CREATE TABLE log (id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, operator TEXT NOT NULL, asset TEXT NOT NULL,"
        " kind TEXT NOT NULL, part TEXT NOT NULL, change TEXT NOT NULL, by TEXT, detail TEXT NOT NULL)"
    )
    database.execute("INSERT INTO log VALUES (1, 5, 'citelum', 'qe-1', 'panel_outage', 'd-1', 'raised', NULL, '0 W')")
    database.commit()
    database.close()
    assert again(tmp_path).log(1) == [Transition(5, KEY, "raised", None, AlarmText("0 W", "0 W"))]
    again(tmp_path).ask(Action(KEY, "ack", "anna", comment="team on the way"), 6)
    assert [one.action for one in again(tmp_path).waiting()] == [
        Action(KEY, "ack", "anna"),
        Action(KEY, "ack", "anna", comment="team on the way"),
    ]


def test_when_alarms_were_last_followed_is_known(file: AlarmFile, tmp_path: Path) -> None:
    assert file.followed_ms() is None
    file.save_followed(5)
    file.save_followed(7)
    assert again(tmp_path).followed_ms() == 7


def test_full_loads_are_known_after_a_restart(file: AlarmFile, tmp_path: Path) -> None:
    file.save_full_loads({"t": 9000.0})
    file.save_full_loads({"t": 8000.0, "u": 1.0})
    assert again(tmp_path).full_loads() == {"t": 8000.0, "u": 1.0}
