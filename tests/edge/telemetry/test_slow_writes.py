"""The alarm of a slow disk: it begins, lasts, survives a restart, and ends."""

from pathlib import Path

from gateway.edge.telemetry.slow_writes import SLOW_WRITES, SlowWriteAlarm, slow_write_alarm
from gateway.journal.write_times import WriteTimes


def test_it_begins_with_a_slow_write_and_ends_an_hour_after_the_last(tmp_path: Path) -> None:
    writes = WriteTimes()
    alarm = SlowWriteAlarm(tmp_path, writes, 0.0)
    assert alarm.change(0.0) is None
    writes.add(10.0, 1.5)
    assert [alarm.change(now_s) for now_s in (10.0, 70.0)] == [True, None]
    writes.add(100.0, 1.5)
    assert [alarm.change(now_s) for now_s in (3610.0, 3699.0, 3700.0, 3760.0)] == [None, None, False, None]


def test_after_a_restart_it_goes_on_and_ends_when_there_was_no_slow_write_for_an_hour(tmp_path: Path) -> None:
    writes = WriteTimes()
    writes.add(10.0, 1.5)
    assert SlowWriteAlarm(tmp_path, writes, 0.0).change(10.0) is True
    again = SlowWriteAlarm(tmp_path, WriteTimes(), 5.0)
    assert [again.change(now_s) for now_s in (6.0, 3604.0, 3605.0, 3700.0)] == [None, None, False, None]
    assert not (tmp_path / SLOW_WRITES).exists()


def test_without_a_folder_for_its_mark_it_begins_and_ends_all_the_same(tmp_path: Path) -> None:
    writes = WriteTimes()
    writes.add(10.0, 1.5)
    alarm = SlowWriteAlarm(tmp_path / "missing", writes, 0.0)
    assert [alarm.change(now_s) for now_s in (10.0, 70.0, 4000.0)] == [True, None, False]


def test_the_event_says_in_both_languages_what_is_slow() -> None:
    kind, active, text, text_it = slow_write_alarm(active=True)
    assert (kind, active) == ("slow_writes", True)
    assert "a write took more than 1 s" in str(text)
    assert "una scrittura ha richiesto più di 1 s" in str(text_it)
