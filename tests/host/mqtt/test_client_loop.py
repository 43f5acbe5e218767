"""A client on the event loop, against a peer that speaks just enough MQTT, with and without TLS."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Self

import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from gateway.host.mqtt import client_loop
from gateway.host.mqtt.client_loop import ClientLoop
from gateway.host.mqtt.handover import LoopHandover
from gateway.host.mqtt.receiving import ReceivingClient
from tests.system.certificates import certificates

CONNACK = b"\x20\x03\x00\x00\x00"
PUBLISH = b"\x32\x07\x00\x01t\x00\x01\x00x"
"""A message "x" on topic "t" at QoS 1 (MQTT 5, section 3.3)."""


class Peer:
    """A server that accepts connections, answers CONNECT, and keeps what it received."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.received = bytearray()
        self.writers: list[asyncio.StreamWriter] = []
        self.ended = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self.writers:
            writer.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(CONNACK)
        self.writers.append(writer)
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                self.received += data
        self.ended += 1


class Rig:
    """A client of a peer, its messages and what it reported."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        made = ReceivingClient(CallbackAPIVersion.VERSION2, "c", protocol=MQTTProtocolVersion.MQTTv5)
        if tls is not None:
            made.tls_set_context(tls)
        made.connect_async("127.0.0.1", port, 30)
        self.messages = self.opened = self.disconnected = 0
        self.failures: list[Exception] = []
        made.on_message = lambda *_: self._count()
        made.on_disconnect = lambda *_: self._disconnect()
        handover = LoopHandover()
        handover.attach()
        self.client = ClientLoop(made, handover, self._open, self.failures.append)

    def _count(self) -> None:
        self.messages += 1

    def _disconnect(self) -> None:
        self.disconnected += 1

    def _open(self) -> None:
        self.opened += 1
        self.client.connected()


async def until(ready: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not ready():
            await asyncio.sleep(0.005)


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
async def ends(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Peer, Rig]]:
    server = client = None
    if request.param:
        certificates(tmp_path)
        server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        server.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
        client = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    async with Peer(server) as peer:
        rig = Rig(peer.port, client)
        rig.client.connect()
        await until(rig.client.paho.is_connected)
        yield peer, rig
        rig.client.end()


async def test_many_messages_in_one_piece_are_all_read(ends: tuple[Peer, Rig]) -> None:
    """TLS reads more than the client asks for, and the socket is not ready again for it."""
    peer, rig = ends
    peer.writers[0].write(PUBLISH * 2000)
    await until(lambda: rig.messages == 2000)


async def test_nothing_is_read_during_a_pause_and_everything_afterwards(ends: tuple[Peer, Rig]) -> None:
    peer, rig = ends
    peer.writers[0].write(PUBLISH * 10)
    await until(lambda: rig.messages == 10)
    rig.client.pause()
    peer.writers[0].write(PUBLISH * 300)
    await peer.writers[0].drain()
    await asyncio.sleep(0.05)
    assert rig.messages == 10
    rig.client.resume()
    await until(lambda: rig.messages == 310)


async def test_a_pause_in_the_midst_of_many_messages_takes_effect_at_once_and_loses_none(ends: tuple[Peer, Rig]) -> None:
    peer, rig = ends

    def count_and_pause(*_: object) -> None:
        rig.messages += 1
        if rig.messages % 7 == 0:
            rig.client.pause()

    rig.client.paho.on_message = count_and_pause
    peer.writers[0].write(PUBLISH * 70)
    for paused_at in range(7, 77, 7):
        await until(lambda at=paused_at: rig.messages == at)  # type: ignore[misc]
        await asyncio.sleep(0.005)
        assert rig.messages == paused_at
        rig.client.resume()


async def test_large_messages_are_sent_whole(ends: tuple[Peer, Rig]) -> None:
    peer, rig = ends
    before = len(peer.received)
    rig.client.paho.publish("t", bytes(4 << 20), qos=0)
    await until(lambda: len(peer.received) > before + (4 << 20))
    rig.client.paho.publish("t", b"last", qos=0)
    await until(lambda: peer.received.endswith(b"last"))


async def test_it_ends_in_order_after_what_was_to_be_sent(ends: tuple[Peer, Rig]) -> None:
    peer, rig = ends
    rig.client.paho.publish("t", b"last", qos=0)
    rig.client.end()
    async with asyncio.timeout(10):
        await rig.client.ended.wait()
    await until(lambda: b"last\xe0" in peer.received)


async def test_a_connection_that_the_peer_ends_is_made_again(ends: tuple[Peer, Rig]) -> None:
    peer, rig = ends
    peer.writers[0].close()
    await until(lambda: rig.disconnected == 1)
    await until(lambda: len(peer.writers) == 2 and rig.client.paho.is_connected())
    peer.writers[1].write(PUBLISH)
    await until(lambda: rig.messages == 1)


async def test_attempts_that_fail_are_reported_and_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_loop, "_FIRST_S", 0.01)
    async with Peer() as peer:
        port = peer.port
    rig = Rig(port)
    rig.client.connect()
    await until(lambda: len(rig.failures) >= 2)
    assert {type(error) for error in rig.failures} == {ConnectionRefusedError}
    rig.client.end()
    assert rig.client.ended.is_set()


async def test_a_client_that_ends_while_it_connects_leaves_no_connection() -> None:
    async with Peer() as peer:
        rig = Rig(peer.port)
        rig.client.connect()
        rig.client.end()
        assert rig.client.ended.is_set()
        await until(lambda: peer.ended == 1)
        assert rig.opened == 0


async def test_an_end_does_not_wait_for_a_peer_that_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_loop, "END_S", 0.05)
    async with Peer() as peer:
        rig = Rig(peer.port)
        rig.client.connect()
        await until(rig.client.paho.is_connected)
        peer.writers[0].transport.pause_reading()  # type: ignore[attr-defined]
        for _ in range(16):
            rig.client.paho.publish("t", bytes(1 << 20), qos=0)
        rig.client.end()
        async with asyncio.timeout(10):
            await rig.client.ended.wait()
