"""Notices."""

from gateway.alarms.catalogue import KINDS
from gateway.alarms.notification.notice import Notice, NoticeReason
from gateway.alarms.state import AlarmKey
from gateway.model.messages import AlarmText


def test_a_notice_knows_the_kind_of_its_alarm() -> None:
    notice = Notice(NoticeReason.RAISED, AlarmKey("citelum", "qe-1", "panel_outage", ""), 1)
    assert notice.kind is KINDS["panel_outage"]
    assert notice.title == KINDS["panel_outage"].title


def test_the_title_of_a_device_s_own_alarm_is_the_device_s() -> None:
    own = AlarmText("UPS on battery", "UPS a batteria")
    assert Notice(NoticeReason.RAISED, AlarmKey("citelum", "qe-1", "device_alarm", ""), 1, own_title=own).title == own
