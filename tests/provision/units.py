"""Simulated Modbus units with the registers of products, on a pty that knows at which baud rate it is used, and behind TCP.

Shares no protocol code with the gateway.
"""

import asyncio
import os
import termios
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from gateway.fieldbus.line.owner import LineOwner
from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from gateway.provision.scan.line_access import LineAccess
from gateway.simulate.devices.bus import crc
from gateway.simulate.devices.pty import Pty
from tests.provision.products import ALONE, Tables, objects, tables

_SPEEDS = {getattr(termios, f"B{baud}"): baud for baud in (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)}
TURNAROUND_S = 0.008
_GAP_S = 0.05
WRITES = (5, 6, 15, 16, 22, 23)


@dataclass
class Unit:
    """One device: its address, its registers, its baud rate, and how long it takes to respond.

    With `zeros`, registers that the product does not have read 0 instead of being refused, as on many devices.
    """

    number: int
    tables: Tables
    baud: int = 9600
    identification: dict[int, bytes] = field(default_factory=dict)
    reaction_s: float = TURNAROUND_S
    zeros: bool = False

    def answer(self, pdu: bytes) -> bytes:
        """Return the response to a request."""
        function = pdu[0]
        if function == 0x2B and self.identification:
            texts = b"".join(bytes((number, len(text))) + text for number, text in self.identification.items())
            return bytes((0x2B, 0x0E, pdu[2], 2, 0, 0, len(self.identification))) + texts
        table = self.tables.get(function)
        if table is None:
            return bytes((function | 0x80, 1))
        address, count = pdu[1] << 8 | pdu[2], pdu[3] << 8 | pdu[4]
        if count == 1 and address in self.tables.get(function + ALONE, {}):
            return bytes((function, 2)) + self.tables[function + ALONE][address].to_bytes(2, "big")
        if self.zeros:
            table = dict.fromkeys(range(address, address + count), 0) | table
        if any(one not in table for one in range(address, address + count)):
            return bytes((function | 0x80, 2))
        values = [table[one] for one in range(address, address + count)]
        if function in (1, 2):
            packed = sum((1 if bit else 0) << place for place, bit in enumerate(values)).to_bytes((count + 7) // 8, "little")
            return bytes((function, len(packed))) + packed
        return bytes((function, 2 * count)) + b"".join((word & 0xFFFF).to_bytes(2, "big") for word in values)


def product(number: int, name: str, baud: int = 9600, *, serial_number: int = 4711) -> Unit:
    """Return a device of a product."""
    return Unit(number, tables(name, serial_number), baud, objects(name))


class TunedPty(Pty):
    """A pty whose far end follows the near end's baud rate. (A pty has no parity, and does not say how many stop bits matter.)"""

    def tune(self) -> int:
        """Return the near end's baud rate."""
        baud = _SPEEDS.get(termios.tcgetattr(self._master)[5], 9600)
        self.character_s = 10 / baud
        return baud

    def _readable(self) -> None:
        self.tune()
        super()._readable()

    def burst(self, data: bytes) -> None:
        """Put bytes on the line at once, as sent by somebody else."""
        os.write(self._master, data)


class UnitBus:
    """Units on one pty: each responds only to frames at its own baud rate. `requests` are those that were sent, with their baud rates."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._units = units
        self.pty = TunedPty(9600)
        self.requests: list[tuple[int, bytes]] = []

    async def run(self) -> None:
        """Serve until cancelled."""
        frame, last_s = b"", 0.0
        while True:
            chunk = await self.pty.read()
            now_s = asyncio.get_running_loop().time()
            # A silence ends a frame, whole or not.
            frame, last_s = (chunk if now_s - last_s > _GAP_S else frame + chunk), now_s
            if crc(frame[:-2]) != frame[-2:]:
                continue
            request, frame, baud = frame, b"", self.pty.tune()
            self.requests.append((baud, request))
            for unit in self._units:
                if unit.number == request[0] and unit.baud == baud:
                    body = request[:1] + unit.answer(request[1:-2])
                    await self.pty.wait(unit.reaction_s)
                    await self.pty.send(body + crc(body))


@asynccontextmanager
async def serial_units(units: Sequence[Unit]) -> AsyncIterator[UnitBus]:
    """Serve units on a pty."""
    bus = UnitBus(units)
    serving = asyncio.create_task(bus.run())
    try:
        yield bus
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        bus.pty.close()


class DeviceServer:
    """Units behind a serial device server, which passes RTU frames over TCP; `address` is a host and a port."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._units = units
        self._clients: list[asyncio.StreamWriter] = []
        self.address = ("", 0)

    def burst(self, data: bytes) -> None:
        """Pass on bytes that somebody else sends on the line."""
        for client in self._clients:
            client.write(data)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self._clients.append(writer)
        try:
            while frame := await reader.read(256):
                for unit in self._units:
                    if frame[0] == unit.number and crc(frame[:-2]) == frame[-2:]:
                        body = frame[:1] + unit.answer(frame[1:-2])
                        await asyncio.sleep(unit.reaction_s)
                        writer.write(body + crc(body))
        except ConnectionError:
            pass
        finally:
            self._clients.remove(writer)
            writer.close()


@asynccontextmanager
async def device_server(units: Sequence[Unit]) -> AsyncIterator[DeviceServer]:
    """Serve units behind a serial device server."""
    one = DeviceServer(units)
    server = await asyncio.start_server(one.talk, "127.0.0.1", 0)
    async with server:
        one.address = server.sockets[0].getsockname()[:2]
        yield one


@asynccontextmanager
async def tcp_units(units: Sequence[Unit], *, any_unit: bool = False) -> AsyncIterator[tuple[str, int]]:
    """Serve units behind TCP: as a bridge that says with exception 11 that a unit is absent, or as one device that ignores the address."""

    talks: list[asyncio.Task[None] | None] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.current_task())
        try:
            while True:
                head = await reader.readexactly(7)
                pdu = await reader.readexactly(int.from_bytes(head[4:6], "big") - 1)
                unit = units[0] if any_unit else next((one for one in units if one.number == head[6]), None)
                body = unit.answer(pdu) if unit is not None else bytes((pdu[0] | 0x80, 11))
                writer.write(head[:4] + (len(body) + 1).to_bytes(2, "big") + head[6:7] + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        yield host, port
        await asyncio.gather(*(one for one in talks if one is not None))


def port_access(path: str, owner: LineOwner | None = None) -> LineAccess:
    """Return the way to a port; with an owner, in its loans."""

    def wire(settings: SerialSettings | None) -> SerialWire:
        assert settings is not None
        return SerialWire(path, settings)

    return LineAccess(wire, owner)
