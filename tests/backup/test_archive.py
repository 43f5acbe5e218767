"""The archive of a backup; test_restoring and test_centre_restoring restore whole ones."""

from pathlib import Path

import msgspec
import pytest

from gateway.backup.archive import CENTRE, GATEWAY, pack, unpack, unpacking
from gateway.backup.contents import BackedUpFile, described, sha256_of
from gateway.backup.sealed_file import BackupError
from tests.backup.gateways import PASSPHRASE


class Described(msgspec.Struct):
    files: list[BackedUpFile]


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """An archive of a small file, given by its content, and of a large one, given by its place."""
    (tmp_path / "large").write_bytes(b"x" * 3_000_000)
    (tmp_path / "small").write_bytes(b"y")
    files = [described(path, path, path.stat().st_size, sha256_of(path)) for path in (tmp_path / "small", tmp_path / "large")]
    pack(tmp_path / "archive", PASSPHRASE, GATEWAY, Described(files), [(files[0], b"y"), (files[1], tmp_path / "large")])
    return tmp_path / "archive"


def test_files_come_out_as_they_went_in(packed: Path, tmp_path: Path) -> None:
    with unpacking(packed, PASSPHRASE, GATEWAY, Described) as (contents, archive):
        found = [unpack(archive, file, tmp_path / str(number)).read_bytes() for number, file in enumerate(contents.files)]
    assert found == [b"y", b"x" * 3_000_000]


def test_an_archive_of_another_kind_names_the_command_that_restores_it(packed: Path) -> None:
    with (
        pytest.raises(BackupError, match="is the backup of a gateway: restore it with 'gateway restore'"),
        unpacking(packed, PASSPHRASE, CENTRE, Described),
    ):
        pass


def test_files_in_another_order_are_refused(packed: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(BackupError, match="large' is not where it belongs"),
        unpacking(packed, PASSPHRASE, GATEWAY, Described) as (contents, archive),
    ):
        unpack(archive, contents.files[1], tmp_path / "out")
