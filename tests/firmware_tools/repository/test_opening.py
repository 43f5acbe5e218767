"""Opening a repository where its packages may not be installed."""

import sys
from pathlib import Path

import pytest

from firmware_tools.repository.errors import RepositoryError
from firmware_tools.repository.opening import open_repository
from firmware_tools.repository.source import FolderSource
from tests.firmware_tools.repository.making import Maker


async def test_a_repository_is_opened_with_the_root_in_a_file(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    name = maker.add()
    maker.publish()
    root = maker.published / "metadata" / "1.root.json"
    repository = open_repository(FolderSource(maker.published), tmp_path / "state", root, lambda: int(maker.now.timestamp() * 1000))
    await repository.refresh()
    assert list(repository.firmware()) == [name]


def test_a_missing_root_is_said(tmp_path: Path) -> None:
    with pytest.raises(
        RepositoryError, match=r"root.json can't be read: No such file or directory; put the repository's 1.root.json there"
    ):
        open_repository(FolderSource(tmp_path), tmp_path, tmp_path / "root.json", lambda: 0)


def test_a_fault_of_the_program_is_not_taken_for_a_missing_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "firmware_tools.repository.client", None)
    with pytest.raises(ModuleNotFoundError):
        open_repository(FolderSource(tmp_path), tmp_path, tmp_path / "root.json", lambda: 0)
