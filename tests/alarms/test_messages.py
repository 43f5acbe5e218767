"""The message of the alarms of one subject."""

import msgspec

from gateway.alarms.messages import MOST_ENTRIES, message_of
from gateway.alarms.state import Alarm, AlarmKey, AlarmState
from gateway.model.messages import AlarmText

ACKNOWLEDGED = Alarm(
    gateway="gw-1", state=AlarmState.ACKNOWLEDGED, since_ms=1_000, detail=AlarmText("8 of 40", "8 su 40"), by="control room", by_ms=2_000
)


def key(kind: str, part: str = "") -> AlarmKey:
    return AlarmKey("citelum", "qe-1", kind, part)


def test_the_most_urgent_alarm_is_first_and_has_its_texts_and_who_acknowledged_it() -> None:
    alarms = {key("lamp_failed"): Alarm(gateway="gw-1", state=AlarmState.UNACKNOWLEDGED), key("panel_outage"): ACKNOWLEDGED}
    message = message_of("citelum", "qe-1", alarms)
    assert message is not None
    first, second = message.alarms
    assert (first.detail, first.detail_it) == ("8 of 40", "8 su 40")
    assert (first.kind, first.priority, first.state, first.since) == ("panel_outage", 1, "acknowledged", "1970-01-01T00:00:01.000Z")
    assert (first.acknowledged_by, first.acknowledged_at, first.title.it) == ("control room", "1970-01-01T00:00:02.000Z", "Quadro spento")
    assert (second.kind, second.acknowledged_by, second.shelved_until) == ("lamp_failed", None, None)


def test_the_title_of_a_device_s_own_alarm_is_the_device_s() -> None:
    own = Alarm(gateway="gw-1", state=AlarmState.UNACKNOWLEDGED, title=AlarmText("UPS on battery", "UPS a batteria"))
    message = message_of("citelum", "qe-1", {key("device_alarm", "ups-1 on_battery"): own})
    assert message is not None
    assert message.alarms[0].title.it == "UPS a batteria"


def test_who_shelved_an_alarm_and_why_is_said() -> None:
    shelved = msgspec.structs.replace(ACKNOWLEDGED, shelved_until_ms=3_000, shelved_by="anna", comment="works until friday")
    message = message_of("citelum", "qe-1", {key("panel_outage"): shelved})
    assert message is not None
    assert (message.alarms[0].shelved_by, message.alarms[0].comment) == ("anna", "works until friday")


def test_an_alarm_that_works_suppress_says_which_and_until_when() -> None:
    alarm = Alarm(gateway="gw-1", state=AlarmState.UNACKNOWLEDGED, suppressed_by="via-roma", suppressed_until_ms=3_000)
    message = message_of("citelum", "qe-1", {key("panel_outage"): alarm})
    assert message is not None
    assert (message.alarms[0].suppressed_by, message.alarms[0].suppressed_until) == ("via-roma", "1970-01-01T00:00:03.000Z")


def test_without_a_raised_alarm_there_is_no_message() -> None:
    assert message_of("citelum", "qe-1", {}) is None
    assert message_of("citelum", "qe-1", {key("panel_outage"): Alarm(gateway="gw-1", changed_ms=1)}) is None


def test_a_message_is_bounded() -> None:
    alarms = {key("lamp_failed", str(n)): Alarm(gateway="gw-1", state=AlarmState.UNACKNOWLEDGED) for n in range(MOST_ENTRIES + 9)}
    message = message_of("citelum", "qe-1", alarms)
    assert message is not None
    assert len(message.alarms) == MOST_ENTRIES
