import sys

import pytest

from gateway.cli.scan_output import ScanPrinter
from gateway.provision.findings import Found, Missing, Sentence
from gateway.provision.scan.events import AlsoAt, ScanEnd, ScanEvent, ScanProgress

PROGRESS = ScanEvent(progress=ScanProgress(settings="9600 8N1", unit=7, left_s=75.2))


def test_progress_is_shown_on_a_terminal_alone(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    ScanPrinter(as_json=False).show(PROGRESS)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    printer = ScanPrinter(as_json=False)
    printer.show(ScanEvent(found=Found(unit=1, settings="9600 8N1")))
    printer.show(PROGRESS)
    assert capsys.readouterr().err.endswith("\r\x1b[K9600 8N1 unit 7  1 found, 1 min 15 s left")


def test_devices_that_are_missing_come_before_the_count(capsys: pytest.CaptureFixture[str]) -> None:
    gone = Missing(device="em-5", unit=5, sentence=Sentence("em-5 (5) did not respond", "em-5 (5) non risponde"))
    ScanPrinter(as_json=False).show(ScanEvent(end=ScanEnd(complete=True, devices=2, missing=[gone])))
    assert capsys.readouterr().out == "em-5 (5) did not respond\n2 devices found\n"


def test_further_settings_are_told_in_json_alone(capsys: pytest.CaptureFixture[str]) -> None:
    event = ScanEvent(also_at=AlsoAt(3, "9600 8N2"))
    ScanPrinter(as_json=False).show(event)
    assert capsys.readouterr().out == ""
    ScanPrinter(as_json=True).show(event)
    assert capsys.readouterr().out == '{"also_at":{"unit":3,"settings":"9600 8N2"}}\n'


def test_settings_that_the_port_lacks_are_told_beside_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    ScanPrinter(as_json=True).show(ScanEvent(skipped="1200 8O2"))
    assert capsys.readouterr() == ("", "1200 8O2: not supported by this port, skipped\n")
