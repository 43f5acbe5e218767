"""A repository in a folder, and the copies that another client has verified."""

import io
from pathlib import Path

import pytest

from firmware_tools.repository.errors import RepositoryRefused, RepositoryUnreachable
from firmware_tools.repository.source import FileAbsent, FolderSource, VerifiedCopies
from tests.firmware_tools.repository.making import Maker


async def test_a_file_of_the_most_bytes_is_read_and_a_larger_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    into = io.BytesIO()
    await FolderSource(tmp_path).fetch("file", 5, into)
    assert into.getvalue() == b"12345"
    with pytest.raises(RepositoryRefused, match="file is larger than the 4 bytes that it may have"):
        await FolderSource(tmp_path).fetch("file", 4, io.BytesIO())


async def test_an_absent_file_is_told_apart_from_an_absent_folder(tmp_path: Path) -> None:
    with pytest.raises(FileAbsent):
        await FolderSource(tmp_path).fetch("metadata/2.root.json", 10, io.BytesIO())
    with pytest.raises(RepositoryUnreachable, match="is the disk or the share mounted"):
        await FolderSource(tmp_path / "stick").fetch("metadata/2.root.json", 10, io.BytesIO())


async def test_what_one_client_has_verified_is_a_source_for_another_one(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    maker.add(b"old", "1.0.0")
    maker.publish()
    maker.rotate_online("timestamp")
    name = maker.add(b"new", "1.1.0")
    maker.publish()
    first = maker.client(tmp_path / "first")
    await first.refresh()
    await first.image(name)
    second = maker.client(tmp_path / "second", source=VerifiedCopies(tmp_path / "first"))
    await second.refresh()
    assert (await second.image(name)).read_bytes() == b"new"
    with pytest.raises(RepositoryRefused, match="the repository has no"):
        await second.image("wirenboard/WBMR6C/1.0.0/mr6c.wbfw")


async def test_copies_that_somebody_has_changed_are_refused_like_any_other(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    name = maker.add(b"image", "1.0.0")
    maker.publish()
    first = maker.client(tmp_path / "first")
    await first.refresh()
    (await first.image(name)).write_bytes(b"evil!")
    second = maker.client(tmp_path / "second", source=VerifiedCopies(tmp_path / "first"))
    await second.refresh()
    with pytest.raises(RepositoryRefused, match="is not the image that was signed"):
        await second.image(name)
