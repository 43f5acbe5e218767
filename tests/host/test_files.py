"""Atomic writes and secrets."""

import os
import stat
from pathlib import Path

import pytest

from gateway.host.files import SecretError, heir_of, read_secret, require_own, user_name, write_whole


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_can_not_be_written_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "folder", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("secret\n")
    path.chmod(0o600)
    assert read_secret(str(path)) == "secret"
    path.chmod(0o640)
    with pytest.raises(SecretError, match=r"mode 0640\): run chmod 600"):
        read_secret(str(path))
    with pytest.raises(SecretError, match="can't be read: No such file"):
        read_secret(str(tmp_path / "missing"))


@pytest.mark.parametrize("mode", [0o400, 0o440])
def test_a_secret_can_be_a_credential_of_systemd_which_grants_access_by_an_acl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    (tmp_path / "password").write_text("secret")
    (tmp_path / "password").chmod(mode)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert read_secret("$CREDENTIALS_DIRECTORY/password") == "secret"


def test_own_files_and_missing_ones_may_be_written(tmp_path: Path) -> None:
    (tmp_path / "a").touch(0o600)
    require_own(tmp_path / "a", tmp_path / "missing")


def test_a_file_of_another_user_is_an_error_that_says_how_to_hand_it_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").touch(0o600)
    owner = user_name(os.geteuid())
    monkeypatch.setattr("os.geteuid", lambda: 65534)
    monkeypatch.setattr("os.access", lambda _path, _mode, **_how: False)
    with pytest.raises(OSError, match=f"a belongs to {owner}, and nobody can't write it: run 'chown nobody .*/a' as root"):
        require_own(tmp_path / "a")
    monkeypatch.setattr("os.access", lambda _path, _mode, **_how: True)
    require_own(tmp_path / "a")


def test_a_user_without_a_name_is_called_by_the_number() -> None:
    assert user_name(2_000_000_000) == "2000000000"


def test_a_file_gets_the_mode_and_the_owner_that_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "rules"
    write_whole(path, b"one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    write_whole(path, b"two", mode=0o640, owner=(os.geteuid(), 12))
    assert (stat.S_IMODE(path.stat().st_mode), path.stat().st_gid) == (0o640, 12)


def test_root_leaves_files_to_the_user_of_their_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.chown(tmp_path, 12, 34)
    assert heir_of(tmp_path) == (12, 34)
    assert heir_of(tmp_path / "missing") is None
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert heir_of(tmp_path) is None
