"""Modbus TCP servers with several units, of which some are silent: one whose units answer by themselves, and a bridge to a serial line."""

import asyncio
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.owner import LineOwner
from gateway.fieldbus.line_factory import build_line
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.host.clock import now_ms
from gateway.model.profile import Measurement, Modbus, Point, Profile, Source
from gateway.model.reading import Reading
from gateway.model.site.lines import DeviceSettings, LineSettings

_TARGET_FAILED = 11
"""The exception of a bridge whose device does not respond (Modbus Application Protocol V1.1b3, section 7)."""


class TcpUnits:
    """A server whose registers contain their own addresses. Units in `silent` do not respond until `release` is set.

    With `busy_s` it is a bridge: it forwards one request at a time, in the order of their arrival, and waits so long for a silent unit. With
    `says_so` it then responds with exception 11, with `drops` it loses what arrives meanwhile. `requests` has the units that were asked, in
    order.
    """

    def __init__(self, respond_s: float = 0.005, busy_s: float | None = None, *, says_so: bool = False, drops: bool = False) -> None:
        self.address = ""
        self.silent: set[int] = set()
        self.requests: list[int] = []
        self.release = asyncio.Event()
        """Ends the silence of requests that wait."""
        self._respond_s, self._busy_s, self._says_so, self._drops = respond_s, busy_s, says_so, drops
        self._serial = asyncio.Lock()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        tasks: set[asyncio.Task[None]] = set()
        try:
            while request := await reader.readexactly(12):
                self.requests.append(request[6])
                task = asyncio.create_task(self._forward(request, writer) if self._busy_s is not None else self._respond(request, writer))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # cancelled: the loop ends
        finally:
            for task in tasks:
                task.cancel()
            writer.close()

    async def _forward(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        if self._drops and self._serial.locked():
            return
        async with self._serial:
            await self._respond(request, writer)

    async def _respond(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        transaction, _, _, unit, function, address, count = struct.unpack(">HHHBBHH", request)
        if unit not in self.silent:
            await asyncio.sleep(self._respond_s)
        elif self._busy_s is None:
            await self.release.wait()
        else:
            await asyncio.sleep(self._busy_s)
            if self._says_so:
                _write(writer, transaction, bytes((unit, function | 0x80, _TARGET_FAILED)))
            return
        _write(writer, transaction, struct.pack(f">BBB{count}H", unit, function, 2 * count, *range(address, address + count)))


def _write(writer: asyncio.StreamWriter, transaction: int, body: bytes) -> None:
    if not writer.is_closing():
        writer.write(struct.pack(">HHH", transaction, 0, len(body)) + body)


@asynccontextmanager
async def serving(units: TcpUnits) -> AsyncIterator[TcpUnits]:
    """Serve units on a free port of 127.0.0.1."""
    server = await asyncio.start_server(units.connected, "127.0.0.1", 0)
    units.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield units
    finally:
        server.close()


def profile(reads: int = 1, every_s: float = 1.0) -> Profile:
    """Return a profile of six values in one read, or in up to six."""
    fields = [f"{name}_l{phase}" for phase in (1, 2, 3) for name in ("voltage", "current")]
    places = [200 * min(number, reads - 1) + 2 * number for number in range(len(fields))]
    points = [
        Point(name=field, holding=place, type="uint16", scale=Decimal("0.01"), unit="V" if field.startswith("voltage") else "A")
        for field, place in zip(fields, places, strict=True)
    ]
    return Profile(
        profile="unit", vendor="v", model="m", kind="lighting_meter", confidence="low", sources=[Source(ref="here")], modbus=Modbus(),
        points=points, measurements=[Measurement(measurement="lighting_meter", every=every_s, fields={field: field for field in fields})],
    )  # fmt: skip


class UnitsLine:
    """The owner of a line with the units of a server; `taken` has the readings of each device, named `u` and its unit."""

    def __init__(self, address: str, units: Sequence[int], made: Profile, timeout_s: float) -> None:
        settings = [DeviceSettings(id=f"u{unit}", profile="unit", unit=unit, asset=f"a{unit}") for unit in units]
        self.devices = [bind(device, made, {}) for device in settings]
        line = LineSettings(id="l", tcp=address, timeout=timeout_s, devices=settings)
        driver, terms = build_line(line, self.devices, LearnedStore(None), now_ms)
        self.owner = LineOwner("l", self.devices, driver, terms, self._take, now_ms)
        self.taken: dict[str, list[Reading]] = {device.id: [] for device in self.devices}
        self.taken_s: dict[str, list[float]] = {device.id: [] for device in self.devices}
        """When each reading with its values was taken."""

    def _take(self, device: BoundDevice, readings: Sequence[Reading]) -> None:
        self.taken[device.id].extend(readings)
        if None not in readings[0].values:
            self.taken_s[device.id].append(asyncio.get_running_loop().time())

    def good(self, unit: int) -> int:
        """Return how many readings of a unit have their values."""
        return len(self.taken_s[f"u{unit}"])


@asynccontextmanager
async def owned(server: TcpUnits, units: int, made: Profile, timeout_s: float) -> AsyncIterator[UnitsLine]:
    """Serve units, and run the owner of their line."""
    async with serving(server):
        line, stop = UnitsLine(server.address, range(1, units + 1), made, timeout_s), asyncio.Event()
        running = asyncio.create_task(line.owner.run(stop))
        try:
            yield line
        finally:
            server.release.set()
            stop.set()
            await running
