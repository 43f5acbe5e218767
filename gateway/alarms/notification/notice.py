"""What a contact is notified of: notices of alarms, gathered in one message. Pure."""

from enum import StrEnum

import msgspec

from gateway.alarms.catalogue import KINDS, AlarmType
from gateway.alarms.details import NO_DETAIL
from gateway.alarms.state import AlarmKey
from gateway.model.messages import AlarmText


class NoticeReason(StrEnum):
    """Why a contact is notified of an alarm."""

    RAISED = "raised"
    ESCALATED = "escalated"
    """The contact before did not acknowledge it."""
    REMINDER = "reminder"
    ENDED = "ended"


class Notice(msgspec.Struct, frozen=True):
    """One alarm of which a contact is notified. Times are milliseconds since 1970; `ended_ms` is None while it is active."""

    reason: NoticeReason
    key: AlarmKey
    since_ms: int
    detail: AlarmText = msgspec.field(default=NO_DETAIL, name="said")
    """What was measured; version 0.1 stored it in English alone, under another name."""
    ended_ms: int | None = None
    own_title: AlarmText | None = None
    """What the device calls it, instead of the title of its kind."""

    @property
    def kind(self) -> AlarmType:
        """The kind of the alarm."""
        return KINDS[self.key.kind]

    @property
    def title(self) -> AlarmText:
        """What the alarm is called."""
        return self.kind.title if self.own_title is None else self.own_title


class Notification(msgspec.Struct, frozen=True):
    """One message to a contact, the most urgent notice first. One without notices tests whether messages arrive."""

    contact: str
    at_ms: int
    notices: list[Notice]
