"""The body of a webhook's message about alarms, as the specification Standard Webhooks 1.0 recommends. Pure.

Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
"""

from typing import Annotated, Literal

import msgspec

from gateway.alarms.details import NO_DETAIL
from gateway.alarms.notification.notice import Notice, NoticeReason, Notification
from gateway.model.instants import iso_utc
from gateway.model.messages import AlarmText


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
