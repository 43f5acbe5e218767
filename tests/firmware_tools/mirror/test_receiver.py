"""The gateway's end of a mirror, with the centre's end on the other side of a bad wire."""

import asyncio
import io
import random
from pathlib import Path

import pytest

from firmware_tools.mirror import receiver
from firmware_tools.repository.errors import RepositoryRefused, RepositoryUnreachable
from firmware_tools.repository.source import FileAbsent
from tests.firmware_tools.mirror.ends import Wire
from tests.firmware_tools.repository.making import Maker

IMAGE = random.Random(4).randbytes(150_000)
NAME = "targets/a/image.bin"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    folder = tmp_path / "published"
    (folder / "targets" / "a").mkdir(parents=True)
    (folder / NAME).write_bytes(IMAGE)
    (folder / "metadata").mkdir()
    (folder / "metadata" / "timestamp.json").write_bytes(b"{}")
    return folder


async def fetched(wire: Wire, name: str = NAME, most_bytes: int = 1 << 20) -> bytes:
    into = io.BytesIO()
    await wire.source.fetch(name, most_bytes, into)
    return into.getvalue()


async def test_a_file_arrives_as_it_is(published: Path, tmp_path: Path) -> None:
    wire = Wire(published, tmp_path / "parts")
    async with wire.served():
        assert await fetched(wire) == IMAGE
        assert await fetched(wire, "metadata/timestamp.json", 100) == b"{}"
    assert list((tmp_path / "parts").iterdir()) == []


async def test_pieces_that_are_lost_doubled_or_changed_are_asked_for_again(published: Path, tmp_path: Path) -> None:
    chance = random.Random(7)

    def spoil(piece: bytes) -> list[bytes]:
        kind = chance.randrange(5)
        damaged = bytearray(piece)
        damaged[chance.randrange(6)] ^= 0xFF  # another format, or another request
        return [[], [piece, piece], [bytes(damaged)], [b"", piece], [piece]][kind]

    wire = Wire(published, tmp_path / "parts", spoil=spoil)
    async with wire.served():
        assert await fetched(wire) == IMAGE


async def test_a_file_larger_than_it_can_be_is_refused_at_its_first_piece(published: Path, tmp_path: Path) -> None:
    wire = Wire(published, tmp_path / "parts")
    async with wire.served():
        with pytest.raises(RepositoryRefused) as caught:
            await fetched(wire, most_bytes=100_000)
    assert caught.value.code == "too-large"
    assert wire.asked == 2
    assert sum(file.stat().st_size for file in (tmp_path / "parts").iterdir()) == 0


async def test_a_file_that_the_centre_does_not_have_is_absent(published: Path, tmp_path: Path) -> None:
    wire = Wire(published, tmp_path / "parts")
    async with wire.served():
        for name in ("metadata/2.root.json", "targets/../../secret", "targets/a", "etc/passwd"):
            with pytest.raises(FileAbsent):
                await fetched(wire, name)


async def test_a_gateway_that_is_killed_goes_on_where_it_was(published: Path, tmp_path: Path) -> None:
    first = Wire(published, tmp_path / "parts")
    async with first.served():
        task = asyncio.create_task(fetched(first))
        while first.sent_bytes < 70_000:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    (part,) = (tmp_path / "parts").iterdir()
    there = part.stat().st_size
    assert 32_768 <= there < len(IMAGE)
    second = Wire(published, tmp_path / "parts")
    async with second.served():
        assert await fetched(second) == IMAGE
    assert second.sent_bytes <= len(IMAGE) - there + 10 * 22 + 22


async def test_a_centre_that_is_restarted_in_between_is_asked_again(published: Path, tmp_path: Path) -> None:
    wire = Wire(published, tmp_path / "parts")
    task = asyncio.create_task(fetched(wire))
    async with wire.served():
        while wire.sent_bytes < 50_000:
            await asyncio.sleep(0)
    wire.server = wire.new_server()
    async with wire.served():
        assert await task == IMAGE


async def test_a_connection_that_is_lost_in_between_is_waited_for(published: Path, tmp_path: Path) -> None:
    wire = Wire(published, tmp_path / "parts")
    async with wire.served():
        task = asyncio.create_task(fetched(wire))
        while wire.sent_bytes < 50_000:
            await asyncio.sleep(0)
        wire.up = False
        await asyncio.sleep(0.3)
        wire.up = True
        assert await task == IMAGE


async def test_a_silent_centre_is_given_up_with_a_sentence(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "_PATIENCE_S", 0.5)
    wire = Wire(published, tmp_path / "parts", spoil=lambda _: [])
    async with wire.served():
        with pytest.raises(RepositoryUnreachable, match="was not received from the centre: no piece came"):
            await fetched(wire)


async def test_a_file_that_changes_again_and_again_is_given_up(published: Path, tmp_path: Path) -> None:
    sizes = iter(range(20_000, 2_000_000))

    def spoil(piece: bytes) -> list[bytes]:
        return [piece[:14] + next(sizes).to_bytes(8) + piece[22:]]

    wire = Wire(published, tmp_path / "parts", spoil=spoil)
    async with wire.served():
        with pytest.raises(RepositoryUnreachable, match="changes again and again"):
            await fetched(wire)


async def test_the_rate_leaves_room_for_readings(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """150 kB at 16 KiB/s take nine pauses of a second; only their sum counts here."""
    slept = []
    real = asyncio.sleep

    async def sleep(delay_s: float) -> None:
        slept.append(delay_s)
        await real(0)

    wire = Wire(published, tmp_path / "parts", rate=16 << 10)
    async with wire.served():
        monkeypatch.setattr("firmware_tools.mirror.receiver.asyncio.sleep", sleep)
        assert await fetched(wire) == IMAGE
    assert slept[-1] == pytest.approx(len(IMAGE) / (16 << 10), abs=1.5)


async def test_the_client_of_the_repository_has_the_last_word(tmp_path: Path) -> None:
    """An image that the broker, or somebody at it, has changed is received, and then refused; the next attempt begins anew."""
    maker = Maker(tmp_path)
    name = maker.add(IMAGE)
    maker.publish()
    bad = True

    def spoil(piece: bytes) -> list[bytes]:
        return [piece[:-1] + bytes([piece[-1] ^ 1]) if bad and len(piece) > 8000 else piece]

    wire = Wire(maker.published, tmp_path / "parts", spoil=spoil)
    client = maker.client(tmp_path / "state", source=wire.source)
    async with wire.served():
        await client.refresh()
        with pytest.raises(RepositoryRefused) as caught:
            await client.image(name)
        assert caught.value.code == "altered"
        bad = False
        assert (await client.image(name)).read_bytes() == IMAGE
