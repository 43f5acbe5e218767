"""The machine that is changed: files below its root, commands of systemd."""

import stat
from pathlib import Path

import pytest

from gateway.installation.machine import InstallError, Machine, require_root


def test_files_are_written_below_the_root_for_everybody_to_read(tmp_path: Path) -> None:
    machine = Machine(tmp_path, dry_run=False)
    machine.write(machine.path("/etc/systemd/system/a.service"), b"[Unit]\n")
    written = tmp_path / "etc/systemd/system/a.service"
    assert written.read_bytes() == b"[Unit]\n"
    assert stat.S_IMODE(written.stat().st_mode) == 0o644


def test_a_dry_run_writes_renames_removes_and_runs_nothing(tmp_path: Path) -> None:
    machine, file = Machine(tmp_path, dry_run=True), tmp_path / "a"
    file.write_text("kept")
    machine.write(file, b"new")
    machine.rename(file, tmp_path / "b")
    machine.remove(file)
    machine.run(["false"])
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert file.read_text() == "kept"


def test_the_folder_of_an_image_is_not_the_running_system(tmp_path: Path) -> None:
    machine = Machine(tmp_path, dry_run=False)
    assert not machine.is_running
    assert not machine.has_udev
    assert machine.against_root("systemd-sysusers") == ["systemd-sysusers", f"--root={tmp_path}"]
    assert Machine(Path("/"), dry_run=True).against_root("systemd-sysusers") == ["systemd-sysusers"]


def test_what_this_user_can_not_see_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(tmp_path, dry_run=True)
    (tmp_path / "a").touch()
    assert machine.has("/a")
    assert not machine.has("/b")

    def denied(_path: Path, **_how: bool) -> bool:
        raise PermissionError

    monkeypatch.setattr(Path, "exists", denied)
    assert not machine.has("/a")


def test_a_missing_command_and_one_that_fails_are_errors_that_say_so(tmp_path: Path) -> None:
    machine = Machine(tmp_path, dry_run=False)
    with pytest.raises(InstallError, match="'sh -c echo broken >&2; exit 3' failed: broken"):
        machine.run(["sh", "-c", "echo broken >&2; exit 3"])
    with pytest.raises(InstallError, match="no-such-command is missing: the services need systemd"):
        machine.run(["no-such-command"])


def test_a_file_that_can_not_be_written_is_an_error_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "etc").write_text("a file where a folder should be")
    machine = Machine(tmp_path, dry_run=False)
    with pytest.raises(InstallError, match=f"{tmp_path}/etc/a can't be written: "):
        machine.write(machine.path("/etc/a"), b"")


def test_only_root_may_change_a_machine_and_everybody_may_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    require_root(Machine(tmp_path, dry_run=True))
    with pytest.raises(InstallError, match="only root can change users, folders and services: run it with sudo, or with --dry-run"):
        require_root(Machine(tmp_path, dry_run=False))
