"""The body of a webhook's message, and its signature, as the specification Standard Webhooks 1.0 says. Pure.

Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Annotated, Literal

import msgspec

from gateway.alarms.details import NO_DETAIL
from gateway.alarms.notification.notice import Notice, NoticeReason, Notification
from gateway.model.instants import iso_utc
from gateway.model.messages import AlarmText

_SECRET_PREFIX, _SECRET_BYTES = "whsec_", range(24, 65)


class WebhookNotice(msgspec.Struct, omit_defaults=True):
    """One alarm of which a webhook is notified. `ended` says when its condition was over, if it is."""

    reason: NoticeReason
    operator: str
    asset: str
    kind: str
    priority: Annotated[int, msgspec.Meta(ge=1, le=4)]
    since: str
    title: AlarmText
    meaning: AlarmText
    action: AlarmText
    part: str = ""
    detail: AlarmText = NO_DETAIL
    ended: str | None = None


class WebhookData(msgspec.Struct):
    """The alarms of one message to a contact."""

    site: str
    contact: str
    alarms: list[WebhookNotice]


class WebhookBody(msgspec.Struct):
    """The body of a message. `alarms.test` has no alarms: it tests whether messages arrive."""

    type: Literal["alarms.notified", "alarms.test"]
    timestamp: str
    data: WebhookData


def webhook_body(notification: Notification, site: str) -> bytes:
    """Return the JSON of a notification."""
    data = WebhookData(site, notification.contact, [_entry(one) for one in notification.notices])
    return msgspec.json.encode(WebhookBody("alarms.notified" if data.alarms else "alarms.test", iso_utc(notification.at_ms), data))


def key_of_secret(secret: str) -> bytes:
    """Return the key of a secret, `whsec_` and base64 of 24 to 64 bytes.

    Raises:
        ValueError: It is none.
    """
    try:
        key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(_SECRET_PREFIX) or len(key) not in _SECRET_BYTES:
        raise ValueError("a webhook's secret is 'whsec_' and base64 of 24 to 64 bytes")
    return key


def signed_headers(key: bytes, message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """Return the headers of a message: its id, by which a receiver drops a second copy, its time, and their signature with the body."""
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp_s), "webhook-signature": f"v1,{signature}"}


def _entry(notice: Notice) -> WebhookNotice:
    kind = notice.kind
    return WebhookNotice(
        notice.reason,
        notice.key.operator,
        notice.key.asset,
        kind.name,
        int(kind.priority),
        iso_utc(notice.since_ms),
        notice.title,
        kind.meaning,
        kind.action,
        notice.key.part,
        notice.detail,
        None if notice.ended_ms is None else iso_utc(notice.ended_ms),
    )
