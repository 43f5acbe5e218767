"""The link to the slot that services start."""

from pathlib import Path

import pytest

from gateway.update.errors import UpdateError
from gateway.update.layout import ORIGINAL, UpdateLayout


def installed(root: Path) -> UpdateLayout:
    """Return the layout of a program that was installed as a folder."""
    layout = UpdateLayout(root)
    (layout.prefix / "bin").mkdir(parents=True)
    (layout.prefix / "bin" / "python").write_text("first")
    return layout


def test_a_program_installed_as_a_folder_becomes_the_first_slot_under_the_same_name(tmp_path: Path) -> None:
    layout = installed(tmp_path)
    assert layout.adopt() == layout.current() == ORIGINAL
    assert (layout.prefix / "bin" / "python").read_text() == "first"
    assert (layout.slot(ORIGINAL) / "bin" / "python").read_text() == "first"
    assert layout.prefix.is_symlink()
    assert layout.adopt() == ORIGINAL


def test_its_commands_run_its_own_program_whatever_the_link_says(tmp_path: Path) -> None:
    layout = installed(tmp_path)
    script = layout.prefix / "bin" / "gateway"
    script.write_text(f"#!{layout.prefix}/bin/python3\nprint('first')\n")
    script.chmod(0o755)
    (layout.prefix / "bin" / "python3").symlink_to("python")
    layout.adopt()
    moved = layout.slot(ORIGINAL) / "bin" / "gateway"
    assert moved.read_text() == f"#!{layout.slot(ORIGINAL)}/bin/python3\nprint('first')\n"
    assert moved.stat().st_mode & 0o777 == 0o755


def test_what_a_killed_attempt_has_left_does_not_matter(tmp_path: Path) -> None:
    layout = installed(tmp_path)
    layout.slots.mkdir()
    layout.slot(ORIGINAL).symlink_to("street-gateway.slots/original")
    assert layout.adopt() == ORIGINAL
    assert (layout.prefix / "bin" / "python").read_text() == "first"


def test_the_link_is_replaced_without_a_moment_in_which_there_is_none(tmp_path: Path) -> None:
    layout = installed(tmp_path)
    layout.adopt()
    (layout.slot("2") / "bin").mkdir(parents=True)
    (layout.slot("2") / "bin" / "python").write_text("second")
    (tmp_path / "opt" / ".street-gateway.new").symlink_to("left by a kill")
    layout.point("2")
    assert layout.current() == "2"
    assert (layout.prefix / "bin" / "python").read_text() == "second"


def test_the_proved_slot_is_remembered(tmp_path: Path) -> None:
    layout = installed(tmp_path)
    layout.adopt()
    assert layout.proven() is None
    layout.set_proven(ORIGINAL)
    layout.set_proven("2")
    assert layout.proven() == "2"
    assert layout.python("2") == str(layout.slots / "2" / "bin" / "python")


def test_without_a_program_there_is_nothing_to_update(tmp_path: Path) -> None:
    layout = UpdateLayout(tmp_path)
    with pytest.raises(UpdateError, match="there is no program in"):
        layout.adopt()
    with pytest.raises(UpdateError, match="is no link to a slot"):
        layout.current()


def test_a_file_system_that_can_not_exchange_names_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = installed(tmp_path)

    class Refusing:
        @staticmethod
        def renameat2(*_: object) -> int:
            return -1

    monkeypatch.setattr("gateway.update.layout._libc", Refusing)
    with pytest.raises(OSError, match="opt/street-gateway"):
        layout.adopt()
    assert (layout.prefix / "bin" / "python").read_text() == "first"
