"""Simulated lines over real sockets and ptys: Modbus over TCP, RTU on a serial port and over TCP, and a device with a dialect."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec
from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.register_message import WriteSingleRegisterRequest, WriteSingleRegisterResponse

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.driver_port import Driver, read_once
from gateway.fieldbus.line_factory import build_line
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.host.clock import now_ms
from gateway.model.profile import Point, Profile, WriteAccess
from gateway.model.reading import Reading
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.model.stream import value_in_unit
from gateway.simulate.devices.maps import Cell
from gateway.simulate.devices.modbus_server import ModbusLine, serve_rtu, serve_tcp
from gateway.simulate.devices.pty import Pty
from gateway.simulate.devices.radar import Radar
from gateway.simulate.devices.serving import Serving
from gateway.simulate.devices.world import World
from gateway.simulate.street.faults import Faults
from gateway.simulate.street.layout import SimDevice, SimGateway, SimLine
from gateway.simulate.street.served_log import ServedLog, read_served
from tests.profiles import library

LIBRARY = library.LIBRARY
Way = Literal["tcp", "rtu", "rtu_over_tcp", "text"]
SIM: dict[Way, SimDevice] = {
    "tcp": SimDevice("d", "dali", 1, ["pl-1", "pl-2", "pl-3"], 1.0),
    "rtu": SimDevice("d", "em340", 3, ["qe-1"], 1.0),
    "rtu_over_tcp": SimDevice("d", "xy_md02", 9, ["st-1"], 1.0),
    "text": SimDevice("d", "ops243", 0, ["ic-1"], 1.0),
}
PROFILE: dict[Way, str] = {
    "tcp": "intesis_ibmbsdal",
    "rtu": "carlo_gavazzi_em340",
    "rtu_over_tcp": "xy_md02",
    "text": "omnipresense_ops243",
}
WAYS = list(SIM)


def profile_of(way: Way) -> Profile:
    """Return the profile of a way's device, with a writable point more if it speaks Modbus."""
    profile = LIBRARY.get(PROFILE[way])
    return profile if way == "text" else msgspec.structs.replace(profile, points=[*profile.points, SETPOINT])


class NoFaults(Faults):
    """Nothing is ever wrong, unless the one device is told to be silent or noisy."""

    def __init__(self, what: str | None = None) -> None:
        super().__init__(1, [], [], [])
        self.what = what

    def silent(self, device: str, t_s: float) -> bool:
        return self.what == "silent"

    def noisy(self, line: str, t_s: float) -> bool:
        return self.what == "noisy"


SETPOINT = Point(
    name="setpoint", holding=900, type="uint16", scale=Decimal("0.5"), unit="%", write=WriteAccess(min=Decimal(0), max=Decimal(100))
)
"""A writable point that the simulated Modbus devices have besides those of their profiles."""


class WritableLine(ModbusLine):
    """A simulated line whose devices accept writes of single registers."""

    def __init__(self, line: SimLine, world: World, serving: Serving) -> None:
        super().__init__(line, world, serving)
        self.written: list[tuple[int, int]] = []

    def _response(self, request: ModbusPDU, device: SimDevice) -> tuple[ModbusPDU, list[Cell]]:
        if not isinstance(request, WriteSingleRegisterRequest):
            return super()._response(request, device)
        self.written.append((request.address, request.registers[0]))
        return WriteSingleRegisterResponse(address=request.address, registers=request.registers), []


class Rig:
    """One simulated line, and the driver that speaks on it."""

    def __init__(
        self, driver: Driver, device: BoundDevice, faults: NoFaults, log: Path, line: LineSettings, written: list[tuple[int, int]]
    ) -> None:
        self.driver, self.device, self.faults, self.log, self.line, self.written = driver, device, faults, log, line, written

    async def read(self) -> list[Reading]:
        return (await read_once(self.driver, self.device)).readings

    def served(self, fate: str = "delivered") -> dict[tuple[str, str], object]:
        fates = {fate, "late"} if fate == "delivered" else {fate}
        return {
            (value.asset, value.field): value.value for answer in read_served(self.log) if answer.fate in fates for value in answer.values
        }


@asynccontextmanager
async def rig(way: Way, folder: Path, timeout_s: float = 0.6) -> AsyncIterator[Rig]:
    sim = SimLine("l", way, 115200, [SIM[way]])
    gateway = SimGateway("o", "g", [sim])
    world = World(gateway, 1, 60.0, time.time())
    world.faults = faults = NoFaults()
    log = ServedLog(folder / "served.jsonl")
    serving = Serving(log)
    flush = asyncio.create_task(_flushing(log))
    tasks: list[asyncio.Task[None]] = [flush]
    pty, server, modbus = None, None, WritableLine(sim, world, serving)
    if way in ("tcp", "rtu_over_tcp"):
        address, server = await serve_tcp(modbus)
        tasks.append(asyncio.create_task(server.serve_forever()))
    else:
        pty = Pty(sim.baud)
        address = pty.path
        running = serve_rtu(modbus, pty) if way == "rtu" else Radar(sim, world, serving, pty).run()
        tasks.append(asyncio.create_task(running))
    profile = profile_of(way)
    device = DeviceSettings(
        id="d",
        profile=profile.profile,
        unit=SIM[way].unit or None,
        asset=SIM[way].assets[0],
        channels=dict(enumerate(SIM[way].assets)) if way == "tcp" else {},
    )
    line = LineSettings(
        id="l",
        devices=[device],
        timeout=timeout_s,
        serial=None if "tcp" in way else address,
        tcp=address if way == "tcp" else None,
        rtu_over_tcp=address if way == "rtu_over_tcp" else None,
    )
    bound = bind(device, profile, {})
    driver = build_line(line, [bound], LearnedStore(None), now_ms).driver
    try:
        yield Rig(driver, bound, faults, folder / "served.jsonl", line, modbus.written)
    finally:
        driver.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if server is not None:
            server.close()
        if pty is not None:
            pty.close()
        log.close()


async def until(ready: Callable[[], bool], within_s: float = 20.0) -> None:
    async with asyncio.timeout(within_s):
        while not ready():
            await asyncio.sleep(0.01)


async def _flushing(log: ServedLog) -> None:
    while True:
        log.flush()
        await asyncio.sleep(0.01)


def values_of(device: BoundDevice, readings: list[Reading]) -> dict[tuple[str, str], object]:
    found: dict[tuple[str, str], object] = {}
    for reading in readings:
        stream = device.streams[reading.stream].stream
        if stream.measurement == "event":
            continue  # made by the processor, not by the line
        for field, raw in zip(stream.fields, reading.values, strict=True):
            found[stream.asset, field.name] = value_in_unit(raw, field.converter())
    return found
