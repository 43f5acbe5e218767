"""`gateway uninstall`. Needs root, as owners are set."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, list(arguments))
    return done.exit_code, done.output


def test_what_was_installed_is_removed_after_a_look_at_what_would_be(tmp_path: Path) -> None:
    assert run("install", "central", "--root", str(tmp_path))[0] == 0
    unit = tmp_path / "etc/systemd/system/street-page.service"
    code, output = run("uninstall", "--dry-run", "--root", str(tmp_path))
    assert (code, unit.exists()) == (0, True)
    assert "would remove: /etc/systemd/system/street-page.service\n" in output
    code, output = run("uninstall", "--root", str(tmp_path))
    assert (code, unit.exists()) == (0, False)
    assert "removed: /etc/systemd/system/street-page.service\n" in output
    assert (tmp_path / "var/lib/street-central").is_dir()


def test_without_root_it_is_refused_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    code, output = run("uninstall", "--root", str(tmp_path))
    assert code == 1
    assert output.startswith("gateway: only root can change users, folders and services")
