"""A bus of devices with bootloaders, on a paced pty or behind a serial device server (RTU over TCP), or bridged to Modbus TCP."""

import asyncio
import contextlib
import random
import termios
from collections.abc import AsyncIterator, Sequence
from typing import Literal, Protocol

from gateway.simulate.bootloaders.unit import UpdatableUnit
from gateway.simulate.devices.bus import crc
from gateway.simulate.devices.pty import Pty

BusWay = Literal["serial", "rtu_over_tcp", "tcp"]


_OUTPUT_SPEED = 5
"""The place of the near end's speed of sending in what `termios.tcgetattr` returns."""

_BAUDS = {getattr(termios, f"B{baud}"): baud for baud in (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400)}


class FarEnd(Protocol):
    """The devices' end of a bus."""

    @property
    def baud(self) -> int:
        """The speed of the master; 0 if devices of any speed hear it."""
        ...

    async def read(self) -> bytes:
        """Return what the master sent."""
        ...

    async def send(self, data: bytes) -> None:
        """Send to the master."""
        ...

    def close(self) -> None:
        """Close the bus."""
        ...


class UpdateBus:
    """The devices on one bus, and its `address`: a pty's path, or HOST:PORT. `noise` is the share of transmissions with a wrong bit."""

    def __init__(self, address: str, end: FarEnd, units: Sequence[UpdatableUnit], noise: float = 0.0) -> None:
        self.address, self.units, self.noise = address, units, noise
        self._chance = random.Random(1)  # noqa: S311 — a simulation
        self._end = end
        self._sending = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve until cancelled."""
        for unit in self.units:
            unit.attach(self._send)
        while True:
            data = self._disturbed(await self._end.read())
            for unit in self.units:
                if not unit.busy and self._end.baud in (0, unit.baud):
                    unit.hear(data)

    def _send(self, data: bytes, after_s: float, baud: int) -> None:
        task = asyncio.create_task(self._send_later(data, after_s, baud), name="answer")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send_later(self, data: bytes, after_s: float, baud: int) -> None:
        await asyncio.sleep(after_s)
        async with self._sending:
            if self._end.baud in (0, baud):  # at another speed, the master understands nothing
                await self._end.send(self._disturbed(data))

    def _disturbed(self, data: bytes) -> bytes:
        if self._chance.random() >= self.noise:
            return data
        disturbed = bytearray(data)
        disturbed[self._chance.randrange(len(data))] ^= 1 << self._chance.randrange(8)
        return bytes(disturbed)

    async def close(self) -> None:
        """End what is being sent, and close the bus."""
        for unit in self.units:
            unit.power_off()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._end.close()


class _FollowingPty(Pty):
    """A pty that sends and receives at the speed that the near end has set."""

    def __init__(self, baud: int, bits_a_character: int) -> None:
        super().__init__(baud, bits_a_character=bits_a_character)
        self._bits = bits_a_character

    @property
    def near_baud(self) -> int:
        """The speed of the near end; 0 if it is none of POSIX."""
        return _BAUDS.get(termios.tcgetattr(self._master)[_OUTPUT_SPEED], 0)

    def _readable(self) -> None:
        self.character_s = self._bits / (self.near_baud or 9600)
        super()._readable()


class _PtyEnd:
    """A serial line that takes the speed that the master sets."""

    def __init__(self, baud: int, bits_a_character: int) -> None:
        self._pty = _FollowingPty(baud, bits_a_character)
        self.address = self._pty.path

    @property
    def baud(self) -> int:
        return self._pty.near_baud

    async def read(self) -> bytes:
        return await self._pty.read()

    async def send(self, data: bytes) -> None:
        await self._pty.send(data)

    def close(self) -> None:
        self._pty.close()


class _TcpEnd:
    """A serial device server: one client at a time; its line has one speed, which devices with another don't understand."""

    def __init__(self, baud: int, bits_a_character: int, *, modbus_tcp: bool) -> None:
        self.baud, self._character_s, self._modbus_tcp = baud, bits_a_character / baud, modbus_tcp
        self._received: asyncio.Queue[bytes] = asyncio.Queue()
        self._writer: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None
        self._transaction = b"\0\0"
        self.address = ""

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while data := await self._next(reader):
                await asyncio.sleep(len(data) * self._character_s)
                self._received.put_nowait(data)
        writer.close()

    async def _next(self, reader: asyncio.StreamReader) -> bytes:
        """Return the next bytes for the line; a bridge makes an RTU frame of a Modbus TCP request."""
        if not self._modbus_tcp:
            return await reader.read(4096)
        head = await reader.readexactly(6)
        self._transaction = head[:2]
        body = await reader.readexactly(int.from_bytes(head[4:], "big"))
        return body + crc(body)

    async def read(self) -> bytes:
        return await self._received.get()

    async def send(self, data: bytes) -> None:
        await asyncio.sleep(len(data) * self._character_s)
        if self._writer is not None and not self._writer.is_closing():
            if self._modbus_tcp:
                data = self._transaction + b"\0\0" + (len(data) - 2).to_bytes(2, "big") + data[:-2]
            self._writer.write(data)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        if self._writer is not None:
            self._writer.close()


@contextlib.asynccontextmanager
async def serving(
    units: Sequence[UpdatableUnit], *, way: BusWay = "serial", baud: int = 9600, bits_a_character: int = 10, noise: float = 0.0
) -> AsyncIterator[UpdateBus]:
    """Serve devices on one bus until the context exits. A serial line follows the master's speed; `baud` is that of the others."""
    end: _PtyEnd | _TcpEnd
    if way == "serial":
        end = _PtyEnd(baud, bits_a_character)
    else:
        end = _TcpEnd(baud, bits_a_character, modbus_tcp=way == "tcp")
        await end.listen()
    bus = UpdateBus(end.address, end, units, noise)
    running = asyncio.create_task(bus.run(), name="bus")
    try:
        yield bus
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await bus.close()
