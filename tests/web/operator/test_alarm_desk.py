"""The operator's side of the file of alarms."""

from pathlib import Path

import pytest

from gateway.alarms.details import plain
from gateway.alarms.state import Action, AlarmKey, Transition
from gateway.centre.alarms.file import AlarmFile
from gateway.web.operator.alarm_desk import AlarmDesk, AlarmsUnavailable

ACTION = Action(AlarmKey("citelum", "qe-1", "panel_outage", "d"), "ack", "anna", comment="team on the way")


def test_what_an_operator_does_waits_for_the_centre(tmp_path: Path) -> None:
    file = AlarmFile(tmp_path / "alarms.sqlite")
    desk = AlarmDesk(tmp_path / "alarms.sqlite")
    desk.ask(ACTION, 5)
    assert [one.action for one in file.waiting()] == [ACTION]
    assert desk.followed_ms() is None
    file.save({}, [Transition(7, ACTION.key, "acknowledged", "anna", plain("team on the way"))])
    file.save_followed(8)
    assert ([one.by for one in desk.log(9)], desk.followed_ms()) == (["anna"], 8)
    file.close()


def test_a_centre_on_another_machine_is_named_and_no_file_is_made(tmp_path: Path) -> None:
    path = tmp_path / "alarms.sqlite"
    with pytest.raises(AlarmsUnavailable, match="the role 'alarms' of 'gateway central' makes it on its machine"):
        AlarmDesk(path).ask(ACTION, 5)
    assert not path.exists()


def test_a_file_of_something_else_is_said(tmp_path: Path) -> None:
    path = tmp_path / "alarms.sqlite"
    path.write_bytes(b"something else" * 100)
    with pytest.raises(AlarmsUnavailable, match="can't use the alarms"):
        AlarmDesk(path).log(5)
