"""The STM32's UART bootloader: whole updates over simulated lines, faults, and stm32flash against the simulated bootloader."""

import asyncio
import random
from pathlib import Path

import pytest

from firmware_tools.drivers.device_line import DeviceLine
from firmware_tools.drivers.port import ImageRefused, NoFirmwareAnswer, TransferLost
from firmware_tools.drivers.stm32 import Stm32Driver
from firmware_tools.image.image import FirmwareImage
from gateway.simulate.bootloaders.generic import NO_FAULTS
from gateway.simulate.bootloaders.stm32 import Stm32Unit, make_stm32_image
from gateway.simulate.bootloaders.unit import Mode, UnitFaults
from tests.firmware_tools.drivers.lines import FAST, bus_of, line_to, transfer, update
from tests.firmware_tools.drivers.profiles import profile_of

PAYLOAD = random.Random(4).randbytes(2001)
IMAGE = FirmwareImage(make_stm32_image("SIM-1", "2.0.0", PAYLOAD))


def driver_for(line: DeviceLine, folder: Path) -> Stm32Driver:
    profile = profile_of("stm32", folder)
    assert profile.firmware is not None
    return Stm32Driver(line, profile, profile.firmware)


def unit(*, version: str | None = "1.0.0", faults: UnitFaults = NO_FAULTS) -> Stm32Unit:
    made = Stm32Unit(9, version=version, baud=115200, bootloader_baud=57600, faults=faults)
    made.restart_s = made.erase_s = 0.05
    made.write_s = 0.002
    return made


async def test_a_device_is_updated_and_its_new_version_read_back(tmp_path: Path) -> None:
    one = unit()
    async with bus_of(one) as bus:
        await asyncio.sleep(0.1)
        driver = driver_for(line_to(bus, 9), tmp_path)
        assert (await driver.probe()).version == "1.0.0"
        assert await update(driver, IMAGE) == "2.0.0"
        driver.close()
    assert one.application is not None
    assert one.application.content == PAYLOAD


async def test_an_empty_device_is_rescued(tmp_path: Path) -> None:
    async with bus_of(unit(version=None)) as bus:
        driver = driver_for(line_to(bus, 9), tmp_path)
        identity = await driver.probe()
        assert (identity.bootloader_version, identity.in_bootloader) == ("3.1", True)
        assert await update(driver, IMAGE) == "2.0.0"
        driver.close()


@pytest.mark.parametrize(
    "faults",
    [UnitFaults(lost_answers=frozenset({1, 3, 9})), UnitFaults(resets=frozenset({2})), UnitFaults(power_cuts=frozenset({8}), off_s=0.2)],
    ids=["lost", "reset", "cut"],
)
async def test_lost_answers_resets_and_power_cuts_cost_time_alone(faults: UnitFaults, tmp_path: Path) -> None:
    one = unit(faults=faults)
    async with bus_of(one) as bus:
        await asyncio.sleep(0.1)
        driver = driver_for(line_to(bus, 9), tmp_path)
        assert await update(driver, IMAGE) == "2.0.0"
        driver.close()
    assert one.application is not None
    assert one.application.content == PAYLOAD


async def test_a_device_whose_power_fails_at_any_block_starts_its_bootloader_again(tmp_path: Path) -> None:
    one = unit()
    async with bus_of(one) as bus:
        await asyncio.sleep(0.1)
        driver = driver_for(line_to(bus, 9), tmp_path)
        chunks = driver.chunks(IMAGE)
        await driver.enter()
        await driver.begin(IMAGE, 0)
        for number, chunk in enumerate(chunks[:-1]):
            await driver.send(number, chunk)
            one.power_off()
            one.power_on()
            await asyncio.sleep(0.1)
            assert one.mode is Mode.BOOTLOADER
            driver.close()
            assert await driver.begin(IMAGE, number + 1) == number + 1
        await driver.send(len(chunks) - 1, chunks[-1])
        await driver.finish()
        assert (await driver.probe()).version == "2.0.0"
        driver.close()


async def test_a_transfer_goes_on_only_with_the_image_that_the_device_has(tmp_path: Path) -> None:
    async with bus_of(unit(version=None)) as bus:
        driver = driver_for(line_to(bus, 9), tmp_path)
        chunks = driver.chunks(IMAGE)
        await driver.begin(IMAGE, 0)
        await driver.send(0, chunks[0])
        other = FirmwareImage(make_stm32_image("SIM-1", "2.1.0", PAYLOAD[::-1]))
        assert await driver.begin(IMAGE, 1) == 1
        assert await driver.begin(other, 1) == 0
        driver.close()


async def test_a_block_of_memory_that_was_not_erased_is_noticed(tmp_path: Path) -> None:
    async with bus_of(unit(version=None)) as bus:
        driver = driver_for(line_to(bus, 9), tmp_path)
        chunks = driver.chunks(IMAGE)
        await driver.begin(IMAGE, 0)
        await driver.send(0, chunks[0])
        with pytest.raises((TransferLost, NoFirmwareAnswer)):
            await driver.send(0, chunks[1])
        driver.close()


async def test_bytes_of_others_are_overcome_by_synchronising_again(tmp_path: Path) -> None:
    one = unit(version=None)
    async with bus_of(one) as bus:
        driver = driver_for(line_to(bus, 9), tmp_path)
        chunks = driver.chunks(IMAGE)
        await driver.begin(IMAGE, 0)
        one.hear(b"\x31\xce\x08\x00\x00\x00\x08\xff\x01\x02")  # a write whose end does not come
        await asyncio.sleep(0.05)
        await transfer(driver, IMAGE, chunks, 0)
        await driver.finish()
        assert (await driver.probe()).version == "2.0.0"
        driver.close()


def test_an_image_for_another_address_is_refused(tmp_path: Path) -> None:
    driver = driver_for(DeviceLine(9, FAST, lambda _: pytest.fail("opened")), tmp_path)
    with pytest.raises(ImageRefused, match="vector table points elsewhere"):
        driver.chunks(FirmwareImage(b"\x00\x50\x00\x20\x01\x00\x00\x09" + bytes(100)))


async def test_stm32flash_updates_the_simulated_device(tmp_path: Path) -> None:
    (tmp_path / "image.bin").write_bytes(IMAGE.content)
    one = unit(version=None)
    async with bus_of(one) as bus:
        await asyncio.sleep(0.1)
        command = ["stm32flash", "-b", "57600", "-m", "8n1", "-w", "image.bin", "-v", "-g", "0x08000000", bus.address]
        program = await asyncio.create_subprocess_exec(
            *command, cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        said, _ = await asyncio.wait_for(program.communicate(), 40)
        assert program.returncode == 0, said.decode()
        async with asyncio.timeout(10):
            while one.application is None:
                await asyncio.sleep(0.05)
    assert one.application.content == PAYLOAD
