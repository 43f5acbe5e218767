"""What a client keeps, and what it offers."""

from pathlib import Path

import pytest
from tuf.api.metadata import TargetFile

from firmware_tools.image.release import GatewayRelease
from firmware_tools.repository.client import hashed_name
from firmware_tools.repository.errors import RepositoryRefused
from tests.firmware_tools.repository.making import Maker


async def test_firmware_and_releases_of_the_gateway_are_told_apart_and_other_targets_left_out(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    firmware = maker.add()
    gateway = maker.add(b"archive", made=GatewayRelease("0.21.0", "3.11"), name="street-gateway/0.21.0.tar")
    targets = maker.bench.current_targets()
    strange = TargetFile.from_data("strange", b"strange", ["sha256"])
    strange.unrecognized_fields["custom"] = {"kind": "lighting program"}
    targets.targets["strange"] = strange
    maker.bench.stage_targets(targets, maker.now)
    maker.publish()
    client = maker.client(tmp_path / "gateway")
    await client.refresh()
    assert list(client.firmware()) == [firmware]
    assert list(client.gateways()) == [gateway]


async def test_nothing_is_offered_before_it_was_read(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    maker.publish()
    with pytest.raises(RuntimeError, match="refresh first"):
        maker.client(tmp_path / "gateway").firmware()


async def test_a_damaged_root_of_one_s_own_is_said(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    maker.publish()
    with pytest.raises(RepositoryRefused, match=r"put the repository's root.json in place again"):
        await maker.client(tmp_path / "gateway", root=b"{}").refresh()


async def test_images_that_are_not_needed_any_more_are_forgotten(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    one, other = maker.add(b"one", "1.0.0"), maker.add(b"other", "1.1.0")
    maker.publish()
    client = maker.client(tmp_path / "gateway")
    await client.refresh()
    kept, forgotten = await client.image(one), await client.image(other)
    client.forget_images(but={one})
    assert (kept.exists(), forgotten.exists()) == (True, False)


async def test_a_stored_root_that_does_not_follow_from_the_trusted_one_is_fetched_again(tmp_path: Path) -> None:
    maker = Maker(tmp_path)
    maker.publish()
    maker.rotate_online("timestamp")
    maker.publish()
    (tmp_path / "gateway" / "roots").mkdir(parents=True)
    (tmp_path / "gateway" / "roots" / "2.root.json").write_bytes(b"another repository's")
    client = maker.client(tmp_path / "gateway")
    await client.refresh()
    assert client.roles()[0].version == 2


def test_the_hash_is_in_the_name_of_an_image() -> None:
    assert hashed_name(TargetFile(1, {"sha256": "00ff"}, "a/b/c.bin")) == "a/b/00ff.c.bin"
    with pytest.raises(RepositoryRefused, match="targets can't be read"):
        hashed_name(TargetFile(1, {"sha512": "00ff"}, "c.bin"))
