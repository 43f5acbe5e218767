"""A centre that has an alarm that explains another one, and one that works suppress; and what the role would make of what operators do."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.alarms.state import Alarm, AlarmBook, AlarmKey, AlarmState, Transition
from gateway.centre.alarms.file import AlarmFile
from gateway.cli import main
from gateway.cli.alarms import common
from gateway.model.messages import AlarmText

OUTAGE = AlarmKey("citelum", "qe-1", "panel_outage", "lighting_meter d-1")
SUPPRESSED = AlarmKey("citelum", "gw-1", "certificate_ends", "")
HIDDEN = AlarmKey("citelum", "pl-1", "lamp_failed", "lamp d-1")
NOW_MS = 1_795_820_400_000
DARK = AlarmText("0 W, 9000 W when lit", "0 W, 9000 W da acceso")

Gateway = Callable[..., Result]


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    """The command, with a centre that has an alarm that explains another one, and one that works suppress."""
    monkeypatch.setattr(common, "_APPLIED_WITHIN_S", 0.2)
    centre = {"broker": "mqtt://127.0.0.1:1", "store": {"history": {"path": str(tmp_path / "history.sqlite")}}}
    (tmp_path / "centre.yaml").write_text(json.dumps({"site": "prato", "centre": centre}))
    file = AlarmFile(tmp_path / "alarms.sqlite")
    alarms: dict[AlarmKey, Alarm | None] = {
        OUTAGE: Alarm(gateway="gw-1", state=AlarmState.UNACKNOWLEDGED, since_ms=NOW_MS, detail=DARK),
        HIDDEN: Alarm(gateway="gw-1", state=AlarmState.UNACKNOWLEDGED, since_ms=NOW_MS, hidden_by="panel_outage qe-1"),
        SUPPRESSED: Alarm(
            gateway="gw-1",
            state=AlarmState.UNACKNOWLEDGED,
            since_ms=NOW_MS,
            suppressed_by="via-roma",
            suppressed_until_ms=NOW_MS + 3_600_000,
        ),
        HIDDEN._replace(asset="pl-2"): Alarm(gateway="gw-1", changed_ms=NOW_MS),
    }
    file.save(alarms, [Transition(NOW_MS, OUTAGE, "raised", None, DARK)])
    file.close()

    def run(command: str, *arguments: object, language: str = "C") -> Result:
        words = ["alarms", command, str(tmp_path / "centre.yaml"), *map(str, arguments)]
        return CliRunner().invoke(main, words, env={"LC_ALL": language, "LANG": language})

    return run


def applied(tmp_path: Path) -> dict[AlarmKey, Alarm]:
    """Apply what waits, as the role does, and return the alarms."""
    file = AlarmFile(tmp_path / "alarms.sqlite")
    book = AlarmBook(file.load())
    for number, action in file.waiting():
        list(book.apply(action, NOW_MS))
        file.save({}, [], [number])
    file.close()
    return book.alarms
