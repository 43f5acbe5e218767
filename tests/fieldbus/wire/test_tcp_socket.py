"""TCP connections: opened, written, lost, closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.fieldbus.wire.port import WireError
from gateway.fieldbus.wire.tcp_socket import TcpWire


class Echo:
    """A server that echoes what it receives; `end` ends its last connection."""

    def __init__(self) -> None:
        self.port = 0
        self.connections: list[asyncio.StreamWriter] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(writer)
        task = asyncio.current_task()
        assert task is not None
        self.tasks.append(task)
        try:
            while data := await reader.read(100):
                writer.write(data)
        except ConnectionError:
            pass
        finally:
            writer.close()

    def end(self) -> None:
        self.connections[-1].close()


@asynccontextmanager
async def echo() -> AsyncIterator[Echo]:
    one = Echo()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
        await asyncio.gather(*one.tasks, return_exceptions=True)


class Received:
    """What a wire reports."""

    def __init__(self) -> None:
        self.data, self.lost = b"", ""
        self.something = asyncio.Event()

    def on_bytes(self, data: bytes) -> None:
        self.data += data
        self.something.set()

    def on_lost(self, reason: str) -> None:
        self.lost = reason
        self.something.set()

    async def next(self) -> None:
        async with asyncio.timeout(5):
            await self.something.wait()
        self.something.clear()


async def test_bytes_are_sent_and_received_and_the_wire_opens_again_after_close() -> None:
    async with echo() as server:
        wire, received = TcpWire("127.0.0.1", server.port), Received()
        for data in (b"one", b"two"):
            await wire.open(received.on_bytes, received.on_lost)
            wire.write(data)
            await received.next()
            wire.close()
            wire.close()
        assert (received.data, received.lost) == (b"onetwo", "")


async def test_a_connection_that_the_other_end_closes_is_reported_and_not_written() -> None:
    async with echo() as server:
        wire, received = TcpWire("127.0.0.1", server.port), Received()
        await wire.open(received.on_bytes, received.on_lost)
        wire.write(b"x")
        await received.next()
        server.end()
        await received.next()
        assert received.lost == f"127.0.0.1:{server.port} closed the connection"
        with pytest.raises(WireError, match="is not connected"):
            wire.write(b"y")


async def test_a_port_that_nobody_listens_on_and_a_wire_never_opened_raise() -> None:
    async with echo() as server:
        port = server.port
    wire, received = TcpWire("127.0.0.1", port), Received()
    with pytest.raises(WireError, match=f"127.0.0.1:{port} can't be reached"):
        await wire.open(received.on_bytes, received.on_lost)
    with pytest.raises(WireError, match="is not connected"):
        wire.write(b"x")
