"""The owner of a line with a simulated RTU bus on a pty, on which every value is a read of its own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.owner import LineOwner
from gateway.fieldbus.line_factory import build_line
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.model.profile import Measurement, Modbus, Point, Profile, Source
from gateway.model.reading import Reading
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.simulate.devices.bus import Bus, BusPlan, BusUnit
from gateway.simulate.devices.pty import Pty

FIELDS = ("voltage_l1", "voltage_l2", "voltage_l3", "voltage_thd_l1", "voltage_thd_l2", "voltage_thd_l3")


class LoggingBus(Bus):
    """Logs the unit and address of each request, in order."""

    def __init__(self, plan: BusPlan, pty: Pty) -> None:
        super().__init__(plan, pty)
        self.requests: list[tuple[int, int]] = []

    def _answer(self, unit: BusUnit, function: int, address: int, count: int) -> bytes:  # type: ignore[override]
        self.requests.append((unit.unit, address))
        return super()._answer(unit, function, address, count)


def profile(every_s: float) -> Profile:
    """Return a profile of six values so far apart that each is a read of its own."""
    points = [Point(name=f"p{n}", input=400 * n, type="float32", unit="V" if n < 3 else "%") for n in range(len(FIELDS))]
    return Profile(
        profile="made", vendor="v", model="m", kind="lighting_meter", confidence="low", sources=[Source(ref="here")], modbus=Modbus(),
        points=points, measurements=[Measurement(measurement="lighting_meter", every=every_s, fields={field: f"p{n}" for n, field in enumerate(FIELDS)})],
    )  # fmt: skip


class OwnedBus:
    """A bus and the owner of its line; `taken` has the readings of each device."""

    def __init__(self, bus: LoggingBus, line: LineSettings, devices: list[BoundDevice]) -> None:
        self.bus, self.line, self.devices = bus, line, devices
        driver, terms = build_line(line, devices, LearnedStore(None), lambda: 0)
        self.owner = LineOwner("l", devices, driver, terms, self.take, lambda: 0)
        self.taken: dict[str, list[Reading]] = {}
        self.something = asyncio.Event()
        self.stop = asyncio.Event()

    def take(self, device: BoundDevice, readings: Sequence[Reading]) -> None:
        self.taken.setdefault(device.id, []).extend(readings)
        self.something.set()

    async def until(self, device: str, count: int) -> None:
        """Wait until so many readings of a device were taken."""
        async with asyncio.timeout(20):
            while len(self.taken.get(device, ())) < count:
                self.something.clear()
                await self.something.wait()


@asynccontextmanager
async def owned_bus(every_s: Sequence[float], units: list[BusUnit] | None = None) -> AsyncIterator[OwnedBus]:
    """Run the owner of a line with one device for each interval."""
    pty = Pty(115200)
    bus = LoggingBus(BusPlan(115200, 0.02, units or [BusUnit(unit=n + 1) for n in range(len(every_s))]), pty)
    playing = asyncio.create_task(bus.run())
    devices = [DeviceSettings(id=f"d{n}", profile="made", unit=n + 1, asset="a") for n in range(len(every_s))]
    bound = [bind(device, profile(every_s[n]), {}) for n, device in enumerate(devices)]
    line = LineSettings(id="l", serial=pty.path, baud=115200, timeout=0.3, devices=devices)
    one = OwnedBus(bus, line, bound)
    running = asyncio.create_task(one.owner.run(one.stop))
    try:
        yield one
    finally:
        one.stop.set()
        await running
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        pty.close()
