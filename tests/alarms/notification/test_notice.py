"""Notices."""

from gateway.alarms.catalogue import KINDS
from gateway.alarms.notification.notice import Notice, NoticeReason
from gateway.alarms.state import AlarmKey


def test_a_notice_knows_the_kind_of_its_alarm() -> None:
    assert Notice(NoticeReason.RAISED, AlarmKey("citelum", "qe-1", "panel_outage", ""), 1).kind is KINDS["panel_outage"]
