"""Changes of a repository: they count when they are signed and published."""

from pathlib import Path

import pytest

from firmware_tools.repository.changes import add, renew, rotate, withdraw
from firmware_tools.repository.errors import RepositoryError
from firmware_tools.repository.keys import make_key
from tests.firmware_tools.repository.making import Maker, release


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    made = Maker(tmp_path)
    made.add(b"old", "1.0.0")
    made.publish()
    return made


async def names(maker: Maker, state: Path) -> set[str]:
    client = maker.client(state)
    await client.refresh()
    return set(client.firmware())


async def test_what_is_added_is_there_when_it_is_published_and_not_before(maker: Maker, tmp_path: Path) -> None:
    name = maker.add(b"new", "1.1.0")
    assert name not in await names(maker, tmp_path / "gateway")
    maker.publish()
    client = maker.client(tmp_path / "gateway")
    await client.refresh()
    target = client.firmware()[name]
    assert target.release == release("1.1.0")
    assert target.size_bytes == 3
    assert (await client.image(name)).read_bytes() == b"new"


def test_a_name_stays_with_its_content(maker: Maker, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"other content")
    with pytest.raises(RepositoryError, match="has another image with the name"):
        add(maker.bench, tmp_path / "other", "wirenboard/WBMR6C/1.0.0/mr6c.wbfw", release("1.0.0"), maker.now)


async def test_what_is_withdrawn_can_not_be_fetched_any_more(maker: Maker, tmp_path: Path) -> None:
    (name,) = await names(maker, tmp_path / "gateway")
    withdraw(maker.bench, name, maker.now)
    maker.publish()
    assert await names(maker, tmp_path / "gateway") == set()
    with pytest.raises(RepositoryError, match=r"has no image with the name nothing: 'firmware repo list"):
        withdraw(maker.bench, "nothing", maker.now)


async def test_a_renewed_role_is_good_for_as_long_as_a_new_one(maker: Maker, tmp_path: Path) -> None:
    maker.passes(360)
    renew(maker.bench, ["root", "targets"], maker.now)
    maker.publish()
    maker.passes(13)
    client = maker.client(tmp_path / "gateway")
    await client.refresh()
    assert {role.role: role.version for role in client.roles()} == {"root": 2, "targets": 2, "snapshot": 2, "timestamp": 2}
    maker.passes(300)
    maker.publish()
    await maker.client(tmp_path / "gateway").refresh()


@pytest.mark.parametrize("role", ["root", "targets", "snapshot", "timestamp"])
async def test_gateways_follow_a_rotation_also_those_that_were_off_meanwhile(maker: Maker, tmp_path: Path, role: str) -> None:
    await names(maker, tmp_path / "gateway")
    for number in (2, 3, 4):
        if role in {"snapshot", "timestamp"}:
            maker.rotate_online(role)
        else:
            rotate(maker.bench, role, None, make_key(maker.keys / f"{role}-{number}.pem", None), maker.now)
        maker.publish()
    assert len(await names(maker, tmp_path / "gateway")) == 1
    assert len(await names(maker, tmp_path / "new gateway")) == 1


def test_of_several_keys_the_one_to_replace_is_named(tmp_path: Path) -> None:
    maker = Maker(tmp_path, root_keys=2)
    new = make_key(tmp_path / "new.pem", None)
    with pytest.raises(RepositoryError, match=r"say which key of root is replaced, with --key: it has [0-9a-f]{8}, [0-9a-f]{8}"):
        rotate(maker.bench, "root", None, new, maker.now)
    old = maker.bench.root().signed.roles["root"].keyids[1]
    assert rotate(maker.bench, "root", old[:8], new, maker.now) == old
    assert new.keyid in maker.bench.root().signed.roles["root"].keyids
