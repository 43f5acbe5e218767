"""`gateway alarms unshelve`."""

from pathlib import Path

import msgspec

from gateway.centre.alarms.file import AlarmFile
from tests.cli.alarms.centre_with_alarms import NOW_MS, OUTAGE, Gateway, applied


def test_a_shelved_alarm_is_shown_again(gateway: Gateway, tmp_path: Path) -> None:
    file = AlarmFile(tmp_path / "alarms.sqlite")
    file.save({OUTAGE: msgspec.structs.replace(file.load()[OUTAGE], shelved_until_ms=NOW_MS + 1, shelved_by="x")}, [])
    file.close()
    assert gateway("unshelve", "qe-1", "--by", "control room").exit_code == 0
    assert applied(tmp_path)[OUTAGE].shelved_until_ms is None
