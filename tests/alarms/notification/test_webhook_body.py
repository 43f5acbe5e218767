"""The body of a webhook's message, and its signature."""

import base64
import json

import pytest

from gateway.alarms.notification.notice import Notice, NoticeReason, Notification
from gateway.alarms.notification.webhook_body import key_of_secret, signed_headers, webhook_body
from gateway.alarms.state import AlarmKey
from gateway.model.messages import AlarmText

NOTICE = Notice(NoticeReason.ENDED, AlarmKey("citelum", "qe-1", "panel_outage", "d-1"), 1000, AlarmText("8 of 40", "8 su 40"), 2000)


def test_the_signature_is_that_of_the_specification_s_example() -> None:
    # standard-webhooks/standard-webhooks, libraries/python/tests/test_webhooks.py
    key = key_of_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed_headers(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_!!!", "whsec_" + base64.b64encode(b"short").decode(), "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
)
def test_what_is_no_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_"):
        key_of_secret(secret)


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
