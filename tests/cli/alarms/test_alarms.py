"""`gateway alarms`: what operators do with alarms. tests/centre/alarms has the role that applies it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.alarms.state import Alarm, AlarmBook, AlarmKey, AlarmState, Transition
from gateway.centre.alarms.file import AlarmFile
from gateway.cli import main
from gateway.cli.alarms import common

OUTAGE = AlarmKey("citelum", "qe-1", "panel_outage", "lighting_meter d-1")
HIDDEN = AlarmKey("citelum", "pl-1", "lamp_failed", "lamp d-1")
NOW_MS = 1_795_820_400_000

Gateway = Callable[..., Result]


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    """The command, with a centre that has two alarms, one of which explains the other."""
    monkeypatch.setattr(common, "_APPLIED_WITHIN_S", 0.2)
    centre = {"broker": "mqtt://127.0.0.1:1", "store": {"history": {"path": str(tmp_path / "history.sqlite")}}}
    (tmp_path / "centre.yaml").write_text(json.dumps({"site": "prato", "centre": centre}))
    file = AlarmFile(tmp_path / "alarms.sqlite")
    alarms: dict[AlarmKey, Alarm | None] = {
        OUTAGE: Alarm(gateway="gw-1", state=AlarmState.UNACKNOWLEDGED, since_ms=NOW_MS, detail="0 W, 9000 W when lit"),
        HIDDEN: Alarm(gateway="gw-1", state=AlarmState.UNACKNOWLEDGED, since_ms=NOW_MS, hidden_by="panel_outage qe-1"),
        HIDDEN._replace(asset="pl-2"): Alarm(gateway="gw-1", changed_ms=NOW_MS),
    }
    file.save(alarms, [Transition(NOW_MS, OUTAGE, "raised", None, "0 W, 9000 W when lit")])
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


def test_the_list_says_what_is_wrong_since_when_and_what_to_do(gateway: Gateway) -> None:
    done = gateway("list")
    head, first, rest = done.output.splitlines()
    assert head.split()[:3] == ["priority", "state", "since"]
    assert first.startswith("critical  unacknowledged  2026-11-27T23:00:00Z  citelum   qe-1   Panel dark  0 W, 9000 W when lit")
    assert "breaker, contactor or clock of the panel" in first
    assert rest == "1 shelved or explained by another one: add --all"
    assert done.exit_code == 1, "a critical one is not acknowledged"


def test_all_alarms_are_listed_in_italian_and_as_json(gateway: Gateway) -> None:
    assert "Quadro spento" in gateway("list", language="it_IT.UTF-8").output
    listed = json.loads(gateway("list", "--all", "--json").output)
    assert [(one["asset"], one["kind"], one["priority"]) for one in listed["alarms"]] == [
        ("qe-1", "panel_outage", 1),
        ("pl-1", "lamp_failed", 4),
    ]
    assert listed["not_shown"] == 0


@pytest.mark.parametrize("options", [("--kind", "disk_full"), ("--operator", "other")])
def test_where_there_is_no_alarm_it_says_so(gateway: Gateway, options: tuple[str, str]) -> None:
    done = gateway("list", *options)
    assert (done.exit_code, done.output) == (0, "no alarms\n")


def test_who_acknowledges_is_recorded(gateway: Gateway, tmp_path: Path) -> None:
    done = gateway("ack", "qe-1", "--by", "control room")
    assert done.exit_code == 0, done.output
    assert "the role 'alarms' of 'gateway central' does not run: it will do this when it starts" in done.output
    assert done.output.endswith("ack: citelum/qe-1 Panel dark lighting_meter d-1\n")
    assert applied(tmp_path)[OUTAGE].by == "control room"


def test_an_alarm_is_shelved_for_a_time_and_unshelved(gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.host.clock.now_ms", lambda: NOW_MS)
    assert gateway("shelve", "qe-1", "--for", "4h", "--by", "control room").exit_code == 0
    assert applied(tmp_path)[OUTAGE].shelved_until_ms == NOW_MS + 4 * 3_600_000
    assert gateway("unshelve", "qe-1", "--by", "control room").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("qe-9", "--by", "x"), "no such alarm at qe-9; 'gateway alarms list' lists them"),
        (("qe-1", "--kind", "disk_ful", "--by", "x"), "unknown kind 'disk_ful'; did you mean 'disk_full'?"),
        (("qe-1", "--by", " "), "--by needs 1 to 64 characters"),
        (("pl-2", "--by", "x"), "no such alarm at pl-2"),
    ],
)
def test_what_is_wrong_is_a_sentence(gateway: Gateway, arguments: tuple[str, ...], sentence: str) -> None:
    done = gateway("ack", *arguments)
    assert (done.exit_code, sentence in done.output) == (1, True), done.output


def test_the_log_says_what_happened_and_who_did_it(gateway: Gateway) -> None:
    assert gateway("log").output.splitlines()[1].split()[:3] == ["2026-11-27T23:00:00Z", "raised", "citelum"]
    (one,) = json.loads(gateway("log", "--json").output)
    assert (one["asset"], one["change"], one["by"]) == ("qe-1", "raised", None)


def test_a_centre_whose_role_never_ran_is_an_error(gateway: Gateway, tmp_path: Path) -> None:
    for file in tmp_path.glob("alarms.sqlite*"):
        file.unlink()
    done = gateway("list")
    assert (done.exit_code, "the role 'alarms' of 'gateway central' makes it" in done.output) == (1, True)
