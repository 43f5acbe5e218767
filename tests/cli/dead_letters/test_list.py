"""`gateway dead-letters list`."""

import json
from pathlib import Path

from click.testing import CliRunner

from gateway.centre.dead_letters import DeadLetters, LetterLimits, NewLetter
from gateway.cli import main


def test_letters_are_listed_with_their_reasons(site: Path) -> None:
    listed = CliRunner().invoke(main, ["dead-letters", "list", str(site)])
    head, first, second = listed.output.splitlines()
    assert head.split() == ["number", "when", "kind", "bytes", "topic", "reason"]
    assert first.endswith("prato/v1/t  field type conflict")
    assert second.split()[0] == "2"
    assert listed.exit_code == 0


def test_only_the_newest_are_listed_and_the_others_counted(site: Path) -> None:
    lines = CliRunner().invoke(main, ["dead-letters", "list", str(site), "--last", "1"]).output.splitlines()
    assert (len(lines), lines[-1]) == (3, "1 older ones not shown")


def test_json_has_every_letter_but_its_body(site: Path) -> None:
    found = json.loads(CliRunner().invoke(main, ["dead-letters", "list", str(site), "--json"]).output)
    assert found["count"] == 2
    assert [(one["id"], one["kind"], one["reason"]) for one in found["letters"]] == [
        (1, "line", "field type conflict"),
        (2, "message", "reading 1: bad"),
    ]


def test_letters_that_were_dropped_are_counted_by_gateway(site: Path) -> None:
    letters = DeadLetters(site.parent / "dead-letters.sqlite", LetterLimits(gateway_letters=2))
    letters.add(NewLetter("line", "prato/v1/citelum/gw/gw-1/data", "why", b"x") for _ in range(5))
    letters.close()
    listed = CliRunner().invoke(main, ["dead-letters", "list", str(site)])
    assert listed.output.splitlines()[0] == "3 older ones of prato/v1/citelum/gw/gw-1/data were dropped: there were too many"
    found = json.loads(CliRunner().invoke(main, ["dead-letters", "list", str(site), "--json"]).output)
    assert found["dropped"] == {"prato/v1/citelum/gw/gw-1/data": 3}


def test_a_file_that_does_not_exist_is_named(site: Path) -> None:
    file = site.parent / "dead-letters.sqlite"
    file.unlink()
    failed = CliRunner().invoke(main, ["dead-letters", "list", str(site)])
    assert (failed.exit_code, failed.output) == (1, f"gateway: no dead letters: {file} does not exist\n")


def test_a_file_that_is_not_a_database_is_named(site: Path) -> None:
    (site.parent / "dead-letters.sqlite").write_bytes(b"no database" * 1000)
    failed = CliRunner().invoke(main, ["dead-letters", "list", str(site)])
    assert failed.exit_code == 1
    assert "can't open the dead letters" in failed.output
