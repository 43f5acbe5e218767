"""The archive of a release."""

import io
import tarfile
from pathlib import Path

import pytest

from gateway.update.archive import own_wheel, pack, unpack
from gateway.update.errors import UpdateError
from tests.update.tiny_wheels import make_release


def test_what_is_packed_is_unpacked_and_the_same_files_make_the_same_archive(tmp_path: Path) -> None:
    release = make_release(tmp_path / "release", "1.2.3")
    assert pack(release, tmp_path / "one.tar") == "1.2.3"
    pack(release, tmp_path / "two.tar")
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()
    unpack(tmp_path / "one.tar", tmp_path / "unpacked")
    names = {file.relative_to(tmp_path / "unpacked").as_posix() for file in (tmp_path / "unpacked").rglob("*") if file.is_file()}
    assert names == {"requirements.lock", "wheels/street_gateway-1.2.3-py3-none-any.whl", "wheels/street_needed-1.0-py3-none-any.whl"}


def test_a_release_without_a_lock_or_a_wheel_is_not_packed(tmp_path: Path) -> None:
    release = make_release(tmp_path / "release", "1.2.3")
    (release / "requirements.lock").unlink()
    with pytest.raises(UpdateError, match=r"has no requirements\.lock"):
        pack(release, tmp_path / "a.tar")
    for wheel in (release / "wheels").iterdir():
        wheel.unlink()
    with pytest.raises(UpdateError, match=r"must have one street_gateway-….whl, and has 0"):
        own_wheel(release / "wheels")


def test_nothing_but_the_lock_and_wheels_leaves_an_archive(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "evil.tar", "w") as packed:
        for name in (
            "requirements.lock",
            "../evil",
            "/tmp/evil",
            "wheels/../../evil.whl",
            "wheels/good-1.0-py3-none-any.whl",
            "wheels/.evil/x.whl",
        ):
            described = tarfile.TarInfo(name)
            described.size = 4
            packed.addfile(described, io.BytesIO(b"evil"))
        linked = tarfile.TarInfo("wheels/link.whl")
        linked.type, linked.linkname = tarfile.SYMTYPE, "/etc/passwd"
        packed.addfile(linked)
    unpack(tmp_path / "evil.tar", tmp_path / "unpacked")
    names = {file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*") if file.is_file()}
    assert names == {"evil.tar", "unpacked/requirements.lock", "unpacked/wheels/good-1.0-py3-none-any.whl"}


def test_what_is_no_archive_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(b"no archive" * 100)
    with pytest.raises(UpdateError, match="is no release of the gateway"):
        unpack(tmp_path / "a.tar", tmp_path)
    with tarfile.open(tmp_path / "empty.tar", "w"):
        pass
    with pytest.raises(UpdateError, match="is no release of the gateway"):
        unpack(tmp_path / "empty.tar", tmp_path / "empty")
