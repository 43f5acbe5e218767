"""Modbus servers of other projects: libmodbus and pymodbus, over TCP and over a paced serial line."""

import asyncio
import struct
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.modbus import pdu
from gateway.fieldbus.modbus.client_port import ModbusClient, NoResponse
from gateway.fieldbus.modbus.pdu import Request, Response
from gateway.fieldbus.modbus.planning.read_cost import character_s, silence_s
from gateway.fieldbus.modbus.rtu_client import RtuClient, RtuTiming
from gateway.fieldbus.modbus.tcp_client import TcpClient
from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from gateway.fieldbus.wire.tcp_socket import TcpWire
from gateway.simulate.devices.pty import Pty
from tests.system.servers import free_port

BAUD = 38400
UNIT = 17
PEERS = [(peer, way) for peer in ("libmodbus", "pymodbus") for way in ("tcp", "rtu")]


async def relay(source: Pty, sink: Pty) -> None:
    while True:
        await sink.send(await source.read())


def serving(peer: str, *arguments: str) -> subprocess.Popen[str]:
    server = subprocess.Popen([sys.executable, "-m", f"tests.fieldbus.modbus.{peer}_server", *arguments], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    assert server.stdout.readline() == "ready\n"
    return server


@asynccontextmanager
async def facing(peer: str, way: str) -> AsyncIterator[ModbusClient]:
    """Return a client connected to a server; the serial line is a pair of ptys at its speed."""
    if way == "tcp":
        port = free_port()
        server = serving(peer, "tcp", str(port))
        client: ModbusClient = TcpClient(TcpWire("127.0.0.1", port), 2.0)
        ends: list[Pty] = []
        tasks = []
    else:
        ends = [Pty(BAUD), Pty(BAUD)]
        tasks = [asyncio.create_task(relay(*ends)), asyncio.create_task(relay(*reversed(ends)))]
        server = serving(peer, "rtu", ends[1].path, str(BAUD))
        one_s = character_s(BAUD)
        client = RtuClient(SerialWire(ends[0].path, SerialSettings(BAUD, 8, "N", 1)), RtuTiming(1.0, 0.5, silence_s(BAUD, one_s), one_s))
    try:
        yield client
    finally:
        client.close()
        server.kill()
        server.wait()
        assert server.stdout is not None
        server.stdout.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for end in ends:
            end.close()


def words(data: bytes) -> list[int]:
    return list(struct.unpack(f">{len(data) // 2}H", data))


def bits(data: bytes, count: int) -> list[bool]:
    return [bool(data[n // 8] >> n % 8 & 1) for n in range(count)]


@pytest.mark.parametrize(("peer", "way"), PEERS)
async def test_reads_and_writes_work_with_servers_of_others(peer: str, way: str) -> None:
    async with facing(peer, way) as client:
        counters = DeviceCounters()

        async def data_of(request: Request) -> bytes:
            response = await client.execute(request, counters)
            assert response.exception is None, response
            return response.data

        thirds = [n % 3 == 0 for n in range(200)]
        assert bits(await data_of(pdu.read_request(UNIT, 1, 3, 19)), 19) == thirds[3:22]
        assert bits(await data_of(pdu.read_request(UNIT, 2, 6, 9)), 9) == thirds[6:15]
        assert words(await data_of(pdu.read_request(UNIT, 3, 0, 125))) == list(range(1000, 1125))
        assert words(await data_of(pdu.read_request(UNIT, 4, 100, 2))) == [2100, 2101]
        await data_of(pdu.write_coil(UNIT, 4, on=True))
        await data_of(pdu.write_coils(UNIT, 10, [True, False, True, True, False, False, True, True, True]))
        assert bits(await data_of(pdu.read_request(UNIT, 1, 4, 15)), 15)[:1] == [True]
        assert bits(await data_of(pdu.read_request(UNIT, 1, 10, 9)), 9) == [True, False, True, True, False, False, True, True, True]
        await data_of(pdu.write_register(UNIT, 7, 0xABCD))
        await data_of(pdu.write_registers(UNIT, 20, [1, 2, 0xFFFF]))
        assert words(await data_of(pdu.read_request(UNIT, 3, 7, 1))) == [0xABCD]
        assert words(await data_of(pdu.read_request(UNIT, 3, 20, 3))) == [1, 2, 0xFFFF]
        await data_of(pdu.write_register(UNIT, 5, 0x12))
        await data_of(pdu.mask_write(UNIT, 5, 0xF2, 0x25))
        assert words(await data_of(pdu.read_request(UNIT, 3, 5, 1))) == [0x17]
        assert words(await data_of(pdu.read_write(UNIT, 30, 4, 31, [9, 8]))) == [1030, 9, 8, 1033]
        refused = await client.execute(pdu.read_request(UNIT, 3, 199, 5), counters)
        assert refused == Response(b"", 2)
        assert (counters.timeouts, counters.crc_errors, counters.late, counters.foreign) == (0, 0, 0, 0)
        assert counters.sent == counters.answered


@pytest.mark.parametrize("way", ["tcp", "rtu"])
async def test_a_server_identifies_itself(way: str) -> None:
    async with facing("pymodbus", way) as client:
        response = await client.execute(pdu.read_identification(UNIT), DeviceCounters())
        assert pdu.identification_objects(response.data) == {0: b"Comune", 1: b"QE-1", 2: b"2.5"}


async def test_a_missing_unit_does_not_respond_on_a_serial_line() -> None:
    async with facing("libmodbus", "rtu") as client:
        with pytest.raises(NoResponse):
            await client.execute(pdu.read_request(UNIT + 1, 3, 0, 1), DeviceCounters())
        assert words((await client.execute(pdu.read_request(UNIT, 3, 0, 1), DeviceCounters())).data) == [1000]


@pytest.mark.parametrize("way", ["tcp", "rtu"])
async def test_a_broadcast_is_obeyed_without_a_response(way: str) -> None:
    async with facing("libmodbus", way) as client:
        if way == "rtu":
            assert await client.execute(pdu.write_register(pdu.BROADCAST, 9, 77), DeviceCounters()) == Response(b"", None)
            assert words((await client.execute(pdu.read_request(UNIT, 3, 9, 1), DeviceCounters())).data) == [77]
