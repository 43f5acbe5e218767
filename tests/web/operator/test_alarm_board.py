"""The alarms that the page shows."""

import msgspec
import pytest

from gateway.alarms.catalogue import KINDS
from gateway.alarms.messages import message_of
from gateway.alarms.state import Alarm, AlarmKey, AlarmState
from gateway.model.topics import CityTopic
from gateway.web.operator.alarm_board import KIND_TEXTS, AlarmBoard

KEY = AlarmKey("citelum", "qe-1", "panel_outage", "lighting_meter d")
TOPIC = CityTopic("prato", "citelum", "alarm", "qe-1")


def payload(state: AlarmState = AlarmState.UNACKNOWLEDGED, by: str | None = None) -> bytes:
    """Return the message of the alarm of one panel."""
    message = message_of("citelum", "qe-1", {KEY: Alarm(gateway="gw-1", state=state, since_ms=1_000, by=by)})
    return msgspec.json.encode(message)


def test_alarms_are_there_until_their_message_is_cleared() -> None:
    board = AlarmBoard()
    board.accept(TOPIC, payload())
    (found,) = board.all()
    assert (found.operator, found.asset, found.alarms[0].kind) == ("citelum", "qe-1", "panel_outage")
    board.accept(TOPIC, b"")
    assert board.all() == []


def test_what_has_changed_is_said_once_and_only_as_it_is_now() -> None:
    board = AlarmBoard()
    for state in (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED):
        board.accept(TOPIC, payload(state))
    (changed,) = board.collect_changed()
    assert changed.alarms[0].state == "acknowledged"
    assert board.collect_changed() == []
    board.accept(TOPIC, b"")
    board.accept(TOPIC, b"")
    assert [one.alarms for one in board.collect_changed()] == [[]]


def test_a_subject_that_never_had_alarms_is_no_change() -> None:
    board = AlarmBoard()
    board.accept(TOPIC, b"")
    assert board.collect_changed() == []


def test_operator_and_subject_are_those_of_the_topic() -> None:
    board = AlarmBoard()
    board.accept(TOPIC._replace(operator="other", asset="qe-9"), payload())
    assert [(one.operator, one.asset) for one in board.all()] == [("other", "qe-9")]


@pytest.mark.parametrize("content", [b"x", b"[]", b'{"v":1}'])
def test_what_is_no_message_is_rejected_and_changes_nothing(content: bytes) -> None:
    board = AlarmBoard()
    board.accept(TOPIC, payload())
    with pytest.raises(msgspec.MsgspecError):
        board.accept(TOPIC, content)
    assert len(board.all()) == 1


def test_every_kind_has_its_texts() -> None:
    assert KIND_TEXTS.keys() == KINDS.keys()
    assert KIND_TEXTS["panel_outage"].title.it == "Quadro spento"
