"""Databases that survive a power cut."""

import os
import pwd
import sqlite3
from pathlib import Path

import pytest

from gateway.host.sqlite import BUSY_TIMEOUT_S, open_durable


def test_a_database_is_in_wal_mode_and_every_commit_is_synced(tmp_path: Path) -> None:
    database = open_durable(tmp_path / "a.sqlite")
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert database.execute("PRAGMA synchronous").fetchone() == (2,), "FULL"
    assert database.execute("PRAGMA busy_timeout").fetchone() == (BUSY_TIMEOUT_S * 1000,)
    database.close()


def test_a_file_that_is_not_a_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        open_durable(tmp_path / "a.sqlite")


def test_a_file_that_can_not_be_opened_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        open_durable(tmp_path / "missing" / "a.sqlite")


def test_a_file_that_root_left_behind_is_an_error_that_says_whose_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_durable(tmp_path / "a.sqlite").close()
    monkeypatch.setattr("os.geteuid", lambda: 65534)
    monkeypatch.setattr("os.access", lambda _path, _mode, **_how: False)
    owner = pwd.getpwuid(os.getuid()).pw_name
    with pytest.raises(
        sqlite3.OperationalError, match=rf"a\.sqlite belongs to {owner}, and nobody can't write it: run 'chown nobody .*a\.sqlite' as root"
    ):
        open_durable(tmp_path / "a.sqlite")


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_only_the_owner_can_read_a_new_database(umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        database = open_durable(tmp_path / "a.sqlite")
        database.execute("CREATE TABLE t (a)")
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    database.close()
    (tmp_path / "a.sqlite").chmod(0o640)
    open_durable(tmp_path / "a.sqlite").close()
    assert (tmp_path / "a.sqlite").stat().st_mode & 0o777 == 0o640, "the owner's decision"
