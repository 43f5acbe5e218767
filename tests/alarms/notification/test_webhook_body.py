"""The body of a webhook's message."""

import json

from gateway.alarms.notification.notice import Notice, NoticeReason, Notification
from gateway.alarms.notification.webhook_body import webhook_body
from gateway.alarms.state import AlarmKey
from gateway.model.messages import AlarmText

NOTICE = Notice(NoticeReason.ENDED, AlarmKey("citelum", "qe-1", "panel_outage", "d-1"), 1000, AlarmText("8 of 40", "8 su 40"), 2000)


def test_the_body_says_which_alarm_why_and_what_to_do() -> None:
    found = json.loads(webhook_body(Notification("tickets", 3000, [NOTICE]), "prato"))
    assert (found["type"], found["timestamp"]) == ("alarms.notified", "1970-01-01T00:00:03.000Z")
    assert (found["data"]["site"], found["data"]["contact"]) == ("prato", "tickets")
    (alarm,) = found["data"]["alarms"]
    assert alarm["detail"] == {"en": "8 of 40", "it": "8 su 40"}
    assert (alarm["reason"], alarm["asset"], alarm["kind"], alarm["priority"]) == ("ended", "qe-1", "panel_outage", 1)
    assert (alarm["since"], alarm["ended"]) == ("1970-01-01T00:00:01.000Z", "1970-01-01T00:00:02.000Z")
    assert alarm["action"]["it"]


def test_a_message_without_alarms_is_a_test() -> None:
    assert json.loads(webhook_body(Notification("tickets", 3000, []), "prato"))["type"] == "alarms.test"
