"""Signatures on staged files, made there or on another machine."""

from pathlib import Path

import pytest

from firmware_tools.repository.changes import rotate
from firmware_tools.repository.errors import RepositoryError
from firmware_tools.repository.keys import make_key, read_signer
from firmware_tools.repository.signing import StagedFiles, bring_back, staged_in, take_out
from tests.firmware_tools.repository.making import Maker


def counts(folder: Path) -> dict[tuple[str, str], tuple[int, int]]:
    return {(one.file, one.by): (one.signed, one.threshold) for one in StagedFiles(folder).counts()}


def test_each_key_signs_what_it_may_and_the_counts_say_what_is_missing(tmp_path: Path) -> None:
    maker = Maker(tmp_path, root_keys=3, root_threshold=2)
    assert counts(maker.bench.staged) == {("root.json", "root"): (0, 2), ("targets.json", "targets"): (0, 1)}
    maker.sign("root-1", "targets-1")
    assert counts(maker.bench.staged) == {("root.json", "root"): (1, 2), ("targets.json", "targets"): (1, 1)}
    (first,) = [one for one in StagedFiles(maker.bench.staged).counts() if one.by == "root"]
    assert len(first.missing) == 2
    assert not first.enough
    maker.sign("root-3")
    assert counts(maker.bench.staged)["root.json", "root"] == (2, 2)


def test_two_people_sign_copies_at_the_same_time(tmp_path: Path) -> None:
    maker = Maker(tmp_path, root_keys=2, root_threshold=2)
    for number in (1, 2):
        take_out(maker.bench, tmp_path / f"stick-{number}")
        StagedFiles(tmp_path / f"stick-{number}").sign([read_signer(maker.keys / f"root-{number}.pem", lambda _: "")])
    for number in (1, 2):
        bring_back(maker.bench, tmp_path / f"stick-{number}")
    assert counts(maker.bench.staged)["root.json", "root"] == (2, 2)


def test_signatures_of_what_was_changed_meanwhile_do_not_come_back(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    take_out(maker.bench, tmp_path / "stick")
    StagedFiles(tmp_path / "stick").sign([read_signer(maker.keys / "targets-1.pem", lambda _: "")])
    maker.add()
    with pytest.raises(RepositoryError, match="is not what is staged now: take out the staged files again"):
        bring_back(maker.bench, tmp_path / "stick")
    assert counts(maker.bench.staged)["targets.json", "targets"] == (0, 1)


def test_a_new_root_is_signed_by_the_old_keys_and_by_the_new_ones(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    maker.publish()
    rotate(maker.bench, "root", None, make_key(maker.keys / "root-2.pem", None), maker.now)
    maker.sign("root-2")
    assert counts(maker.bench.staged) == {("root.json", "root"): (1, 1), ("root.json", "published root"): (0, 1)}
    maker.sign("root-1")
    assert counts(maker.bench.staged) == {("root.json", "root"): (1, 1), ("root.json", "published root"): (1, 1)}


def test_keys_that_may_sign_nothing_are_an_error(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    make_key(tmp_path / "stranger.pem", None)
    with pytest.raises(RepositoryError, match="none of these keys may sign what is staged"):
        StagedFiles(maker.bench.staged).sign([read_signer(tmp_path / "stranger.pem", lambda _: "")])


def test_a_folder_without_staged_files_has_nothing_to_sign(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    maker.publish()
    with pytest.raises(RepositoryError, match="has nothing to sign"):
        StagedFiles(maker.bench.staged)
    with pytest.raises(RepositoryError, match="has nothing to sign"):
        take_out(maker.bench, tmp_path / "stick")


def test_targets_without_a_root_beside_them_can_not_be_judged(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    maker.publish()
    maker.add()
    take_out(maker.bench, tmp_path / "stick")
    (tmp_path / "stick" / "published-root.json").unlink()
    with pytest.raises(RepositoryError, match=r"has no root.json and no published-root.json"):
        StagedFiles(tmp_path / "stick").counts()


def test_the_staged_files_of_a_repository_are_found_in_its_folder(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    assert staged_in(maker.bench.folder) == maker.bench.staged
    assert staged_in(tmp_path / "stick") == tmp_path / "stick"
