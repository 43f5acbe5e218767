"""`gateway journal`: what holds for every command."""

from pathlib import Path

import pytest

from tests.cli.journal.journals import run


@pytest.mark.parametrize("command", ["stats", "verify", "export", "replay", "gaps"])
def test_the_help_of_every_command_has_an_example(command: str) -> None:
    assert f"gateway journal {command}" in run("journal", command, "--help").stdout.split("Options:")[0]


def test_no_journal_and_no_time_are_said_without_a_traceback(tmp_path: Path) -> None:
    for command in ("stats", "verify", "export", "gaps"):
        done = run("journal", command, str(tmp_path / "none.sqlite"))
        assert (done.returncode, "there is no journal" in done.stderr, "Traceback" in done.stderr) == (1, True, False), command
    done = run("journal", "gaps", "x.sqlite", "--since", "yesterday")
    assert "write how long ago (6h, 2d) or when" in done.stderr
    (tmp_path / "junk.sqlite").write_bytes(b"no database at all" * 100)
    assert "can't be read" in run("journal", "stats", str(tmp_path / "junk.sqlite")).stderr
