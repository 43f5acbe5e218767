"""`gateway dead-letters drop`."""

import json
from pathlib import Path

from click.testing import CliRunner

from gateway.cli import main


def test_letters_are_deleted_by_number_or_all(site: Path) -> None:
    assert CliRunner().invoke(main, ["dead-letters", "drop", str(site), "1"]).output == "1 dead letters deleted\n"
    assert CliRunner().invoke(main, ["dead-letters", "drop", str(site), "--all"]).output == "1 dead letters deleted\n"
    assert CliRunner().invoke(main, ["dead-letters", "list", str(site)]).output == "no dead letters\n"


def test_json_has_how_many_were_deleted(site: Path) -> None:
    assert json.loads(CliRunner().invoke(main, ["dead-letters", "drop", str(site), "--all", "--json"]).output) == {"deleted": 2}


def test_numbers_or_all_must_be_given(site: Path) -> None:
    failed = CliRunner().invoke(main, ["dead-letters", "drop", str(site)])
    assert (failed.exit_code, failed.output) == (1, "gateway: give the numbers of letters, or --all\n")
