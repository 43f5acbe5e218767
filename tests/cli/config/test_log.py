"""`gateway config log`."""

from pathlib import Path

from tests.cli.config.files import files, said
from tests.cli.in_process import run


def test_changes_are_listed_with_reason_and_outcome(tmp_path: Path) -> None:
    files(tmp_path)
    assert run("config", "log", "site.yaml", cwd=tmp_path).stdout == "no changes\n"
    said(tmp_path, "apply", "site.yaml", "new.yaml", "--why", "moved")
    head, row = run("config", "log", "site.yaml", cwd=tmp_path).stdout.splitlines()
    assert head.split() == ["number", "at", "by", "outcome", "old", "new", "why"]
    assert (row.split()[0], row.split()[2:4], row.split()[-1]) == ("1", ["technician", "confirmed"], "moved")
