"""Lines to simulated devices, and whole updates over them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from firmware_tools.drivers.device_line import DeviceLine
from firmware_tools.drivers.port import FirmwareDriver, NoFirmwareAnswer, TransferLost
from firmware_tools.image.image import FirmwareImage
from gateway.fieldbus.wire.port import Wire
from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from gateway.fieldbus.wire.tcp_socket import TcpWire
from gateway.simulate.bootloaders.bus import BusWay, UpdateBus, serving
from gateway.simulate.bootloaders.unit import UpdatableUnit

FAST = SerialSettings(115200, 8, "N", 1)


def line_to(bus: UpdateBus, unit: int, *, way: BusWay = "serial", settings: SerialSettings = FAST) -> DeviceLine:
    """Return the way to a unit on a simulated bus."""
    host, _, port = bus.address.rpartition(":")

    def make(at: SerialSettings) -> Wire:
        return SerialWire(bus.address, at) if way == "serial" else TcpWire(host, int(port))

    return DeviceLine(unit, settings, make, serial=way == "serial", modbus_tcp=way == "tcp")


@contextlib.asynccontextmanager
async def bus_of(*units: UpdatableUnit, way: BusWay = "serial", baud: int = 115200) -> AsyncIterator[UpdateBus]:
    """Serve units on one bus, and wait until those with an application run it."""
    async with serving(units, way=way, baud=baud) as bus:
        await asyncio.sleep(0)
        yield bus


async def transfer(driver: FirmwareDriver, image: FirmwareImage, chunks: Sequence[bytes], resume_at: int = 0) -> None:
    """Transfer an image from one chunk on; start over where the driver says so."""
    at = await driver.begin(image, resume_at)
    while at < len(chunks):
        try:
            await driver.send(at, chunks[at])
        except NoFirmwareAnswer:
            continue
        except TransferLost:
            await driver.enter()
            at = await driver.begin(image, 0)
            continue
        at += 1


async def update(driver: FirmwareDriver, image: FirmwareImage) -> str | None:
    """Update a device, and return the version that it reports then."""
    await driver.enter()
    await transfer(driver, image, driver.chunks(image))
    await driver.finish()
    return (await driver.probe()).version
