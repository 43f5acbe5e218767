"""A slot is installed from the files of its archive alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.update import slot
from gateway.update.archive import pack
from gateway.update.errors import UpdateError
from gateway.update.layout import UpdateLayout
from gateway.update.slot import check_site, install_units, make_slot, remove_slots
from tests.update.tiny_wheels import make_release


def test_a_slot_has_the_program_of_its_archive_and_is_made_once(tmp_path: Path) -> None:
    layout = UpdateLayout(tmp_path)
    layout.state.mkdir(parents=True)
    layout.slots.mkdir(parents=True)
    pack(make_release(tmp_path / "release", "9.8.7"), tmp_path / "archive.tar")
    (layout.slot("new")).mkdir()
    (layout.slot("new") / "half").touch()  # of an installation that was killed
    assert make_slot(layout, tmp_path / "archive.tar", "new") == "9.8.7"
    assert not (layout.slot("new") / "half").exists()
    said = subprocess.run(
        [layout.python("new"), "-m", "gateway", "--version"], capture_output=True, text=True, check=True, cwd="/", env={}
    ).stdout
    assert said == "gateway 9.8.7\n"
    made = (layout.slot("new") / "complete").stat().st_mtime_ns
    assert make_slot(layout, tmp_path / "missing.tar", "new") == "9.8.7"
    assert (layout.slot("new") / "complete").stat().st_mtime_ns == made
    assert list(layout.state.iterdir()) == []
    install_units(layout, "new")
    unit = (tmp_path / "etc/systemd/system/street-update.service").read_text()
    assert "/opt/street-gateway" in unit
    (tmp_path / "site.yaml").write_text("site: x\nunknown: 1\n")
    with pytest.raises(UpdateError, match=r"(?s)gateway check .* failed: .*unknown key"):
        check_site(layout, "new", tmp_path / "site.yaml")


def test_a_wheel_with_another_hash_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The interpreter of the test stands for that of the slot: making one takes seconds."""
    layout = UpdateLayout(tmp_path)
    layout.state.mkdir(parents=True)
    release = make_release(tmp_path / "release", "9.8.7")
    lock = release / "requirements.lock"
    lock.write_text(lock.read_text()[:-3] + "00\n")
    pack(release, tmp_path / "archive.tar")
    (layout.slot("new") / "bin").mkdir(parents=True)
    real = slot._run
    monkeypatch.setattr(
        slot, "_run", lambda command: None if command[2] == "venv" else real([*command, "--target", str(tmp_path / "target")])
    )
    monkeypatch.setattr(UpdateLayout, "python", lambda _self, _name: sys.executable)
    monkeypatch.setattr("gateway.update.slot.shutil.rmtree", lambda _: None)
    with pytest.raises(UpdateError, match="someone may have tampered with them"):
        make_slot(layout, tmp_path / "archive.tar", "new")
    assert not (layout.slot("new") / "complete").exists()


def test_a_full_disk_is_said_before_anything_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = UpdateLayout(tmp_path)
    layout.state.mkdir(parents=True)
    (tmp_path / "opt").mkdir()
    (tmp_path / "archive.tar").write_bytes(bytes(1 << 20))
    usage = type("Usage", (), {"free": 4 << 20})
    monkeypatch.setattr("gateway.update.slot.shutil.disk_usage", lambda _: usage)
    with pytest.raises(UpdateError, match="the disk has 4 MiB free, and the new version needs 5 MiB"):
        make_slot(layout, tmp_path / "archive.tar", "new")


def test_a_program_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match="failed: "):
        check_site(UpdateLayout(tmp_path), "missing", tmp_path / "site.yaml")


def test_slots_that_are_not_kept_are_deleted(tmp_path: Path) -> None:
    layout = UpdateLayout(tmp_path)
    remove_slots(layout, [])
    for name in ("a", "b", "c"):
        layout.slot(name).mkdir(parents=True)
    layout.set_proven("a")
    remove_slots(layout, ["a", "b"])
    assert sorted(one.name for one in layout.slots.iterdir()) == ["a", "b", "proven"]
