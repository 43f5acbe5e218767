"""The queue of notifications."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.alarms.details import plain
from gateway.alarms.notification.notice import Notice, NoticeReason, Notification
from gateway.alarms.notification.plan import Case, CaseKey, Notified
from gateway.alarms.state import AlarmKey
from gateway.centre.alarms.file import AlarmFile
from gateway.centre.alarms.notification.queue import NotificationQueue, WaitingNotification, state_of_queues

KEY = CaseKey(AlarmKey("citelum", "qe-1", "panel_outage", "d-1"), 1000)
CASE = Case(1000, plain("0 W"), None, {"room": Notified(2000, 3000)})
MESSAGE = Notification("room", 3000, [Notice(NoticeReason.RAISED, KEY.alarm, 1000, plain("0 W"))])


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[NotificationQueue]:
    opened = NotificationQueue(tmp_path / "alarms.sqlite")
    yield opened
    opened.close()


def again(tmp_path: Path, owner: str = "") -> NotificationQueue:
    return NotificationQueue(tmp_path / "alarms.sqlite", owner)


def test_what_is_to_be_sent_and_who_was_notified_is_there_after_a_kill(queue: NotificationQueue, tmp_path: Path) -> None:
    (added,) = queue.add({KEY: CASE}, [MESSAGE])
    restarted = again(tmp_path)
    assert restarted.cases() == {KEY: CASE}
    assert restarted.sent_ms() == {"room": 3000}
    assert restarted.waiting() == [added]
    assert added.notification == MESSAGE


def test_cases_and_messages_are_written_together_or_not_at_all(queue: NotificationQueue, tmp_path: Path) -> None:
    queue._database.execute("CREATE TRIGGER full BEFORE INSERT ON contacts BEGIN SELECT raise(ABORT, 'disk full'); END")
    with pytest.raises(sqlite3.Error, match="disk full"):
        queue.add({KEY: CASE}, [MESSAGE])
    assert again(tmp_path).cases() == {}
    assert again(tmp_path).waiting() == []


def test_each_message_has_an_id_of_its_own_that_stays(queue: NotificationQueue, tmp_path: Path) -> None:
    first, second = queue.add({}, [MESSAGE, MESSAGE])
    assert first.id != second.id
    assert {one.id for one in again(tmp_path).waiting()} == {first.id, second.id}


def test_a_message_that_failed_says_how_often_and_why_and_one_that_is_done_is_gone(queue: NotificationQueue) -> None:
    (added,) = queue.add({}, [MESSAGE])
    queue.failed(added.id, "connection refused")
    queue.failed(added.id, "time-out")
    assert queue.waiting() == [WaitingNotification(added.id, MESSAGE, 2, "time-out")]
    queue.remove(added.id)
    assert queue.waiting() == []


def test_a_case_that_is_gone_is_removed(queue: NotificationQueue) -> None:
    queue.add({KEY: CASE}, [])
    queue.add({KEY: None}, [])
    assert queue.cases() == {}


def test_a_case_of_another_version_or_of_a_kind_that_is_gone_is_left_out(queue: NotificationQueue) -> None:
    queue.add({KEY: CASE, KEY._replace(alarm=KEY.alarm._replace(kind="unheard_of")): CASE}, [])
    assert set(queue.cases()) == {KEY}
    queue._database.execute("UPDATE cases SET body = x'c1'")
    assert queue.cases() == {}


def test_a_message_about_a_kind_that_is_gone_is_left_out(queue: NotificationQueue) -> None:
    gone = Notice(NoticeReason.RAISED, KEY.alarm._replace(kind="unheard_of"), 1)
    queue.add({}, [Notification("room", 1, [gone])])
    assert queue.waiting() == []


def test_roles_of_one_operator_each_have_their_own_messages(queue: NotificationQueue, tmp_path: Path) -> None:
    mine, other = again(tmp_path, "citelum"), again(tmp_path, "enel")
    mine.add({KEY: CASE}, [MESSAGE])
    assert (other.cases(), other.waiting(), other.sent_ms()) == ({}, [], {})
    assert (queue.waiting(), len(mine.waiting())) == ([], 1)
    assert state_of_queues(tmp_path / "alarms.sqlite") == ({"room": 3000}, mine.waiting())
    for one in (mine, other):
        one.close()


def test_it_is_in_the_file_of_alarms(queue: NotificationQueue, tmp_path: Path) -> None:
    alarms = AlarmFile(tmp_path / "alarms.sqlite")
    queue.add({KEY: CASE}, [MESSAGE])
    assert alarms.load() == {}
    alarms.close()
