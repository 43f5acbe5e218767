"""`gateway dead-letters show`."""

from pathlib import Path

from click.testing import CliRunner

from gateway.cli import main


def test_a_line_is_shown_as_it_is(site: Path) -> None:
    shown = CliRunner().invoke(main, ["dead-letters", "show", str(site), "1"]).output.splitlines()
    assert shown[0].startswith("line 1, ")
    assert shown[1:] == ["field type conflict", "", "lamp x=1 1"]


def test_a_message_is_shown_as_its_readings(site: Path) -> None:
    shown = CliRunner().invoke(main, ["dead-letters", "show", str(site), "2"]).output.splitlines()
    assert shown[3].startswith("batch 0 of epoch ")
    assert shown[4:] == [
        "0: stream 0, +0 ms, (2312, 123456)",
        "1: stream 1, +5 ms, (70, True, 'on')",
        "2: stream 0, +10000 ms, (2313, None)",
    ]


def test_a_letter_that_does_not_exist_is_an_error(site: Path) -> None:
    failed = CliRunner().invoke(main, ["dead-letters", "show", str(site), "17"])
    assert (failed.exit_code, failed.output) == (1, "gateway: no dead letter 17; 'gateway dead-letters list' lists them\n")
