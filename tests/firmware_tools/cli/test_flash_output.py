"""What people read of an update, in both languages, and programs as JSON."""

import json

import msgspec
import pytest

from firmware_tools.cli.flash_output import FlashPrinter, print_plan, said_end, said_view
from firmware_tools.flash.preparation.plan import FlashPlan
from firmware_tools.flash.progress import UpdateView
from firmware_tools.flash.record import Reason

VIEW = UpdateView(
    device="led-1", line="street", by="tests", image="0" * 64, phase="sending", done_bytes=300, total_bytes=1000, from_version="3.7.0",
    to_version="3.9.0", bytes_per_s=70.0, left_s=600.0,
)  # fmt: skip


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")


def change(**changes: object) -> UpdateView:
    return msgspec.structs.replace(VIEW, **changes)


def test_a_transfer_shows_share_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said_view(VIEW) == "led-1: sending 30 %, 70 B/s, left 10 min"
    assert said_view(change(left_s=20.0)).endswith("left 20 s")
    assert said_view(change(left_s=10_000.0)).endswith("left 2.8 h")
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
    assert said_view(VIEW) == "led-1: invio 30 %, 70 B/s, mancano 10 min"


def test_an_update_that_does_not_get_on_says_why() -> None:
    assert said_view(change(phase="checking", reason=Reason("no_answer", "no answer", "muto"))) == "led-1: checking the device, no answer"


def test_the_end_says_the_versions() -> None:
    assert said_end(change(result="succeeded", read_back="3.9.0")) == "led-1 now runs version 3.9.0 (before: 3.7.0)"
    assert "--reinstall" in said_end(change(result="unchanged", read_back="3.9.0"))


def test_without_a_terminal_a_line_is_printed_for_each_phase(capsys: pytest.CaptureFixture[str]) -> None:
    printer = FlashPrinter(as_json=False)
    for done in (0, 100, 200):
        printer.show(change(done_bytes=done))
    printer.show(change(phase="finishing"))
    printer.clear()
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == ["led-1: sending 0 %, 70 B/s, left 10 min", "led-1: the device verifies what it received"]


def test_on_a_terminal_one_line_changes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    printer = FlashPrinter(as_json=False)
    printer.show(VIEW)
    printer.clear()
    assert capsys.readouterr().err == "\r\x1b[Kled-1: sending 30 %, 70 B/s, left 10 min\r\x1b[K"


def test_json_is_one_object_a_line_at_most_once_a_second_and_at_each_change(capsys: pytest.CaptureFixture[str]) -> None:
    printer = FlashPrinter(as_json=True)
    for done in range(0, 1000, 100):
        printer.show(change(done_bytes=done))
    printer.show(change(phase="succeeded", result="succeeded"))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert 2 <= len(lines) < 8
    assert (lines[0]["done_bytes"], lines[-1]["result"]) == (0, "succeeded")


def test_a_plan_names_everything_that_one_decides_by(capsys: pytest.CaptureFixture[str]) -> None:
    plan = FlashPlan(
        device="led-1", line="street", image="0" * 64, size_bytes=100, about_s=50.0, model="wbled", hardware="B", from_version="3.7.0",
        to_version="3.9.0", in_bootloader=True, resumes_at_percent=40.0, settings_lost=True, note="faster", note_it="più veloce",
        obstacle="no power", obstacle_it="non alimentato",
    )  # fmt: skip
    print_plan(plan, as_json=False)
    out, err = capsys.readouterr()
    for part in ("wbled B, in its bootloader", "3.7.0 -> 3.9.0", "50 s", "40 %", "forgets them", "faster"):
        assert part in out
    assert err == "no power\n"
    print_plan(plan, as_json=True)
    assert json.loads(capsys.readouterr().out)["about_s"] == 50.0
