"""The alarms that have ended."""

from gateway.web.operator.alarm_history import AlarmHistory, EndedAlarm
from gateway.web.operator.board import BoardAlarm

T = 1_795_400_120_000
SILENT = BoardAlarm("no_answer", "qe-1", "meter: BadTimeout", T)
FAILED = BoardAlarm("lamp_failed", "pl-1", "dali", T + 1000)


def test_an_alarm_has_ended_when_it_is_no_more_among_the_active_ones() -> None:
    history = AlarmHistory(T)
    history.update([SILENT, FAILED], T + 2000)
    assert history.ended() == []
    history.update([FAILED], T + 5000)
    history.update([FAILED], T + 6000)
    assert history.ended() == [EndedAlarm("no_answer", "qe-1", "meter: BadTimeout", T, T + 5000)]
    history.update([], T + 9000)
    assert [(one.subject, one.until_ms) for one in history.ended()] == [("pl-1", T + 9000), ("qe-1", T + 5000)]


def test_an_alarm_that_comes_again_ends_again_with_the_detail_that_it_had_last() -> None:
    history = AlarmHistory(T)
    history.update([SILENT], T)
    history.update([BoardAlarm("no_answer", "qe-1", "meter: BadNoCommunication", T)], T + 1000)
    history.update([BoardAlarm("no_answer", "qe-1", "meter: BadTimeout", T + 3000)], T + 4000)
    history.update([], T + 5000)
    assert [(one.detail, one.since_ms, one.until_ms) for one in history.ended()] == [
        ("meter: BadTimeout", T + 3000, T + 5000),
        ("meter: BadNoCommunication", T, T + 4000),
    ]


def test_the_oldest_are_discarded() -> None:
    history = AlarmHistory(T, most=2)
    for number in range(4):
        history.update([BoardAlarm("missing", f"pl-{number}", "", T)], T + number)
    assert [one.subject for one in history.ended()] == ["pl-2", "pl-1"]
