"""`gateway central restore`."""

from pathlib import Path

import pytest

from tests.backup.centres import OldCentre
from tests.cli.test_backup import passphrase_file
from tests.trust.broker import gateway


@pytest.fixture
def old(tmp_path: Path) -> OldCentre:
    """A centre whose machine died after its backup."""
    old = OldCentre(tmp_path / "old")
    done = gateway("central", "backup", old.site, tmp_path / "backup", "--passphrase-file", passphrase_file(tmp_path))
    assert done.exit_code == 0, done.output
    old.die()
    return old


def test_it_says_what_it_restored_what_comes_again_and_what_to_do_next(old: OldCentre, tmp_path: Path) -> None:
    done = gateway("central", "restore", tmp_path / "backup", "--passphrase-file", tmp_path / "passphrase", "--since", "2026-11-26T18:10")
    assert done.exit_code == 0, done.output
    head, first, *_, again, following = done.output.splitlines()
    assert head.startswith("the centre of prato, on ")
    assert first == str(old.site)
    assert again.startswith("every gateway will be asked for its readings from 2026-11-26T18:00:00Z to ")
    assert following.endswith(f"gateway check {old.site}")
    done = gateway("central", "restore", tmp_path / "backup", "--passphrase-file", tmp_path / "passphrase")
    assert (done.exit_code, "a backup needs a machine without one" in done.output) == (1, True)


def test_a_dry_run_changes_nothing(old: OldCentre, tmp_path: Path) -> None:
    done = gateway("central", "restore", tmp_path / "backup", "--dry-run", "--passphrase-file", tmp_path / "passphrase")
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-3:] == old.databases
    assert not old.folder.exists()


@pytest.mark.usefixtures("old")
def test_a_wrong_passphrase_is_one_sentence(tmp_path: Path) -> None:
    done = gateway("central", "restore", tmp_path / "backup", "--passphrase-file", passphrase_file(tmp_path, "quattro parole a casa"))
    assert (done.exit_code, done.output) == (1, "gateway: the passphrase is wrong\n")
