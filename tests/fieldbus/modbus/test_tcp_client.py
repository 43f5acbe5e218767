"""The Modbus TCP client, against real sockets."""

import asyncio
import contextlib

import pytest

from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.modbus.client_port import NoResponse
from gateway.fieldbus.modbus.pdu import read_request
from gateway.fieldbus.modbus.tcp_client import TcpClient
from gateway.fieldbus.wire.tcp_socket import TcpWire


async def test_a_device_that_forgot_its_connection_gets_a_new_one() -> None:
    connections = 0
    ends: list[asyncio.Task[None]] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        mine = connections
        task = asyncio.current_task()
        assert task is not None
        ends.append(task)
        try:
            while head := await reader.readexactly(12):
                if mine > 1:
                    writer.write(head[:4] + bytes.fromhex("0005 01 03 02 00 2a"))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    exchange = TcpClient(TcpWire("127.0.0.1", server.sockets[0].getsockname()[1]), 0.05)
    tally = DeviceCounters()
    for _ in range(3):
        with pytest.raises(NoResponse):
            await exchange.execute(read_request(1, 3, 0, 1), tally)
    assert (await exchange.execute(read_request(1, 3, 0, 1), tally)).data == b"\x00\x2a"
    assert connections == 2
    exchange.close()
    await asyncio.gather(*ends, return_exceptions=True)
    server.close()
