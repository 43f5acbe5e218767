"""`gateway dead-letters show`."""

import json
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


def test_json_has_the_body_as_it_was_received(site: Path) -> None:
    found = json.loads(CliRunner().invoke(main, ["dead-letters", "show", str(site), "1", "--json"]).output)
    assert found["at_ms"] > 0
    assert found | {"at_ms": 0} == {
        "id": 1, "at_ms": 0, "kind": "line", "topic": "prato/v1/t", "reason": "field type conflict",
        "body": b"lamp x=1 1".hex(), "text": "lamp x=1 1",
    }  # fmt: skip
