"""The folder in which a repository is made."""

from pathlib import Path

import pytest
from tuf.api.metadata import Root, Targets

from firmware_tools.repository.errors import RepositoryError
from firmware_tools.repository.workbench import RoleLifetimes, Workbench, make_workbench, read_metadata
from tests.firmware_tools.repository.making import NOW, Maker


def test_a_new_repository_waits_for_signatures_and_has_published_nothing(tmp_path: Path) -> None:
    bench = Maker(tmp_path).bench
    root, targets = bench.staged_root(), bench.staged_targets()
    assert root is not None
    assert targets is not None
    assert (root.signed.version, targets.signed.version, root.signatures, targets.signatures) == (1, 1, {}, {})
    assert root.signed.consistent_snapshot
    assert bench.published_targets() is None
    with pytest.raises(RepositoryError, match="has nothing published yet"):
        bench.published_root()


def test_the_keys_that_sign_without_people_are_in_the_folder_and_the_others_are_not(tmp_path: Path) -> None:
    bench = Maker(tmp_path).bench
    assert sorted(file.name for file in bench.online_keys.glob("*.pem")) == ["snapshot-1.pem", "timestamp-1.pem"]
    assert {file.stat().st_mode & 0o777 for file in bench.online_keys.glob("*.pem")} == {0o600}


def test_what_is_staged_is_of_the_version_after_the_published_one_however_often(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    maker.publish()
    maker.add(b"a", "1.0.0")
    maker.add(b"b", "1.1.0")
    staged = maker.bench.staged_targets()
    assert staged is not None
    assert staged.signed.version == 2
    assert len(staged.signed.targets) == 2


def test_a_folder_that_is_not_empty_does_not_become_a_repository(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RepositoryError, match="is not empty"):
        make_workbench(tmp_path, {}, RoleLifetimes(), NOW)


def test_another_folder_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match=r"is not the folder of a repository: 'firmware repo init .*' makes one"):
        Workbench(tmp_path)
    (tmp_path / "repository.json").write_text('{"root": 0}')
    with pytest.raises(RepositoryError, match=r"repository.json can't be used: .*root"):
        Workbench(tmp_path)


def test_damaged_metadata_and_that_of_another_role_are_said_to_be_so(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    assert read_metadata(tmp_path / "missing.json", Root) is None
    with pytest.raises(RepositoryError, match="has the metadata of root"):
        read_metadata(maker.bench.staged / "root.json", Targets)
    (maker.bench.staged / "root.json").write_text("{}")
    with pytest.raises(RepositoryError, match="is damaged"):
        maker.bench.staged_root()
