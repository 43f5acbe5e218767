"""`gateway central backup`."""

import json
from pathlib import Path

import pytest

from tests.backup.centres import OldCentre
from tests.cli.test_backup import passphrase_file
from tests.trust.broker import gateway


@pytest.fixture
def old(tmp_path: Path) -> OldCentre:
    return OldCentre(tmp_path / "old")


def test_it_lists_what_it_wrote(old: OldCentre, tmp_path: Path) -> None:
    options = ("--passphrase-file", passphrase_file(tmp_path), "--authority", old.authority)
    done = gateway("central", "backup", old.site, tmp_path / "backup", *options)
    assert done.exit_code == 0, done.output
    first, *_, letters, alarms, history, written = done.output.splitlines()
    assert (first, [letters, alarms, history]) == (str(old.site), old.databases)
    assert written.startswith(f"written: {tmp_path}/backup (")


def test_it_says_that_situations_in_postgresql_are_not_in_it(old: OldCentre, tmp_path: Path) -> None:
    document = json.loads(old.site.read_text())
    postgresql = {"server": "127.0.0.1:5432", "database": "stanza", "login": {"user": "room", "password_file": "/etc/secret"}}
    document["centre"]["situation"] = {"organisations": {"comune": {}}, "postgresql": postgresql}
    old.site.write_text(json.dumps(document))
    done = gateway("central", "backup", old.site, tmp_path / "backup", "--passphrase-file", passphrase_file(tmp_path))
    assert done.exit_code == 0, done.output
    assert "the situations in PostgreSQL are not in it: back them up with 'pg_dump stanza'\n" in done.output


def test_a_short_passphrase_and_a_missing_authority_are_one_sentence_each(old: OldCentre, tmp_path: Path) -> None:
    done = gateway("central", "backup", old.site, tmp_path / "backup", "--passphrase-file", passphrase_file(tmp_path, "short"))
    assert (done.exit_code, "the passphrase is too short" in done.output) == (1, True)
    options = ("--passphrase-file", passphrase_file(tmp_path), "--authority", tmp_path / "nowhere")
    done = gateway("central", "backup", old.site, tmp_path / "backup", *options)
    assert (done.exit_code, done.output) == (1, f"gateway: no backup was made: there is no authority at {tmp_path}/nowhere\n")
    assert not (tmp_path / "backup").exists()
