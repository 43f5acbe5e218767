"""Two hundred devices that count, on TCP sockets and pseudo-terminals. Their Modbus shares no code with the gateway's."""

import asyncio
import contextlib
import os
import struct
import time
import tty
from array import array
from collections.abc import Mapping

from gateway.simulate.devices.bus import crc
from tests.soak.ledger import VALUES, raw

FIELDS = tuple(
    f"{name}_l{phase}"
    for phase in (1, 2, 3)
    for name in ("voltage", "current", "active_power", "reactive_power", "apparent_power", "power_factor", "voltage_thd", "current_thd")
)
_UNITS = {
    "voltage": "V",
    "current": "A",
    "active_power": "W",
    "reactive_power": "V.A{reactive}",
    "apparent_power": "V.A",
    "power_factor": "1",
}
_COUNT = 2 + 2 * VALUES
BAUD = 115_200
_CHARACTER_S, _TURNAROUND_S = 10 / BAUD, 0.008


def profile() -> str:
    """Return the profile of the devices: a number, and values that follow from it, in one read."""
    points = ['  - {name: number, holding: 0, type: uint32, unit: "{count}"}']
    for place, field in enumerate(FIELDS):
        unit = _UNITS.get(field[:-3], "%")
        points.append(f'  - {{name: {field}, holding: {2 + 2 * place}, type: uint32, scale: 0.001, unit: "{unit}"}}')
    values = "\n".join(f"      {field}: {field}" for field in FIELDS)
    return (
        "profile: counting\nvendor: test\nmodel: counts what it serves\nkind: weather\nconfidence: low\nsources: [{ref: tests/soak/devices.py}]\n"
        f"serial: {{baud: {BAUD}, parity: N, stop_bits: 1}}\n"
        "modbus: {unit: 1}\nevery: 1s\npoints:\n" + "\n".join(points) + "\nmeasurements:\n"
        "  - {measurement: traffic, fields: {vehicle_count_total: number}}\n  - measurement: lighting_meter\n    fields:\n"
        + values
        + "\nexamples: []\n"
    )


class CountingDevice:
    """One device: when it served each number, and whether it is silent."""

    def __init__(self) -> None:
        self.served_ms = array("q")
        self.silent = False

    def response(self, unit: int, request: bytes) -> bytes:
        """Return the response to a request without its address, as address, function and data; empty if the device is silent."""
        if self.silent:
            return b""
        if request != struct.pack(">BHH", 3, 0, _COUNT):
            return bytes((unit, request[0] | 0x80, 2))
        self.served_ms.append(time.time_ns() // 1_000_000)
        number = len(self.served_ms)
        return struct.pack(f">BBBI{VALUES}I", unit, 3, 2 * _COUNT, number, *(raw(number, place) for place in range(VALUES)))


class TcpLine(asyncio.Protocol):
    """One connection of Modbus TCP to the devices of a line, by unit."""

    def __init__(self, devices: Mapping[int, CountingDevice]) -> None:
        self._devices, self._buffer = devices, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= 12:
            frame, self._buffer = self._buffer[:12], self._buffer[12:]
            device = self._devices.get(frame[6])
            body = device.response(frame[6], frame[7:]) if device is not None else b""
            if body:
                self._transport.write(frame[:4] + len(body).to_bytes(2, "big") + body)


class SerialLine:
    """The devices of a pseudo-terminal. They answer no sooner than on a wire, and at once: the machine's load makes no pauses within a response."""

    def __init__(self, devices: Mapping[int, CountingDevice]) -> None:
        self._devices, self._buffer = devices, b""
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.address = os.ttyname(self._slave)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._master, self._readable)

    def _readable(self) -> None:
        self._buffer += os.read(self._master, 4096)
        while len(self._buffer) >= 8:
            frame = self._buffer[:8]
            if crc(frame[:6]) == frame[6:]:
                self._buffer = self._buffer[8:]
                self._loop.call_later(8 * _CHARACTER_S + _TURNAROUND_S, self._answer, frame)
            else:
                self._buffer = self._buffer[1:]

    def _answer(self, frame: bytes) -> None:
        device = self._devices.get(frame[0])
        body = device.response(frame[0], frame[1:6]) if device is not None else b""
        if body:
            with contextlib.suppress(BlockingIOError):
                os.write(self._master, body + crc(body))

    def close(self) -> None:
        """Close both ends."""
        self._loop.remove_reader(self._master)
        os.close(self._master)
        os.close(self._slave)


async def serve_tcp(devices: Mapping[int, CountingDevice]) -> tuple[asyncio.Server, str]:
    """Serve the devices of a TCP line; return the server and its address."""
    server = await asyncio.get_running_loop().create_server(lambda: TcpLine(devices), "127.0.0.1", 0)
    return server, f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
