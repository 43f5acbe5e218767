"""Lines with a simulated device to update and meters that are polled beside it, for each driver, at the speeds of real lines."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from firmware_tools.image.image import FirmwareImage
from firmware_tools.image.release import FirmwareRelease
from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.owner import LineOwner
from gateway.fieldbus.line_factory import build_line
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.model.profile import Measurement, Modbus, Point, Profile, Serial, Source
from gateway.model.reading import Reading
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.simulate.bootloaders.bus import UpdateBus, serving
from gateway.simulate.bootloaders.file_record import FileRecordUnit
from gateway.simulate.bootloaders.generic import make_image
from gateway.simulate.bootloaders.modem import ModemUnit
from gateway.simulate.bootloaders.registers import Meter
from gateway.simulate.bootloaders.smp import SmpUnit, make_mcuboot_image
from gateway.simulate.bootloaders.stm32 import Stm32Unit, make_stm32_image
from gateway.simulate.bootloaders.unit import UnitFaults, UpdatableUnit
from gateway.simulate.bootloaders.wirenboard import WirenBoard, make_wbfw
from tests.firmware_tools.drivers.profiles import profile_of

NEW = "2.0.0"
UNIT = 42
DEVICE = "lamp-1"


class DriverCase(NamedTuple):
    """One driver: the speed of a real line, its simulated device at a speed, its profile, how its images are made, and what a release says of them.

    Args:
        shares_line: whether meters share the line; else the device has it alone.
    """

    name: str
    baud: int
    unit_at: Callable[[int, UnitFaults], UpdatableUnit]
    profile: Callable[[Path], Profile]
    image: Callable[[bytes], bytes]
    model: str
    shares_line: bool = True
    bits_a_character: int = 10

    def firmware(self, size_bytes: int, seed: int = 7) -> FirmwareImage:
        """Return an image with a payload of some size."""
        return FirmwareImage(self.image(payload(size_bytes, seed)), f"{self.name}.bin")

    def release(self, driver: str) -> FirmwareRelease:
        """Return the release of such an image."""
        return FirmwareRelease(vendor="Simulated", model=self.model, version=NEW, driver=driver)


def payload(size_bytes: int, seed: int) -> bytes:
    """Return the content of a firmware."""
    return random.Random(seed).randbytes(size_bytes)


def _generic(content: bytes) -> bytes:
    return make_image("SIM-1", NEW, content)


CASES: tuple[DriverCase, ...] = (
    DriverCase(
        "wirenboard",
        9600,
        lambda baud, faults: WirenBoard(UNIT, signature="wbled", version="1.0.0", baud=baud, faults=faults),
        lambda _: ProfileLibrary().get("wirenboard_led"),
        lambda content: make_wbfw("wbled", NEW, content),
        "wbled",
        bits_a_character=11,
    ),
    DriverCase(
        "modbus_file",
        19200,
        lambda baud, faults: FileRecordUnit(UNIT, version="1.0.0", baud=baud, faults=faults),
        lambda folder: profile_of("modbus_file", folder),
        _generic,
        "SIM-1",
    ),
    DriverCase(
        "xmodem",
        19200,
        lambda baud, faults: ModemUnit(UNIT, version="1.0.0", baud=baud, faults=faults),
        lambda folder: profile_of("xmodem", folder),
        _generic,
        "SIM-1",
        shares_line=False,
    ),
    DriverCase(
        "ymodem",
        57600,
        lambda baud, faults: ModemUnit(UNIT, batch=True, version="1.0.0", baud=baud, faults=faults),
        lambda folder: profile_of("ymodem", folder),
        _generic,
        "SIM-1",
        shares_line=False,
    ),
    DriverCase(
        "stm32",
        57600,
        lambda baud, faults: Stm32Unit(UNIT, version="1.0.0", baud=baud, bootloader_baud=57600, faults=faults),
        lambda folder: profile_of("stm32", folder),
        lambda content: make_stm32_image("SIM-1", NEW, content),
        "SIM-1",
        shares_line=False,
    ),
    DriverCase(
        "smp",
        57600,
        lambda baud, faults: SmpUnit(UNIT, version="1.0.0", baud=baud, faults=faults),
        lambda folder: profile_of("smp", folder),
        lambda content: make_mcuboot_image(NEW, content),
        "SIM-1",
    ),
)


def meter_profile(every_s: float, baud: int) -> Profile:
    """Return the profile of a meter that is read with one request."""
    points = [Point(name=f"p{n}", input=2 * n, type="float32", unit="V") for n in range(3)]
    return Profile(
        profile="made", vendor="v", model="m", kind="lighting_meter", confidence="low", sources=[Source(ref="here")], modbus=Modbus(),
        serial=Serial(baud=baud), points=points,
        measurements=[Measurement(measurement="lighting_meter", every=every_s, fields={f"voltage_l{n + 1}": f"p{n}" for n in range(3)})],
    )  # fmt: skip


class UpdatingLine:
    """A bus with a device to update and meters, and what an owner of its line needs. `readings` counts the meters' good readings."""

    def __init__(self, case: DriverCase, bus: UpdateBus, unit: UpdatableUnit, meters: int, every_s: float, folder: Path) -> None:
        self.case, self.bus, self.unit = case, bus, unit
        ids = [DeviceSettings(id=f"meter-{n}", profile="made", unit=n + 1, asset="a") for n in range(meters)]
        lamp = DeviceSettings(id=DEVICE, profile="updated", unit=UNIT, asset="a", every=60.0)
        profile = case.profile(folder)
        self.line = LineSettings(
            id="street", serial=bus.address, baud=case.baud, stop_bits=2 if case.bits_a_character == 11 else 1, parity="N", data_bits=8,
            timeout=0.5, devices=[*ids, lamp],
        )  # fmt: skip
        self.device = bind(lamp, profile, {})
        self.devices = [*(bind(one, meter_profile(every_s, case.baud), {}) for one in ids), self.device]
        self.readings = 0

    def take(self, device: BoundDevice, readings: Sequence[Reading]) -> None:
        """Count the readings of meters that have values."""
        if device.id != DEVICE:
            self.readings += sum(not one.quality for one in readings)

    def owner(self) -> LineOwner:
        """Return a new owner of the line."""
        driver, terms = build_line(self.line, self.devices, LearnedStore(None), lambda: 0)
        return LineOwner("street", self.devices, driver, terms, self.take, lambda: 0)


@contextlib.asynccontextmanager
async def updating_line(case: DriverCase, folder: Path, *, meters: int = 4, every_s: float = 1.0) -> AsyncIterator[UpdatingLine]:
    """Serve a line until the context exits."""
    unit = case.unit_at(case.baud, UnitFaults())
    count = meters if case.shares_line else 0
    units = [unit, *(Meter(n + 1, case.baud) for n in range(count))]
    async with serving(units, baud=case.baud, bits_a_character=case.bits_a_character) as bus:
        await asyncio.sleep(0)
        if isinstance(unit, WirenBoard):
            unit.start_application()  # not as after a power cut
        await asyncio.sleep(1.0)
        yield UpdatingLine(case, bus, unit, count, every_s, folder)


@contextlib.asynccontextmanager
async def polled(line: UpdatingLine) -> AsyncIterator[LineOwner]:
    """Poll a line until the context exits."""
    owner, stop = line.owner(), asyncio.Event()
    running = asyncio.create_task(owner.run(stop))
    try:
        yield owner
    finally:
        stop.set()
        await running
