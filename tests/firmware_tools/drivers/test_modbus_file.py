"""Firmware as Modbus file records: whole updates over simulated lines, and faults."""

import asyncio
import random
from pathlib import Path

import pytest

from firmware_tools.drivers.device_line import DeviceLine
from firmware_tools.drivers.modbus_file import ModbusFileDriver
from firmware_tools.drivers.port import ImageRefused, NoFirmwareAnswer, TransferLost
from firmware_tools.image.image import FirmwareImage
from gateway.model.profile import FileRecords, Profile
from gateway.simulate.bootloaders.bus import BusWay
from gateway.simulate.bootloaders.file_record import FileRecordUnit
from gateway.simulate.bootloaders.generic import NO_FAULTS, make_image
from gateway.simulate.bootloaders.unit import UnitFaults
from tests.firmware_tools.drivers.lines import FAST, bus_of, line_to, transfer, update
from tests.firmware_tools.drivers.profiles import profile_of

PAYLOAD = random.Random(2).randbytes(5001)
IMAGE = FirmwareImage(make_image("SIM-1", "2.0.0", PAYLOAD))


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less long than real devices need."""
    monkeypatch.setattr("firmware_tools.drivers.modbus_file._RECORD_S", 0.5)


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return profile_of("modbus_file", tmp_path)


def driver_for(line: DeviceLine, profile: Profile, file: FileRecords | None = None) -> ModbusFileDriver:
    assert profile.firmware is not None
    assert profile.firmware.file is not None
    return ModbusFileDriver(line, profile, profile.firmware, file or profile.firmware.file)


def unit(faults: UnitFaults = NO_FAULTS) -> FileRecordUnit:
    made = FileRecordUnit(9, baud=115200, faults=faults)
    made.restart_s = made.erase_s = 0.05
    made.record_s = 0.001
    return made


@pytest.mark.parametrize("way", ["serial", "tcp"])
async def test_a_device_is_updated_and_its_new_version_read_back(way: BusWay, profile: Profile) -> None:
    one = unit()
    async with bus_of(one, way=way) as bus:
        await asyncio.sleep(0.1)
        driver = driver_for(line_to(bus, 9, way=way), profile)
        before = await driver.probe()
        assert (before.model, before.hardware, before.version) == ("SIM-1", "rev B", "1.0.0")
        assert await update(driver, IMAGE) == "2.0.0"
        driver.close()
    assert one.application is not None
    assert one.application.content == PAYLOAD


async def test_lost_answers_and_power_cuts_cost_time_alone(profile: Profile) -> None:
    one = unit(UnitFaults(lost_answers=frozenset({2}), power_cuts=frozenset({7}), off_s=0.2))
    async with bus_of(one) as bus:
        await asyncio.sleep(0.1)
        driver = driver_for(line_to(bus, 9), profile)
        assert await update(driver, IMAGE) == "2.0.0"
        driver.close()


async def test_a_transfer_goes_on_at_the_last_record_that_the_device_has(profile: Profile) -> None:
    async with bus_of(unit()) as bus:
        await asyncio.sleep(0.1)
        driver = driver_for(line_to(bus, 9), profile)
        chunks = driver.chunks(IMAGE)
        await driver.begin(IMAGE, 0)
        for number in range(4):
            await driver.send(number, chunks[number])
        driver.close()
        again = driver_for(line_to(bus, 9), profile)
        assert await again.begin(IMAGE, 4) == 4
        other = FirmwareImage(make_image("SIM-1", "2.0.0", PAYLOAD[::-1]))
        assert await again.begin(other, 4) == 0
        await transfer(again, IMAGE, chunks, 0)
        await again.finish()
        assert (await again.probe()).version == "2.0.0"
        again.close()


async def test_an_image_for_another_model_is_refused_and_the_old_firmware_runs_on(profile: Profile) -> None:
    async with bus_of(unit()) as bus:
        await asyncio.sleep(0.1)
        driver = driver_for(line_to(bus, 9), profile)
        with pytest.raises(ImageRefused, match="refuses the image: refused"):
            await update(driver, FirmwareImage(make_image("SIM-2", "2.0.0", PAYLOAD[:500])))
        assert (await driver.probe()).version == "1.0.0"
        driver.close()


async def test_a_record_before_the_memory_is_erased_is_a_lost_transfer(profile: Profile) -> None:
    async with bus_of(unit()) as bus:
        await asyncio.sleep(0.1)
        driver = driver_for(line_to(bus, 9), profile)
        with pytest.raises(TransferLost, match="exception 2"):
            await driver.send(0, driver.chunks(IMAGE)[0])
        driver.close()


async def test_a_silent_device_is_no_answer(profile: Profile) -> None:
    async with bus_of() as bus:
        driver = driver_for(line_to(bus, 9), profile)
        with pytest.raises(NoFirmwareAnswer):
            await driver.probe()
        driver.close()


def test_no_record_reaches_into_the_next_file(profile: Profile) -> None:
    driver = driver_for(DeviceLine(1, FAST, lambda _: pytest.fail("opened")), profile, FileRecords(number=4, records=100, longest=60))
    image = FirmwareImage(bytes(range(250)) * 2)
    chunks = driver.chunks(image)
    assert [len(one) for one in chunks] == [120, 80, 120, 80, 100]
    assert b"".join(chunks) == image.content
    assert [driver._place(number) for number in range(5)] == [(4, 0), (4, 60), (5, 0), (5, 60), (6, 0)]


def test_an_odd_image_is_filled_up_and_an_empty_one_refused(profile: Profile) -> None:
    driver = driver_for(DeviceLine(1, FAST, lambda _: pytest.fail("opened")), profile)
    assert driver.chunks(FirmwareImage(b"abc")) == [b"abc\xff"]
    with pytest.raises(ImageRefused):
        driver.chunks(FirmwareImage(b""))
