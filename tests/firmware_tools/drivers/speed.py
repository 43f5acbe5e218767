"""Measures how fast each driver transfers to a simulated device: `python -m tests.firmware_tools.drivers.speed [--baud 9600] [--bytes 8000]`.

Beside what is measured stands what the protocol allows on such a line. A busy machine delivers bytes late: then it is less.
"""

import argparse
import asyncio
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from firmware_tools.drivers.device_line import DeviceLine
from firmware_tools.drivers.frames.smp_frames import SmpMessage, lines
from firmware_tools.drivers.modbus_file import ModbusFileDriver
from firmware_tools.drivers.modem import ModemDriver
from firmware_tools.drivers.port import FirmwareDriver
from firmware_tools.drivers.smp import SmpDriver
from firmware_tools.drivers.stm32 import Stm32Driver
from firmware_tools.drivers.wirenboard import WirenBoardDriver
from firmware_tools.image.image import FirmwareImage
from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.model.profile import FirmwareUpdate, Profile
from gateway.simulate.bootloaders.file_record import FileRecordUnit
from gateway.simulate.bootloaders.generic import make_image
from gateway.simulate.bootloaders.modem import ModemUnit
from gateway.simulate.bootloaders.registers import ModbusUnit
from gateway.simulate.bootloaders.smp import SmpUnit, make_mcuboot_image
from gateway.simulate.bootloaders.stm32 import Stm32Unit, make_stm32_image
from gateway.simulate.bootloaders.unit import Mode
from gateway.simulate.bootloaders.wirenboard import WirenBoard, make_wbfw
from tests.firmware_tools.drivers.lines import bus_of, line_to
from tests.firmware_tools.drivers.profiles import profile_of

_SMP_CHARACTERS = len(lines(SmpMessage(2, 1, 1, 5, {"off": 38400, "data": bytes(384)}))) + 36
"""A request with a chunk, and the response."""


class Trial(NamedTuple):
    """A device, its image, and the longest chunk: its bytes, the characters of its exchange, and how long the device takes for it."""

    unit: ModbusUnit
    image: bytes
    chunk_bytes: int
    characters: int
    device_s: float


Maker = Callable[[DeviceLine, Profile, FirmwareUpdate], FirmwareDriver]


def trials(baud: int, payload: bytes) -> dict[str, tuple[Trial, Maker]]:
    """Return the trial of each driver."""
    generic = make_image("SIM-1", "2.0.0", payload)

    def file(line: DeviceLine, profile: Profile, update: FirmwareUpdate) -> FirmwareDriver:
        assert update.file is not None
        return ModbusFileDriver(line, profile, update, update.file)

    def board(line: DeviceLine, _profile: Profile, _update: FirmwareUpdate) -> FirmwareDriver:
        return WirenBoardDriver(line)

    return {
        "wirenboard": (Trial(WirenBoard(9, baud=baud), make_wbfw("wbled", "2.0.0", payload), 136, 153 + 7, 0.02), board),
        "modbus_file": (Trial(FileRecordUnit(9, baud=baud), generic, 244, 512 + 7, 0.015), file),
        "xmodem": (Trial(ModemUnit(9, baud=baud), generic, 128, 134, 0.009), ModemDriver),
        "xmodem_1k": (Trial(ModemUnit(9, baud=baud), generic, 1024, 1030, 0.009), ModemDriver),
        "ymodem": (Trial(ModemUnit(9, batch=True, baud=baud), generic, 1024, 1030, 0.009), ModemDriver),
        "stm32": (Trial(Stm32Unit(9, baud=baud), make_stm32_image("SIM-1", "2.0.0", payload), 256, 536, 0.023), Stm32Driver),
        "smp": (Trial(SmpUnit(9, baud=baud), make_mcuboot_image("2.0.0", payload), 384, _SMP_CHARACTERS, 0.015), SmpDriver),
    }


async def measure(name: str, trial: Trial, maker: Maker, baud: int, folder: Path) -> str:
    """Update a device, and return a line of the table. The first chunk, before which devices erase, does not count."""
    profile = profile_of("modbus_file" if name == "wirenboard" else name, folder)
    assert profile.firmware is not None
    async with bus_of(trial.unit, baud=baud) as bus:
        line = line_to(bus, trial.unit.unit, settings=SerialSettings(baud, 8, "N", 1))
        driver = maker(line, profile, msgspec.structs.replace(profile.firmware, serial=None))
        while trial.unit.mode is not Mode.APPLICATION:
            await asyncio.sleep(0.05)
        await driver.enter()
        image = FirmwareImage(trial.image)
        chunks = driver.chunks(image)
        await driver.begin(image, 0)
        await driver.send(0, chunks[0])
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        for number, chunk in enumerate(chunks[1:], 1):
            await driver.send(number, chunk)
        took_s = loop.time() - began_s
        await driver.finish()
        version = (await driver.probe()).version
        driver.close()
    rate = sum(map(len, chunks[1:])) / took_s
    most = trial.chunk_bytes / (trial.characters * 10 / baud + trial.device_s)
    return f"{name:12} {rate:6.0f} B/s   {rate / most:4.0%} of {most:.0f} that the protocol allows   {rate * 10 / baud:4.0%} of the line   now {version}"


async def main() -> None:
    """Measure each driver."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baud", type=int, default=9600)
    parser.add_argument("--bytes", type=int, default=8000)
    parser.add_argument("--only")
    wanted = parser.parse_args()
    payload = random.Random(1).randbytes(wanted.bytes)
    with tempfile.TemporaryDirectory() as folder:
        for name, (trial, maker) in trials(wanted.baud, payload).items():
            if wanted.only in (None, name):
                print(await measure(name, trial, maker, wanted.baud, Path(folder)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
