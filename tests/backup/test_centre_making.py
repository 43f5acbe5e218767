"""A backup of a centre that runs."""

from pathlib import Path

import pytest

from gateway.backup.centre_making import make_centre_backup
from gateway.backup.centre_restoring import look_into_centre
from gateway.host import clock
from tests.backup.centres import OldCentre
from tests.backup.gateways import PASSPHRASE


@pytest.fixture
def old(tmp_path: Path) -> OldCentre:
    return OldCentre(tmp_path / "old")


def test_it_is_made_while_the_centre_writes_and_says_what_it_contains(old: OldCentre, tmp_path: Path) -> None:
    contents = make_centre_backup(old.site, old.centre, old.authority, tmp_path / "backup", PASSPHRASE, clock.now_ms(), history=True)
    old.add("later")
    assert [one.path for one in contents.files[-3:]] == contents.databases == old.databases
    paths = [one.path for one in contents.files]
    assert paths[0] == str(old.site)
    assert str(old.folder / "password") in paths
    assert {str(one) for one in old.authority.rglob("*") if one.is_file()} < set(paths)
    assert not any(path.startswith("/etc/ssl/") for path in paths)
    assert look_into_centre(tmp_path / "backup", PASSPHRASE, tmp_path / "elsewhere") == contents


def test_nothing_is_left_beside_the_databases(old: OldCentre, tmp_path: Path) -> None:
    before = sorted(old.folder.rglob("*"))
    make_centre_backup(old.site, old.centre, None, tmp_path / "backup", PASSPHRASE, clock.now_ms(), history=True)
    assert sorted(old.folder.rglob("*")) == before


def test_the_history_and_the_authority_can_be_left_out(old: OldCentre, tmp_path: Path) -> None:
    contents = make_centre_backup(old.site, old.centre, None, tmp_path / "backup", PASSPHRASE, clock.now_ms(), history=False)
    assert contents.databases == old.databases[:2]
    assert not any(one.path.startswith(f"{old.authority}/") for one in contents.files)


def test_a_machine_on_which_no_centre_ran_is_an_error_and_no_file_is_written(old: OldCentre, tmp_path: Path) -> None:
    centre = old.centre
    old.die()
    with pytest.raises(FileNotFoundError, match="no centre ran on this machine with this site file"):
        make_centre_backup(old.site, centre, None, tmp_path / "backup", PASSPHRASE, clock.now_ms(), history=True)
    assert not (tmp_path / "backup").exists()


def test_an_authority_that_does_not_exist_is_an_error(old: OldCentre, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no authority at"):
        make_centre_backup(old.site, old.centre, tmp_path / "nowhere", tmp_path / "backup", PASSPHRASE, clock.now_ms(), history=True)
