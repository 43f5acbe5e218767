"""What is published, in which order, and what a kill in between leaves."""

from pathlib import Path

import pytest

from firmware_tools.repository import publishing, workbench
from firmware_tools.repository.changes import withdraw
from firmware_tools.repository.errors import RepositoryError
from firmware_tools.repository.keys import make_key
from firmware_tools.repository.publishing import copy_published, publish
from gateway.host.files import write_whole
from tests.firmware_tools.repository.making import Maker


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    made = Maker(tmp_path)
    made.add(b"old", "1.0.0")
    made.publish()
    return made


def test_what_is_not_signed_by_enough_keys_is_not_published(maker: Maker) -> None:
    maker.add(b"new", "1.1.0")
    before = sorted(file.name for file in maker.published.rglob("*"))
    with pytest.raises(RepositoryError, match=r"targets.json has 0 of 1 signatures of targets: sign it with 'firmware repo sign"):
        publish(maker.bench, maker.now)
    assert sorted(file.name for file in maker.published.rglob("*")) == before


def test_a_publication_without_changes_renews_the_timestamp_alone(maker: Maker) -> None:
    maker.passes(1)
    done = publish(maker.bench, maker.now)
    assert done == (1, 1, 1, 2, [])
    maker.passes(20)
    assert publish(maker.bench, maker.now)[:4] == (1, 1, 2, 3)  # the snapshot was half over


class Killed(Exception):
    """Stands for a kill before a file is written."""


class WritesUntil:
    """Writes so many files, and is killed before the next."""

    def __init__(self, most: int) -> None:
        self.left = most

    def __call__(self, path: Path, content: bytes, *, mode: int | None = 0o600) -> None:
        if not self.left:
            raise Killed
        self.left -= 1
        write_whole(path, content, mode=mode)


@pytest.mark.parametrize("written", range(5))
async def test_killed_after_any_file_no_client_reads_half_a_publication_and_the_next_run_finishes(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    name = maker.add(b"new", "1.1.0")
    maker.sign()
    knows = maker.client(tmp_path / "knows")
    await knows.refresh()
    writes = WritesUntil(written)
    for module in (publishing, workbench):
        monkeypatch.setattr(module, "write_whole", writes)
    with pytest.raises(Killed):
        publish(maker.bench, maker.now)
    monkeypatch.undo()
    for state in ("knows", "new"):
        client = maker.client(tmp_path / state)
        await client.refresh()
        assert (name in client.firmware()) == (written == 4)  # after the timestamp
        assert (await client.image(list(client.firmware())[-1])).read_bytes() in {b"old", b"new"}
    publish(maker.bench, maker.now)
    for state in ("knows", "new"):
        client = maker.client(tmp_path / state)
        await client.refresh()
        assert (await client.image(name)).read_bytes() == b"new"


def test_an_image_that_was_withdrawn_before_it_was_published_is_not_published(maker: Maker) -> None:
    name = maker.add(b"mistake", "1.1.0")
    withdraw(maker.bench, name, maker.now)
    maker.publish()
    assert not any(file.is_file() and file.read_bytes() == b"mistake" for file in maker.published.rglob("*"))


def test_a_key_that_the_root_does_not_name_does_not_sign(maker: Maker) -> None:
    (maker.bench.online_keys / "timestamp-1.pem").unlink()
    with pytest.raises(RepositoryError, match="has no key of timestamp that the root names"):
        publish(maker.bench, maker.now)


def test_an_online_key_with_a_passphrase_is_said_to_be_useless(maker: Maker) -> None:
    (maker.bench.online_keys / "timestamp-1.pem").unlink()
    make_key(maker.bench.online_keys / "timestamp-1.pem", "a long passphrase")
    with pytest.raises(RepositoryError, match="has a passphrase: the keys of snapshot and timestamp sign without a person"):
        publish(maker.bench, maker.now)


async def test_between_a_rotation_and_its_publication_the_old_key_goes_on_signing(maker: Maker, tmp_path: Path) -> None:
    maker.rotate_online("timestamp")
    (maker.bench.staged / "root.json").rename(tmp_path / "root.json")  # away to be signed
    publish(maker.bench, maker.now)
    await maker.client(tmp_path / "gateway").refresh()
    (tmp_path / "root.json").rename(maker.bench.staged / "root.json")
    maker.publish()
    await maker.client(tmp_path / "gateway").refresh()


async def test_a_copy_is_complete_and_a_second_one_copies_what_is_new(maker: Maker, tmp_path: Path) -> None:
    copy_published(maker.bench, tmp_path / "www")
    first = {file: file.stat().st_mtime_ns for file in (tmp_path / "www").rglob("*") if file.is_file()}
    maker.add(b"new", "1.1.0")
    maker.publish()
    copy_published(maker.bench, tmp_path / "www")
    files = {file.relative_to(tmp_path / "www") for file in (tmp_path / "www").rglob("*") if file.is_file()}
    assert files == {file.relative_to(maker.published) for file in maker.published.rglob("*") if file.is_file()}
    assert {file.name for file, mtime in first.items() if file.stat().st_mtime_ns != mtime} == {"timestamp.json"}
