"""Databases that survive a power cut."""

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
