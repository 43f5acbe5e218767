"""Files put where they were."""

import stat
from pathlib import Path

import pytest

from gateway.backup.contents import described, sha256_of
from gateway.backup.placing import below, kept_beside, make_folder, put, put_new


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    path = tmp_path / "unpacked"
    path.write_bytes(b"of the backup")
    path.chmod(0o640)
    return path


def test_a_path_is_below_the_root() -> None:
    assert below(Path("/mnt/card"), "/etc/street-gateway/site.yaml") == Path("/mnt/card/etc/street-gateway/site.yaml")


@pytest.mark.parametrize(("before", "replaces"), [(None, False), (b"of the backup", False), (b"another", True)])
def test_a_file_gets_its_mode_and_keeps_another_content_beside_it(
    before: bytes | None, replaces: bool, unpacked: Path, tmp_path: Path
) -> None:
    target = tmp_path / "folder" / "file"
    if before is not None:
        target.parent.mkdir()
        target.write_bytes(before)
    file = described(unpacked, target, unpacked.stat().st_size, sha256_of(unpacked))
    assert put(file, target, unpacked) is replaces
    assert (target.read_bytes(), stat.S_IMODE(target.stat().st_mode)) == (b"of the backup", 0o640)
    assert kept_beside(target).exists() is replaces


def test_a_database_that_was_made_meanwhile_stays(unpacked: Path, tmp_path: Path) -> None:
    file = described(unpacked, tmp_path / "database", unpacked.stat().st_size, sha256_of(unpacked))
    put_new(file, tmp_path / "database", unpacked)
    (tmp_path / "other").write_bytes(b"of a program")
    with pytest.raises(FileExistsError):
        put_new(file, tmp_path / "other", unpacked)
    assert ((tmp_path / "database").read_bytes(), (tmp_path / "other").read_bytes()) == (b"of the backup", b"of a program")


def test_missing_folders_are_made(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o750
