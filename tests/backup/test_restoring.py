"""A backup on a new machine."""

import io
import os
import sqlite3
import tarfile
from pathlib import Path

import msgspec
import pytest

from gateway.backup.contents import BackupContents
from gateway.backup.making import make_backup
from gateway.backup.restoring import restore_backup
from gateway.backup.sealed_file import BackupError, sealing, unsealed
from gateway.host import clock
from gateway.journal.entries import JournalLimits
from gateway.journal.inspect import flaws
from gateway.journal.journal import Journal
from tests.backup.gateways import PASSPHRASE, OldGateway
from tests.journal.journals import append, values


@pytest.fixture
def old(tmp_path: Path) -> OldGateway:
    return OldGateway(tmp_path / "old")


def backed_up(old: OldGateway, *, dies: bool = True) -> Path:
    file = old.folder.with_name("backup")
    make_backup(old.site, old.edge, file, PASSPHRASE, clock.now_ms())
    if dies:
        old.die()
    return file


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        one.relative_to(folder).as_posix(): (one.read_bytes(), one.stat().st_mode)
        for one in folder.rglob("*")
        if one.is_file() and not one.name.startswith("journal")
    }


def test_every_file_is_as_it_was_with_its_mode_and_what_waited_waits(old: OldGateway, tmp_path: Path) -> None:
    before, file = files(old.folder), backed_up(old)
    restored = restore_backup(file, PASSPHRASE, Path("/"), clock.now_ms())
    del before["unrelated/x"]
    assert files(old.folder) == before
    assert (restored.waiting, restored.kept) == (3, {})
    journal = Journal(old.folder / "journal.sqlite", JournalLimits(1 << 30, 1e9, 1e9), clock.now_ms)
    assert values(journal) == [0, 1, 2]
    assert list(flaws(old.folder / "journal.sqlite")) == []
    journal.close()


def test_the_time_after_the_backup_is_one_gap_and_the_next_run_has_an_epoch_of_its_own(old: OldGateway) -> None:
    epoch, made_ms = old.journal.epoch, clock.now_ms()
    file = backed_up(old)
    restore_backup(file, PASSPHRASE, Path("/"), made_ms + 3_600_000)
    journal = Journal(old.folder / "journal.sqlite", JournalLimits(1 << 30, 1e9, 1e9), lambda: made_ms + 3_700_000)
    assert journal.epoch != epoch
    (gap,) = journal.gaps.all()
    assert "restored from a backup of " in gap.reason
    assert "read after that and did not send is lost" in gap.reason
    assert gap.epoch == epoch
    assert gap.from_ms is not None
    assert gap.from_ms <= made_ms + 60_000
    assert gap.to_ms == made_ms + 3_600_000
    assert journal.gaps.unreported
    journal.close()


def test_a_machine_that_has_a_journal_is_refused_and_stays_as_it_was(old: OldGateway) -> None:
    file = backed_up(old, dies=False)
    before = files(old.folder)
    append(old.journal, 4)
    with pytest.raises(BackupError, match="a backup needs a machine without a journal"):
        restore_backup(file, PASSPHRASE, Path("/"), clock.now_ms())
    assert files(old.folder) == before
    assert len(values(old.journal)) == 4


def test_a_gateway_that_makes_its_journal_during_the_restore_keeps_it(old: OldGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    file, target = backed_up(old), old.folder / "journal.sqlite"
    link = os.link

    def started_meanwhile(source: Path, destination: Path) -> None:
        target.write_bytes(b"of the gateway")
        link(source, destination)

    monkeypatch.setattr(os, "link", started_meanwhile)
    with pytest.raises(FileExistsError):
        restore_backup(file, PASSPHRASE, Path("/"), clock.now_ms())
    assert target.read_bytes() == b"of the gateway"


def test_it_can_be_restored_below_a_mounted_image(old: OldGateway, tmp_path: Path) -> None:
    file = backed_up(old, dies=False)
    image = tmp_path / "image"
    image.mkdir()
    restore_backup(file, PASSPHRASE, image, clock.now_ms())
    assert (image / str(old.site).lstrip("/")).read_bytes() == old.site.read_bytes()


def test_another_file_in_the_place_of_one_is_kept_beside_it(old: OldGateway) -> None:
    file = backed_up(old)
    old.folder.mkdir()
    old.site.write_text("site: example")
    restored = restore_backup(file, PASSPHRASE, Path("/"), clock.now_ms())
    assert restored.kept == {str(old.site): old.site.with_name("site.yaml.before")}
    assert old.site.with_name("site.yaml.before").read_text() == "site: example"
    assert "technician's comment" in old.site.read_text()


def test_a_restore_that_is_interrupted_can_be_repeated(old: OldGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    file = backed_up(old)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "link", interrupted)
    with pytest.raises(KeyboardInterrupt):
        restore_backup(file, PASSPHRASE, Path("/"), clock.now_ms())
    assert not (old.folder / "journal.sqlite").exists()
    monkeypatch.undo()
    assert restore_backup(file, PASSPHRASE, Path("/"), clock.now_ms()).waiting == 3
    assert [one.name for one in old.folder.iterdir() if one.name.startswith(".")] == []


def repacked(file: Path, name: str, content: bytes) -> None:
    """Seal a backup again in which one member has another content."""
    with unsealed(file, PASSPHRASE) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
        members = []
        for member in archive:
            part = archive.extractfile(member)
            assert part is not None
            members.append((member.name, part.read()))
    with sealing(file, PASSPHRASE) as stream, tarfile.open(fileobj=stream, mode="w|") as archive:
        for found, before in members:
            data = content if found.endswith(name) else before
            member = tarfile.TarInfo(found)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


@pytest.mark.parametrize("name", ["identity.pem", "journal.sqlite", "contents.json"])
def test_a_member_that_is_not_as_described_changes_nothing_on_the_machine(name: str, old: OldGateway) -> None:
    file = backed_up(old)
    repacked(file, name, b"{}")
    with pytest.raises(BackupError, match="can't be read"):
        restore_backup(file, PASSPHRASE, Path("/"), clock.now_ms())
    assert files(old.folder.parent / "old") == {}


def test_a_journal_of_a_newer_version_is_refused(old: OldGateway) -> None:
    old.journal.close()
    database = sqlite3.connect(old.folder / "journal.sqlite")
    database.execute("PRAGMA user_version = 99")
    database.close()
    file = old.folder.with_name("backup")
    make_backup(old.site, old.edge, file, PASSPHRASE, clock.now_ms())
    old.folder.rename(old.folder.with_name("dead"))
    with pytest.raises(BackupError, match=r"the journal in the backup can't be used: .* install the newer program again"):
        restore_backup(file, PASSPHRASE, Path("/"), clock.now_ms())


def test_contents_that_lead_out_of_the_root_are_refused() -> None:
    document = {"user": "a", "host": "b", "made_ms": 0, "version": "1", "site": "/a/../../b", "journal": "/j", "files": []}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(document, BackupContents)
