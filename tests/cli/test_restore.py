"""`gateway restore`."""

from pathlib import Path

import pytest

from tests.backup.gateways import OldGateway
from tests.cli.test_backup import passphrase_file
from tests.trust.broker import gateway


@pytest.fixture
def old(tmp_path: Path) -> OldGateway:
    """A gateway that died after its backup."""
    old = OldGateway(tmp_path / "old")
    assert gateway("backup", old.site, tmp_path / "backup", "--passphrase-file", passphrase_file(tmp_path)).exit_code == 0
    old.die()
    return old


def test_it_says_what_it_restored_what_waits_and_what_to_do_next(old: OldGateway, tmp_path: Path) -> None:
    done = gateway("restore", tmp_path / "backup", "--passphrase-file", tmp_path / "passphrase")
    assert done.exit_code == 0, done.output
    head, first, *_, waiting, following = done.output.splitlines()
    assert head.startswith("prato-citelum-gw-1, on ")
    assert first == str(old.site)
    assert waiting == "3 readings wait to be sent"
    assert following.startswith("next: make sure that the gateway on ")
    again = gateway("restore", tmp_path / "backup", "--passphrase-file", tmp_path / "passphrase")
    assert (again.exit_code, "a backup needs a machine without a journal" in again.output) == (1, True)


def test_a_dry_run_changes_nothing(old: OldGateway, tmp_path: Path) -> None:
    done = gateway("restore", tmp_path / "backup", "--dry-run", "--passphrase-file", tmp_path / "passphrase")
    assert done.exit_code == 0, done.output
    assert str(old.folder / "journal.sqlite") in done.output
    assert not old.folder.exists()


def test_a_file_that_was_in_the_way_is_named(old: OldGateway, tmp_path: Path) -> None:
    old.folder.mkdir()
    old.site.write_text("site: example")
    done = gateway("restore", tmp_path / "backup", "--passphrase-file", tmp_path / "passphrase")
    assert f"{old.site}: the file that was there is now site.yaml.before" in done.output


@pytest.mark.usefixtures("old")
def test_a_wrong_passphrase_is_one_sentence(tmp_path: Path) -> None:
    done = gateway("restore", tmp_path / "backup", "--passphrase-file", passphrase_file(tmp_path, "quattro parole a casa"))
    assert (done.exit_code, done.output) == (1, "gateway: the passphrase is wrong\n")
