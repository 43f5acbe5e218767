"""Each driver brings an image through a line that disturbs one transmission in twelve; a block for an STM32 takes twelve, so one in sixty."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from firmware_tools.drivers.device_line import DeviceLine
from firmware_tools.drivers.port import FirmwareDriver, NoFirmwareAnswer
from firmware_tools.image.image import FirmwareImage
from gateway.model.profile import FirmwareUpdate, Profile
from gateway.simulate.bootloaders.bus import serving
from tests.firmware_tools.drivers.lines import line_to, transfer
from tests.firmware_tools.drivers.profiles import profile_of
from tests.firmware_tools.drivers.speed import Maker, Trial, trials

NOISE, LESS_NOISE = 1 / 12, 1 / 60
PAYLOAD = random.Random(6).randbytes(1700)
DRIVERS = ["wirenboard", "modbus_file", "xmodem", "xmodem_1k", "ymodem", "stm32", "smp"]


async def persistently(call: Callable[[], Awaitable[object]]) -> None:
    """Call again after a call that was not answered, as an update does."""
    for _ in range(8):
        try:
            await call()
        except NoFirmwareAnswer:
            continue
        return
    await call()


def hurried(update: FirmwareUpdate) -> FirmwareUpdate:
    return msgspec.structs.replace(update, serial=None, erase=1.5)


@pytest.mark.parametrize("name", DRIVERS)
async def test_an_image_arrives_whole_through_noise(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (
        "wirenboard._ANSWER_S",
        "wirenboard._INFO_S",
        "modem._ANSWER_S",
        "stm32._ANSWER_S",
        "smp._ANSWER_S",
        "modbus_file._RECORD_S",
    ):
        monkeypatch.setattr(f"firmware_tools.drivers.{place}", 0.5)
    trial, maker = trials(115200, PAYLOAD)[name]
    trial.unit.restart_s = 0.05
    async with serving([trial.unit], baud=115200) as bus:
        await asyncio.sleep(0.2)
        driver = driver_of(name, maker, line_to(bus, trial.unit.unit), tmp_path)
        await persistently(driver.enter)
        bus.noise = LESS_NOISE if name == "stm32" else NOISE
        await through_noise(driver, trial)
        bus.noise = 0.0
        await persistently(driver.finish)
        driver.close()
    assert trial.unit.application is not None
    assert trial.unit.application.content == PAYLOAD


async def through_noise(driver: FirmwareDriver, trial: Trial) -> None:
    image = FirmwareImage(trial.image)
    chunks = driver.chunks(image)
    await persistently(lambda: transfer(driver, image, chunks))


def driver_of(name: str, maker: Maker, line: DeviceLine, folder: Path) -> FirmwareDriver:
    profile: Profile = profile_of("modbus_file" if name == "wirenboard" else name, folder)
    assert profile.firmware is not None
    return maker(line, profile, hurried(profile.firmware))
