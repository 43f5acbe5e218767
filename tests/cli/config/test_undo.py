"""`gateway config undo` without a gateway."""

from pathlib import Path

from tests.cli.config.files import files, said
from tests.cli.in_process import run


def test_the_last_change_is_undone_and_that_is_logged_too(tmp_path: Path) -> None:
    site, _ = files(tmp_path)
    before = site.read_text()
    nothing = run("config", "undo", "site.yaml", cwd=tmp_path)
    assert (nothing.returncode, nothing.stderr) == (1, "gateway: there is no earlier configuration to go back to\n")
    said(tmp_path, "apply", "site.yaml", "new.yaml")
    assert said(tmp_path, "undo", "site.yaml", "--why", "wrong") == {"undone": True, "on_trial": False}
    assert site.read_text() == before
    assert [entry["why"] for entry in said(tmp_path, "log", "site.yaml")] == ["", "wrong"]


def test_a_file_that_was_changed_by_hand_is_not_undone(tmp_path: Path) -> None:
    site, _ = files(tmp_path)
    said(tmp_path, "apply", "site.yaml", "new.yaml")
    site.write_text(site.read_text() + "# by hand\n")
    done = run("config", "undo", "site.yaml", cwd=tmp_path)
    assert (done.returncode, "was changed by hand" in done.stderr) == (1, True)
