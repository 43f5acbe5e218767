"""Webhooks to a real HTTP server."""

import base64
import hashlib
import hmac
import time

import pytest

from gateway.centre.alarms.notification.errors import NotDelivered
from gateway.centre.alarms.notification.webhook import post
from gateway.model.site import AlarmContactSettings
from tests.centre.alarms.notification.servers import Hook

KEY = b"k" * 32


def posted(url: str) -> str:
    return post(AlarmContactSettings(webhook=url), KEY, "id-1", b'{"type":"alarms.test"}')


def test_a_message_arrives_signed_by_the_secret_with_its_time_and_id() -> None:
    with Hook() as hook:
        assert posted(hook.url).endswith(" answered 200")
        ((path, headers, body),) = hook.received
    assert (path, headers["content-type"], headers["webhook-id"]) == ("/alarms?from=prato", "application/json", "id-1")
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 3600
    expected = hmac.digest(KEY, f"id-1.{headers['webhook-timestamp']}.".encode() + body, hashlib.sha256)
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(expected).decode()}"


@pytest.mark.parametrize(
    ("status", "is_final"), [(500, False), (401, False), (404, False), (429, False), (307, False), (400, True), (422, True)]
)
def test_another_response_than_a_success_is_a_failure_with_what_it_said(status: int, is_final: bool) -> None:
    with Hook() as hook:
        hook.status, hook.said = status, b"no, because\nmore"
        with pytest.raises(NotDelivered, match=f"answered {status} no, because$") as failed:
            posted(hook.url)
        assert len(hook.received) == 1, "a redirection is not followed"
    assert failed.value.is_final is is_final


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "https://127.0.0.1:1/"])
def test_a_receiver_that_is_away_may_come_back(url: str) -> None:
    with pytest.raises(NotDelivered, match=r"^127\.0\.0\.1:1: ") as failed:
        posted(url)
    assert not failed.value.is_final
