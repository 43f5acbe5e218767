"""`gateway history`: the values of a field, from the journal."""

import json
from pathlib import Path

import pytest

from tests.cli.in_process import run
from tests.config.sites import GOOD
from tests.edge.telemetry.test_chart import journal_with
from tests.journal.journals import NOW_MS


@pytest.fixture
def site(tmp_path: Path) -> Path:
    journal_with(tmp_path, [[(1, NOW_MS + 1000 * number, [10 * number, 100, True])] for number in range(3)])
    (tmp_path / "site.yaml").write_text(f"{GOOD}journal: {{path: {tmp_path}/journal.sqlite}}\n")
    return tmp_path


def test_the_values_are_printed_for_people_and_programs(site: Path) -> None:
    shown = run("history", "site.yaml", "dali-1", "dim_level", "--since", "2026-01-01T00:00", cwd=site)
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.splitlines()
    assert [line.split()[-1] for line in lines if line.startswith("20")] == ["0", "10", "20"]
    as_json = [
        json.loads(line)
        for line in run("history", "site.yaml", "dali-1", "power", "--since", "2026-01-01T00:00", "--json", cwd=site).stdout.splitlines()
    ]
    points = {one["asset"]: [value for _, value in one["points"]] for one in as_json}
    assert points["pl-1"] == [10.0, 10.0, 10.0]


def test_an_unknown_field_is_an_error_that_says_which_was_meant(site: Path) -> None:
    done = run("history", "site.yaml", "dali-1", "dim_levl", cwd=site)
    assert (done.returncode, "did you mean 'dim_level'?" in done.stderr) == (1, True)


def test_a_journal_that_is_missing_is_an_error(site: Path) -> None:
    (site / "journal.sqlite").unlink()
    done = run("history", "site.yaml", "dali-1", "dim_level", cwd=site)
    assert (done.returncode, "no journal at" in done.stderr) == (1, True)
