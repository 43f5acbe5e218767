"""One connection of a simulated gateway, against a broker of a few bytes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from gateway.simulate.fleet.client import FleetClient
from gateway.simulate.fleet.plan import FleetPlan

CONNACK = bytes((0x20, 3, 0, 0, 0))
REFUSED = bytes((0x20, 3, 0, 0x87, 0))
"""Not authorised (MQTT 5, 3.2.2.2)."""


class Peer:
    """A broker that takes one connection, records what it receives, and answers what it is told to."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.changed, self.closed = asyncio.Event(), asyncio.Event()
        self.writer: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(4096):
                self.received += data
                self.changed.set()
        self.closed.set()
        writer.close()

    async def until_received(self, what: bytes) -> None:
        async with asyncio.timeout(10):
            while what not in self.received:
                await self.changed.wait()
                self.changed.clear()

    def answer(self, data: bytes) -> None:
        assert self.writer is not None
        self.writer.write(data)


class Rig:
    """A client of a peer; `connected` and `messages` are what the client called back."""

    def __init__(self, port: int) -> None:
        self.port, self.peer, self.connected, self.messages = port, Peer(), asyncio.Event(), list[tuple[str, bytes]]()
        plan = FleetPlan(broker=f"mqtt://127.0.0.1:{port}", site="sim", gateways=1, points=1, seconds=1.0, user="u-{id}", password="p-{id}")
        self.client = FleetClient(
            plan, "client-1", ("will/topic", b"gone"), self.connected.set, lambda topic, payload: self.messages.append((topic, payload))
        )


@contextlib.asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    peers: list[Peer] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await peers[0].serve(reader, writer)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    one = Rig(server.sockets[0].getsockname()[1])
    peers.append(one.peer)
    try:
        yield one
    finally:
        one.client.cut()
        async with asyncio.timeout(10):
            await one.peer.closed.wait()
        server.close()
        await server.wait_closed()


async def connect(one: Rig) -> None:
    assert one.client.connect()
    await one.peer.until_received(b"client-1")
    one.peer.answer(CONNACK)
    async with asyncio.timeout(10):
        await one.connected.wait()


async def test_a_connection_is_made_with_its_will_and_login() -> None:
    async with rig() as one:
        assert one.client.connect()
        assert (one.client.connecting, one.client.connected) == (True, False)
        await one.peer.until_received(b"client-1")
        assert one.peer.received[0] == 0x10
        assert all(part in one.peer.received for part in (b"MQTT", b"will/topic", b"gone", b"u-client-1", b"p-client-1"))
        one.peer.answer(CONNACK)
        async with asyncio.timeout(10):
            await one.connected.wait()
        assert (one.client.connecting, one.client.connected) == (False, True)


async def test_what_is_published_is_sent_while_connected_and_dropped_otherwise() -> None:
    async with rig() as one:
        one.client.publish("a", b"too early")
        await connect(one)
        one.client.publish("a/topic", b"payload")
        await one.peer.until_received(b"payload")
        assert b"too early" not in one.peer.received


async def test_a_message_is_passed_on() -> None:
    async with rig() as one:
        await connect(one)
        one.client.subscribe("a/+")
        await one.peer.until_received(b"a/+")
        one.peer.answer(bytes((0x30, 7, 0, 3)) + b"a/b" + b"\x00" + b"x")
        async with asyncio.timeout(10):
            while not one.messages:
                await asyncio.sleep(0)
        assert one.messages == [("a/b", b"x")]


async def test_a_refused_login_is_not_a_connection() -> None:
    async with rig() as one:
        assert one.client.connect()
        await one.peer.until_received(b"client-1")
        one.peer.answer(REFUSED)
        async with asyncio.timeout(10):
            await one.peer.closed.wait()
        assert not one.client.connected


async def test_a_cut_connection_is_noticed_without_an_mqtt_disconnect() -> None:
    async with rig() as one:
        await connect(one)
        before = len(one.peer.received)
        one.client.cut()
        async with asyncio.timeout(10):
            await one.peer.closed.wait()
            while one.client.connected:
                await asyncio.sleep(0)
        assert len(one.peer.received) == before


async def test_without_a_broker_nothing_is_connected() -> None:
    plan = FleetPlan(broker="mqtt://127.0.0.1:1", site="sim", gateways=1, points=1, seconds=1.0)
    client = FleetClient(plan, "client-1", ("w", b""), lambda: None, lambda _t, _p: None)
    assert not client.connect()
    assert (client.connected, client.connecting) == (False, False)


async def test_a_broker_that_does_not_answer_is_left_for_the_next_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.simulate.fleet.client._UNANSWERED_S", 0.0)
    async with rig() as one:
        assert one.client.connect()
        await one.peer.until_received(b"client-1")
        one.client.keep_alive()
        async with asyncio.timeout(10):
            await one.peer.closed.wait()
        assert not one.client.connected


async def test_the_addresses_of_a_cluster_are_tried_in_turn() -> None:
    async with rig() as one:
        port = one.port
        plan = FleetPlan(broker=("mqtt://127.0.0.1:1", f"mqtt://127.0.0.1:{port}"), site="sim", gateways=1, points=1, seconds=1.0)
        one.client = FleetClient(plan, "client-1", ("w", b""), one.connected.set, lambda _t, _p: None)
        assert one.client.connect() or one.client.connect()  # the order is each client's own
        await one.peer.until_received(b"client-1")
