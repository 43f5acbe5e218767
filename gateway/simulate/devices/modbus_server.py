"""Simulated Modbus devices behind TCP and ptys. pymodbus frames and decodes: no protocol code is shared with the gateway."""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable

from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerRTU, FramerSocket
from pymodbus.framer.base import FramerBase
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.register_message import ReadHoldingRegistersResponse, ReadInputRegistersResponse

from gateway.simulate.devices.maps import Cell
from gateway.simulate.devices.pty import Pty
from gateway.simulate.devices.serving import Serving
from gateway.simulate.devices.world import World
from gateway.simulate.street.layout import SimDevice, SimLine
from gateway.simulate.street.served_log import ServedResponse

_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS = 1, 2
_TURNAROUND_S = 0.008

Send = Callable[[bytes], Awaitable[None]]


class ModbusLine:
    """The devices of one line: answers the requests of a master for the units that exist."""

    def __init__(self, line: SimLine, world: World, serving: Serving) -> None:
        self._line, self._world, self._serving = line, world, serving
        self._devices = {device.unit: device for device in line.devices}
        self._chance = random.Random(line.id)  # noqa: S311 — a simulation

    def framer(self) -> FramerBase:
        """Return a new framer; each connection has its own."""
        decoder = DecodePDU(is_server=True)
        return FramerSocket(decoder) if self._line.way == "tcp" else FramerRTU(decoder)

    async def answer(self, framer: FramerBase, buffer: bytes, send: Send) -> bytes:
        """Answer the requests in a buffer, and return the rest, which is not a whole request yet."""
        while buffer:
            try:
                used, request = framer.handleFrame(buffer, 0, 0)
            except ModbusException:
                return b""
            buffer = buffer[used:]
            if request is None:
                return buffer if used == 0 else b""
            device = self._devices.get(request.dev_id)
            if device is not None:
                await self._serve(framer, request, device, send)
        return buffer

    async def _serve(self, framer: FramerBase, request: ModbusPDU, device: SimDevice, send: Send) -> None:
        t_ms = time.time_ns() // 1_000_000
        fate = self._world.fate(self._line, device)
        response, cells = self._response(request, device)
        response.dev_id, response.transaction_id = request.dev_id, request.transaction_id
        served = [cell.served for cell in cells if cell.served is not None]
        async with self._serving.response(ServedResponse(t_ms, device.id, fate, served)) if served else contextlib.nullcontext():
            if fate == "silent":
                return
            frame = framer.buildFrame(response)
            await send(self._corrupted(frame) if fate == "noise" else frame)

    def _corrupted(self, frame: bytes) -> bytes:
        corrupted = bytearray(frame)
        corrupted[self._chance.randrange(2, len(frame))] ^= 1 << self._chance.randrange(8)
        return bytes(corrupted)

    def _response(self, request: ModbusPDU, device: SimDevice) -> tuple[ModbusPDU, list[Cell]]:
        """Return the response to a read, and the cells that are completely within it."""
        table = request.function_code
        if table not in (3, 4):
            return ExceptionResponse(table, _ILLEGAL_FUNCTION), []
        cells = [cell for cell in self._world.cells(device) if cell.table == table]
        wanted = range(request.address, request.address + request.count)
        cells = _asked(cells, wanted)
        cells = [cell for cell in cells if cell.address < wanted.stop and cell.address + len(cell.words) > wanted.start]
        words = {cell.address + place: word for cell in cells for place, word in enumerate(cell.words)}
        if any(address not in words for address in wanted):
            return ExceptionResponse(table, _ILLEGAL_ADDRESS), []
        kind = ReadHoldingRegistersResponse if table == 3 else ReadInputRegistersResponse
        whole = [cell for cell in cells if cell.address in wanted and cell.address + len(cell.words) - 1 in wanted]
        return kind(registers=[words[address] for address in wanted]), whole


def _asked(cells: list[Cell], wanted: range) -> list[Cell]:
    """Return the cells that a read of some registers sees."""
    alone = [cell for cell in cells if cell.alone and range(cell.address, cell.address + len(cell.words)) == wanted]
    return alone or [cell for cell in cells if not cell.alone]


async def serve_tcp(line: ModbusLine) -> tuple[str, asyncio.Server]:
    """Serve a line on a free loopback port; return its address and the server."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        framer, buffer = line.framer(), b""

        async def send(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        try:
            while data := await reader.read(4096):
                buffer = await line.answer(framer, buffer + data, send)
        except ConnectionError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    return f"127.0.0.1:{server.sockets[0].getsockname()[1]}", server


async def serve_rtu(line: ModbusLine, pty: Pty) -> None:
    """Serve a line on a pty until cancelled."""

    async def send(data: bytes) -> None:
        await asyncio.sleep(_TURNAROUND_S)
        await pty.send(data)

    framer, buffer = line.framer(), b""
    while True:
        buffer = await line.answer(framer, buffer + await pty.read(), send)
