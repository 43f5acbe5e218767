"""The centre's end of a mirror."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from firmware_tools.mirror.piece import PIECE_BYTES_MOST, unpacked
from firmware_tools.mirror.server import MirrorServer
from gateway.host.mqtt import Disconnected
from gateway.model.messages import FileRequest
from gateway.model.topics import GatewayId


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "published" / "metadata").mkdir(parents=True)
    (tmp_path / "published" / "metadata" / "timestamp.json").write_bytes(b"t" * 40_000)
    (tmp_path / "secret").write_bytes(b"secret")
    return tmp_path / "published"


def request(number: int, name: str = "metadata/timestamp.json", offset: int = 0, size: int = PIECE_BYTES_MOST) -> bytes:
    return msgspec.json.encode(FileRequest(number, name, offset, size))


def topic(gateway: str) -> str:
    return GatewayId("prato", "citelum", gateway).topic("fetch")


class Sent:
    """What the server has published, and what ends its run after so many."""

    def __init__(self, most: int) -> None:
        self.messages: list[tuple[str, bytes]] = []
        self.stop, self._most = asyncio.Event(), most

    async def publish(self, where: str, payload: bytes) -> None:
        self.messages.append((where.split("/")[4], payload))
        if len(self.messages) == self._most:
            self.stop.set()


async def test_each_gateway_gets_its_piece_in_turn_however_often_one_asks(folder: Path) -> None:
    sent = Sent(3)
    server = MirrorServer("prato", folder, sent.publish, 1e9)
    for number in range(100):
        server.receive(topic("gw-1"), request(number))
    server.receive(topic("gw-2"), request(7, offset=39_990))
    server.receive(topic("gw-3"), request(8, size=10))
    await server.run(sent.stop)
    assert [(gateway, unpacked(payload).request, len(unpacked(payload).content)) for gateway, payload in sent.messages] == [
        ("gw-1", 99, PIECE_BYTES_MOST),
        ("gw-2", 7, 10),
        ("gw-3", 8, 10),
    ]
    assert unpacked(sent.messages[0][1]).total == 40_000


@pytest.mark.parametrize(
    "name", ["../secret", "metadata/../../secret", "/etc/passwd", "metadata", "metadata/", "metadata/.hidden", "metadata/x\n", "targets//x"]
)
async def test_nothing_outside_of_the_published_files_is_sent(folder: Path, name: str) -> None:
    sent = Sent(1)
    server = MirrorServer("prato", folder, sent.publish, 1e9)
    server.receive(topic("gw-1"), request(1, name))
    await server.run(sent.stop)
    assert unpacked(sent.messages[0][1]).total is None
    assert unpacked(sent.messages[0][1]).content == b""


@pytest.mark.parametrize(
    ("where", "payload"),
    [
        ("prato/v1/citelum/gw/gw-1/data", request(1)),
        ("prato/v1/citelum/gw/gw-1/fetch", b"{}"),
        ("prato/v1/citelum/gw/gw-1/fetch", b"[" * 100_000),
        ("prato/v1/citelum/gw/gw-1/fetch", b'{"request": 1, "name": "x", "offset": -1, "size": 5}'),
    ],
)
async def test_what_is_no_request_is_refused(folder: Path, where: str, payload: bytes) -> None:
    server = MirrorServer("prato", folder, Sent(1).publish, 1e9)
    with pytest.raises(ValueError, match=r".+"):
        server.receive(where, payload)


async def test_a_lost_connection_does_not_end_it(folder: Path) -> None:
    stop, tried = asyncio.Event(), []

    async def publish(_: str, __: bytes) -> None:
        tried.append(1)
        if len(tried) == 2:
            stop.set()
            return
        server.receive(topic("gw-1"), request(2))
        raise Disconnected("not connected")

    server = MirrorServer("prato", folder, publish, 1e9)
    server.receive(topic("gw-1"), request(1))
    await server.run(stop)
    assert len(tried) == 2


async def test_it_stops_while_it_keeps_to_its_rate(folder: Path) -> None:
    sent = Sent(1)
    server = MirrorServer("prato", folder, sent.publish, 0.001)
    server.receive(topic("gw-1"), request(1))
    server.receive(topic("gw-2"), request(1))
    await server.run(sent.stop)
    assert len(sent.messages) == 1
