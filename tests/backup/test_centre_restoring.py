"""A backup of a centre on a new machine."""

import os
import sqlite3
from pathlib import Path

import pytest

from gateway.backup import centre_making
from gateway.backup.centre_making import make_centre_backup
from gateway.backup.centre_restoring import restore_centre_backup
from gateway.backup.contents import described, sha256_of
from gateway.backup.making import make_backup
from gateway.backup.restoring import restore_backup
from gateway.backup.sealed_file import BackupError
from gateway.centre.dead_letters import DeadLetters
from gateway.centre.self_audit.owed import OwedReadings
from gateway.host import clock
from gateway.model.topics import GatewayId
from tests.backup.centres import OldCentre
from tests.backup.gateways import PASSPHRASE, OldGateway

ROOT = Path("/")


@pytest.fixture
def old(tmp_path: Path) -> OldCentre:
    return OldCentre(tmp_path / "old")


def backed_up(old: OldCentre, made_ms: int | None = None, *, dies: bool = True) -> Path:
    file = old.folder.with_name("backup")
    make_centre_backup(old.site, old.centre, old.authority, file, PASSPHRASE, made_ms or clock.now_ms(), history=True)
    if dies:
        old.die()
    return file


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    found = [one for one in folder.rglob("*") if one.is_file() and ".sqlite" not in one.name]
    return {one.relative_to(folder).as_posix(): (one.read_bytes(), one.stat().st_mode) for one in found}


def letters(old: OldCentre) -> list[str]:
    opened = DeadLetters(old.folder / "state" / "dead.sqlite")
    try:
        return [one.reason for one in opened.letters()]
    finally:
        opened.close()


def test_every_file_is_as_it_was_with_its_mode_and_the_databases_are_of_the_backup(old: OldCentre) -> None:
    before, file = files(old.folder), backed_up(old, dies=False)
    old.add("after the backup")
    old.die()
    restored = restore_centre_backup(file, PASSPHRASE, ROOT, clock.now_ms())
    assert files(old.folder) == before
    assert restored.kept == {}
    assert letters(old) == ["first"]
    assert sorted(one.name for one in old.folder.rglob("*.sqlite*")) == ["alarms.sqlite", "dead.sqlite", "history.sqlite"]
    assert [one.name for one in old.folder.rglob(".*")] == []


@pytest.mark.parametrize(("since_ms", "first_ms"), [(None, 86_400_000), (3_600_000, 3_600_000)])
def test_every_gateway_is_to_send_again_what_came_after_the_backup_or_after_another_time(
    since_ms: int | None, first_ms: int, old: OldCentre
) -> None:
    restored = restore_centre_backup(backed_up(old, 86_400_000), PASSPHRASE, ROOT, 90_000_000, since_ms)
    assert restored.owed == (first_ms - 600_000, 90_000_000)
    owed = OwedReadings(old.folder / "state" / "dead.sqlite")
    me = GatewayId("prato", "citelum", "gw-1")
    assert owed.due([me], 90_000_001) == [(me, restored.owed)]
    owed.close()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_machine_that_has_one_of_the_databases_is_refused_and_stays_as_it_was(number: int, old: OldCentre) -> None:
    file = backed_up(old)
    database = Path(old.databases[number])
    database.parent.mkdir(parents=True)
    database.write_bytes(b"of the centre here")
    with pytest.raises(BackupError, match=f"{database} exists: a backup needs a machine without one"):
        restore_centre_backup(file, PASSPHRASE, ROOT, clock.now_ms())
    assert [one for one in old.folder.rglob("*") if one.is_file()] == [database]


def test_another_file_in_the_place_of_one_is_kept_beside_it(old: OldCentre) -> None:
    file = backed_up(old)
    old.folder.mkdir()
    old.site.write_text("site: example")
    restored = restore_centre_backup(file, PASSPHRASE, ROOT, clock.now_ms())
    assert restored.kept == {str(old.site): old.site.with_name("centre.yaml.before")}


@pytest.mark.parametrize("links", [0, 2])
def test_a_restore_that_is_interrupted_can_be_repeated(links: int, old: OldCentre, monkeypatch: pytest.MonkeyPatch) -> None:
    file, link, left = backed_up(old), os.link, [links]

    def interrupted(source: Path, target: Path) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        link(source, target)

    monkeypatch.setattr(os, "link", interrupted)
    with pytest.raises(KeyboardInterrupt):
        restore_centre_backup(file, PASSPHRASE, ROOT, clock.now_ms())
    assert not Path(old.databases[0]).exists()
    monkeypatch.undo()
    for restored in old.databases:
        Path(restored).unlink(missing_ok=True)
    restore_centre_backup(file, PASSPHRASE, ROOT, clock.now_ms())
    assert letters(old) == ["first"]


def test_a_damaged_database_is_refused_before_anything_changes(old: OldCentre, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(path: Path, folder: str) -> object:
        copy = Path(folder) / "copy"
        copy.write_bytes(b"not a database" * 100)
        return described(path, path, copy.stat().st_size, sha256_of(copy)), copy

    monkeypatch.setattr(centre_making, "_copied", damaged)
    file = backed_up(old)
    with pytest.raises(BackupError, match="a database in the backup can't be used: file is not a database"):
        restore_centre_backup(file, PASSPHRASE, ROOT, clock.now_ms())
    assert [one for one in old.folder.rglob("*") if one.is_file()] == []


def test_letters_without_their_tables_are_refused(old: OldCentre) -> None:
    old.letters.close()
    with sqlite3.connect(old.databases[0]) as database:
        database.execute("CREATE VIEW owed AS SELECT 1")
    database.close()
    file = backed_up(old)
    with pytest.raises(BackupError, match="the dead letters in the backup can't be used"):
        restore_centre_backup(file, PASSPHRASE, ROOT, clock.now_ms())


def test_the_backup_of_a_gateway_is_refused_with_the_command_that_restores_it_and_the_other_way_round(
    old: OldCentre, tmp_path: Path
) -> None:
    gateway = OldGateway(tmp_path / "gateway")
    make_backup(gateway.site, gateway.edge, tmp_path / "gateway.backup", PASSPHRASE, clock.now_ms())
    with pytest.raises(BackupError, match="is the backup of a gateway: restore it with 'gateway restore'"):
        restore_centre_backup(tmp_path / "gateway.backup", PASSPHRASE, ROOT, clock.now_ms())
    with pytest.raises(BackupError, match="is the backup of a centre: restore it with 'gateway central restore'"):
        restore_backup(backed_up(old), PASSPHRASE, ROOT, clock.now_ms())
