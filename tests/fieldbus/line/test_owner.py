"""The owner of a line at work: commands first, urgent reads between those of a slow device, values of several intervals."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.owner import LineOwner
from gateway.fieldbus.line_factory import build_line
from gateway.fieldbus.modbus.driver import ModbusDriver
from gateway.fieldbus.modbus.pdu import read_request
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.model.profile import Measurement, Modbus, Point, Profile, Source
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from gateway.model.site import DeviceSettings, LineSettings
from gateway.simulate.devices.bus import Bus, BusPlan, BusUnit
from gateway.simulate.devices.pty import Pty

FIELDS = ("voltage_l1", "voltage_l2", "voltage_l3", "voltage_thd_l1", "voltage_thd_l2", "voltage_thd_l3")


class LoggingBus(Bus):
    """Remembers what it was asked, in order."""

    def __init__(self, plan: BusPlan, pty: Pty) -> None:
        super().__init__(plan, pty)
        self.asked: list[tuple[int, int]] = []

    def _answer(self, unit: BusUnit, function: int, address: int, count: int) -> bytes:  # type: ignore[override]
        self.asked.append((unit.unit, address))
        return super()._answer(unit, function, address, count)


def profile(every_s: float) -> Profile:
    """Six values so far apart that each is a read of its own."""
    points = [Point(name=f"p{n}", input=400 * n, type="float32", unit="V" if n < 3 else "%") for n in range(len(FIELDS))]
    return Profile(
        profile="made", vendor="v", model="m", kind="lighting_meter", confidence="low", sources=[Source(ref="here")], modbus=Modbus(),
        points=points, measurements=[Measurement(measurement="lighting_meter", every=every_s, fields={field: f"p{n}" for n, field in enumerate(FIELDS)})],
    )  # fmt: skip


class Rig:
    def __init__(self, bus: LoggingBus, line: LineSettings, devices: list[BoundDevice]) -> None:
        self.bus, self.devices = bus, devices
        driver, terms = build_line(line, devices, LearnedStore(None), lambda: 0)
        assert isinstance(driver, ModbusDriver)
        self.driver = driver
        self.owner = LineOwner("l", devices, driver, terms, self.take, lambda: 0)
        self.taken: dict[str, list[Reading]] = {}
        self.something = asyncio.Event()

    def take(self, device: BoundDevice, readings: Sequence[Reading]) -> None:
        self.taken.setdefault(device.id, []).extend(readings)
        self.something.set()

    async def until(self, device: str, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self.taken.get(device, ())) < count:
                self.something.clear()
                await self.something.wait()


@asynccontextmanager
async def rig(every_s: Sequence[float], units: list[BusUnit] | None = None) -> AsyncIterator[Rig]:
    pty = Pty(115200)
    bus = LoggingBus(BusPlan(115200, 0.02, units or [BusUnit(unit=n + 1) for n in range(len(every_s))]), pty)
    playing = asyncio.create_task(bus.run())
    devices = [DeviceSettings(id=f"d{n}", profile="made", unit=n + 1, asset="a") for n in range(len(every_s))]
    bound = [bind(device, profile(every_s[n]), {}) for n, device in enumerate(devices)]
    line = LineSettings(id="l", serial=pty.path, baud=115200, timeout=0.1, devices=devices)
    one = Rig(bus, line, bound)
    stop = asyncio.Event()
    running = asyncio.create_task(one.owner.run(stop))
    try:
        yield one
    finally:
        stop.set()
        await running
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        pty.close()


async def test_a_command_is_served_before_any_further_read_of_what_is_being_read() -> None:
    async with rig([0.0]) as one:
        await one.until("d0", 1)
        for _ in range(5):
            before, done = len(one.bus.asked), asyncio.Event()

            async def work(done: asyncio.Event = done) -> None:
                await one.driver.command(one.devices[0], read_request(1, 4, 7777, 1))
                done.set()

            one.owner.command(work)
            await asyncio.wait_for(done.wait(), 2)
            assert one.bus.asked.index((1, 7777), before) - before <= 1
        await one.until("d0", 3)
        assert all(not reading.quality for reading in one.taken["d0"]), "and the reading that it interrupted is whole"


async def test_a_value_that_is_wanted_often_comes_between_the_reads_of_a_slow_device() -> None:
    async with rig([60.0, 0.1]) as one:
        await one.until("d0", 1)
        slow = [n for n, (unit, _) in enumerate(one.bus.asked) if unit == 1]
        often = [n for n, (unit, _) in enumerate(one.bus.asked) if unit == 2]
        assert slow[0] < often[0] < slow[-1]
        assert None not in one.taken["d0"][0].values
        assert None not in one.taken["d1"][0].values


async def test_a_dead_device_costs_the_others_nothing_but_its_probes_and_is_read_again_when_it_returns() -> None:
    units = [BusUnit(unit=1), BusUnit(unit=2, silent=((0.0, 1.5),))]
    async with rig([0.2, 0.2], units) as one:
        await one.until("d1", 3)
        codes = {code for reading in one.taken["d1"] for code in reading.quality.values()}
        assert codes <= {Quality.BadTimeout, Quality.BadNoCommunication}
        await one.until("d0", 6)
        assert all(not reading.quality for reading in one.taken["d0"])
        async with asyncio.timeout(15):
            while one.taken["d1"][-1].quality:
                one.something.clear()
                await one.something.wait()
        assert not one.owner.silent(1)
        quality, share = one.owner.quality(one.devices[1])
        assert quality.timeouts >= 2
        assert quality.answered >= 1
        assert 0 < share < 1
