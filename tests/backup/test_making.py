"""A backup of a gateway that runs."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from gateway.backup.making import make_backup
from gateway.backup.restoring import look_into
from gateway.host import clock
from tests.backup.gateways import PASSPHRASE, OldGateway
from tests.journal.journals import append


def test_it_is_made_while_the_gateway_writes_and_says_what_it_contains(tmp_path: Path) -> None:
    old = OldGateway(tmp_path / "old")
    contents = make_backup(old.site, old.edge, tmp_path / "backup", PASSPHRASE, clock.now_ms())
    append(old.journal, 9)
    assert contents.user == "prato-citelum-gw-1"
    assert contents.files[-1].path == contents.journal == str(old.folder / "journal.sqlite")
    assert look_into(tmp_path / "backup", PASSPHRASE, tmp_path / "elsewhere") == contents


def test_nothing_is_left_beside_the_journal(tmp_path: Path) -> None:
    old = OldGateway(tmp_path / "old")
    before = sorted(old.folder.iterdir())
    make_backup(old.site, old.edge, tmp_path / "backup", PASSPHRASE, clock.now_ms())
    assert sorted(old.folder.iterdir()) == before


def test_without_a_journal_no_file_is_written(tmp_path: Path) -> None:
    old = OldGateway(tmp_path / "old")
    old.die()
    shutil.copytree(tmp_path / "old-dead", tmp_path / "old", ignore=shutil.ignore_patterns("journal*"))
    with pytest.raises(FileNotFoundError, match="no journal at"):
        make_backup(old.site, old.edge, tmp_path / "backup", PASSPHRASE, clock.now_ms())
    assert not (tmp_path / "backup").exists()


def test_a_journal_that_can_t_be_read_leaves_the_backup_before_as_it_was(tmp_path: Path) -> None:
    old = OldGateway(tmp_path / "old")
    make_backup(old.site, old.edge, tmp_path / "backup", PASSPHRASE, clock.now_ms())
    before = (tmp_path / "backup").read_bytes()
    old.journal.close()
    (old.folder / "journal.sqlite").write_bytes(b"not a database" * 1000)
    with pytest.raises(sqlite3.DatabaseError):
        make_backup(old.site, old.edge, tmp_path / "backup", PASSPHRASE, clock.now_ms())
    assert (tmp_path / "backup").read_bytes() == before
