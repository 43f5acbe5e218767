"""Files and folders that a site names: whether this user can use them."""

import os
from pathlib import Path

import pytest

from gateway.host.checks import files
from gateway.host.checks.files import data_findings, file_findings, secret_findings, unreadable


def test_a_file_that_can_be_read_is_fine(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    assert unreadable("k", tmp_path / "a") is None
    assert list(file_findings("k", str(tmp_path / "a"))) == []


def test_what_is_missing_no_file_or_too_large_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"x" * (files.MOST_BYTES + 1))
    whats = [found.what.en for name in ("missing", "pipe", "large", ".") if (found := unreadable("k", tmp_path / name)) is not None]
    assert [what.removeprefix(str(tmp_path)) for what in whats] == [
        "/missing can't be read: No such file or directory", "/pipe is not a file", "/large is too large: 1048577 bytes", " is not a file",
    ]  # fmt: skip


def test_a_file_that_this_user_may_not_read_is_told_with_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_path: Path, _mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "key").write_text("x")
    monkeypatch.setattr(Path, "open", refused)
    found = unreadable("k", tmp_path / "key")
    assert found is not None
    assert found.what.en == f"{tmp_path}/key can't be read by {files.own_user()}"
    assert "sudo -u USER gateway check" in found.instead.en


def test_a_password_must_be_there_be_secret_and_not_be_empty(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    assert [one.what.en for one in secret_findings("k", str(secret))] == [f"{secret} can't be read: No such file or directory"]
    secret.write_text("\n")
    secret.chmod(0o644)
    opened, empty = secret_findings("k", str(secret))
    assert (opened.what.en, opened.instead.en) == (f"{secret} can be read by other users (mode 0644)", f"run chmod 600 {secret}")
    assert empty.what.en == f"{secret} is empty"
    secret.write_text("hunter2\n")
    secret.chmod(0o600)
    assert list(secret_findings("k", str(secret))) == []


def test_a_password_in_a_folder_of_systemd_is_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert list(secret_findings("k", "$CREDENTIALS_DIRECTORY/password")) == []


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """As seen by a user who may write nowhere."""
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)


def test_a_folder_of_data_is_fine_if_it_can_be_written_or_made(tmp_path: Path) -> None:
    assert list(data_findings("k", str(tmp_path / "j.sqlite"), is_default=False)) == []
    assert list(data_findings("k", str(tmp_path / "a/b/j.sqlite"), is_default=False)) == []


@pytest.mark.usefixtures("read_only")
def test_data_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "old.sqlite").touch()
    me = files.own_user()
    told = {
        name: [one.what.en for one in data_findings("k", str(tmp_path / name), is_default=False)] for name in ("old.sqlite", "new", "a/new")
    }
    assert told == {
        "old.sqlite": [f"{tmp_path}/old.sqlite can't be written by {me}"],
        "new": [f"{me} can't write in the folder {tmp_path}"],
        "a/new": [f"the folder {tmp_path}/a does not exist"],
    }
    assert list(data_findings("k", str(tmp_path / "a/new"), is_default=True)) == []


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert [one.what.en for one in data_findings("k", str(tmp_path / "a/j.sqlite"), is_default=False)] == [f"{tmp_path}/a is not a folder"]
