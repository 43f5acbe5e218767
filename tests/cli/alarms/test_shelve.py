"""`gateway alarms shelve`."""

from pathlib import Path

import pytest

from tests.cli.alarms.centre_with_alarms import NOW_MS, OUTAGE, Gateway, applied


def test_an_alarm_is_shelved_for_a_time(gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.host.clock.now_ms", lambda: NOW_MS)
    assert gateway("shelve", "qe-1", "--for", "4h", "--by", "control room").exit_code == 0
    alarm = applied(tmp_path)[OUTAGE]
    assert (alarm.shelved_until_ms, alarm.shelved_by) == (NOW_MS + 4 * 3_600_000, "control room")
