"""`gateway trust label`."""

import stat
from pathlib import Path

import pytest

from tests.trust.broker import gateway

USER = "prato-citelum-gw-1"


@pytest.fixture
def invitation(authority: Path, tmp_path: Path) -> Path:
    file = tmp_path / "invitation.json"
    assert gateway("trust", "invite", authority, USER, "--out", file).exit_code == 0
    return file


def test_the_code_is_drawn_on_the_terminal_with_what_can_be_typed(invitation: Path) -> None:
    done = gateway("trust", "label", invitation)
    assert done.exit_code == 0
    assert done.output.count("█") > 100
    assert done.output.splitlines()[-1].startswith(f"{USER}  ")


@pytest.mark.parametrize(("name", "begin"), [("l.png", b"\x89PNG"), ("l.SVG", b"<svg "), ("l.html", b"<!doctype html>")])
def test_a_label_is_written_for_its_owner_alone(invitation: Path, tmp_path: Path, name: str, begin: bytes) -> None:
    done = gateway("trust", "label", invitation, "--out", tmp_path / name)
    assert done.output == f"written: {tmp_path / name}\n"
    assert (tmp_path / name).read_bytes().startswith(begin)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_what_is_no_label_is_refused(invitation: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"file": "request", "user": "x", "request": "y"}')
    for arguments, said in (
        ([other], "is not an invitation"),
        ([invitation, "--out", tmp_path / "l.gif"], "is no kind of label"),
        ([invitation, invitation, "--out", tmp_path / "l.png"], "a picture has one invitation"),
    ):
        done = gateway("trust", "label", *arguments)
        assert done.exit_code == 1
        assert said in done.output
