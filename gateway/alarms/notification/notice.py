"""What a contact is notified of: notices of alarms, gathered in one message. Pure."""

from enum import StrEnum

import msgspec

from gateway.alarms.catalogue import KINDS, AlarmType
from gateway.alarms.state import AlarmKey


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
    detail: str = ""
    ended_ms: int | None = None

    @property
    def kind(self) -> AlarmType:
        """The kind of the alarm."""
        return KINDS[self.key.kind]


class Notification(msgspec.Struct, frozen=True):
    """One message to a contact, the most urgent notice first. One without notices tests whether messages arrive."""

    contact: str
    at_ms: int
    notices: list[Notice]
