"""`gateway simulate history`: what it writes, and what it rejects."""

import json
from pathlib import Path

from tests.cli.command_line import run

SITE = """\
site: prato
centre:
  broker: mqtt://127.0.0.1:1883
  store:
    history: {path: FOLDER/history.sqlite}
"""


def site(folder: Path) -> str:
    path = folder / "centre.yaml"
    path.write_text(SITE.replace("FOLDER", str(folder)))
    return str(path)


def test_an_empty_store_is_filled_and_a_second_time_it_is_refused(tmp_path: Path) -> None:
    arguments = ("simulate", "history", site(tmp_path), "--days", "0.1", "--assets", "12", "--until", "2026-11-30T18:00", "--json")
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["assets"], result["refused"], result["to"]) == (12, 0, "2026-11-30T18:00:00.000Z")
    assert result["rows"] > 200
    again = run(*arguments)
    assert again.returncode == 1
    assert "already has readings" in again.stderr


def test_a_time_that_is_none_is_rejected(tmp_path: Path) -> None:
    done = run("simulate", "history", site(tmp_path), "--until", "yesterday")
    assert done.returncode == 2
    assert "'yesterday' is not a time" in done.stderr
