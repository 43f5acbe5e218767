"""A repository by what a person names."""

from pathlib import Path

import pytest

from firmware_tools.repository.errors import RepositoryError
from firmware_tools.repository.reading import read_verified, root_of, source_of
from firmware_tools.repository.source import FolderSource
from firmware_tools.repository.web_source import WebSource
from tests.firmware_tools.repository.making import Maker


def test_a_folder_or_an_address_is_a_source() -> None:
    assert isinstance(source_of("https://firmware.example/street"), WebSource)
    assert isinstance(source_of("/srv/www/firmware"), FolderSource)


def test_the_maker_s_folder_and_a_published_one_are_read_alike(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    name = maker.add()
    maker.publish()
    for where in (maker.bench.folder, maker.published):
        found = read_verified(str(where), None, tmp_path / "state", lambda: int(maker.now.timestamp() * 1000), images=True)
        assert list(found.firmware()) == [name]


def test_an_address_alone_is_not_trusted(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="with --root"):
        root_of("http://firmware.example", None)
    with pytest.raises(RepositoryError, match="is anything published"):
        root_of(str(tmp_path), None)
    (tmp_path / "root.json").write_bytes(b"root")
    assert root_of("http://firmware.example", tmp_path / "root.json") == b"root"
