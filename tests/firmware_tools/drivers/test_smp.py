"""MCUboot's serial recovery: whole updates over simulated lines beside other devices, faults, and smpclient against the simulated one."""

import asyncio
import random
from pathlib import Path

import pytest
from smpclient import SMPClient
from smpclient.requests.image_management import ImageStatesRead
from smpclient.transport.serial import SMPSerialTransport

from firmware_tools.drivers.device_line import DeviceLine
from firmware_tools.drivers.port import ImageRefused, NoFirmwareAnswer, TransferLost
from firmware_tools.drivers.raw_line import RawLine
from firmware_tools.drivers.smp import SmpDriver
from firmware_tools.image.image import FirmwareImage
from gateway.fieldbus.modbus.pdu import read_request
from gateway.fieldbus.modbus.rtu_frames import rtu_frame
from gateway.simulate.bootloaders.bus import BusWay
from gateway.simulate.bootloaders.generic import NO_FAULTS
from gateway.simulate.bootloaders.registers import Meter
from gateway.simulate.bootloaders.smp import SmpUnit, make_mcuboot_image
from gateway.simulate.bootloaders.unit import UnitFaults
from tests.firmware_tools.drivers.lines import FAST, bus_of, line_to, update
from tests.firmware_tools.drivers.profiles import profile_of

PAYLOAD = random.Random(5).randbytes(3001)
IMAGE = FirmwareImage(make_mcuboot_image("2.0.0", PAYLOAD))


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less long than real devices need."""
    monkeypatch.setattr("firmware_tools.drivers.smp._ANSWER_S", 0.8)


def driver_for(line: DeviceLine, folder: Path) -> SmpDriver:
    profile = profile_of("smp", folder)
    assert profile.firmware is not None
    return SmpDriver(line, profile, profile.firmware)


def unit(*, version: str | None = "1.0.0", faults: UnitFaults = NO_FAULTS) -> SmpUnit:
    made = SmpUnit(9, version=version, baud=115200, faults=faults)
    made.restart_s = made.erase_s = 0.05
    made.chunk_s = 0.002
    return made


@pytest.mark.parametrize("way", ["serial", "rtu_over_tcp"])
async def test_a_device_is_updated_and_its_new_version_read_back(way: BusWay, tmp_path: Path) -> None:
    one = unit()
    async with bus_of(one, way=way) as bus:
        await asyncio.sleep(0.1)
        driver = driver_for(line_to(bus, 9, way=way), tmp_path)
        assert (await driver.probe()).version == "1.0.0"
        assert await update(driver, IMAGE) == "2.0.0"
        driver.close()
    assert one.application is not None
    assert one.application.content == PAYLOAD


async def test_a_device_without_firmware_is_rescued(tmp_path: Path) -> None:
    async with bus_of(unit(version=None)) as bus:
        await asyncio.sleep(0.1)
        driver = driver_for(line_to(bus, 9), tmp_path)
        identity = await driver.probe()
        assert (identity.version, identity.in_bootloader) == (None, True)
        assert await update(driver, IMAGE) == "2.0.0"
        driver.close()


async def test_other_devices_are_polled_between_two_chunks(tmp_path: Path) -> None:
    meter = Meter(7, 115200)
    async with bus_of(unit(), meter) as bus:
        await asyncio.sleep(0.1)
        driver = driver_for(line_to(bus, 9), tmp_path)
        await driver.enter()
        chunks = driver.chunks(IMAGE)
        await driver.begin(IMAGE, 0)
        for number, chunk in enumerate(chunks):
            await driver.send(number, chunk)
            driver.close()
            other = RawLine(line_to(bus, 7))  # as a master sends it: whoever hears it must not mind
            await other.write(rtu_frame(read_request(7, 3, 0, 10)))
            assert len(await other.read_exactly(25, asyncio.get_running_loop().time() + 2)) == 25
            other.close()
        await driver.finish()
        assert (await driver.probe()).version == "2.0.0"
        driver.close()
    assert meter.polls == len(chunks)


@pytest.mark.parametrize(
    "faults",
    [UnitFaults(lost_answers=frozenset({1, 3})), UnitFaults(resets=frozenset({2})), UnitFaults(power_cuts=frozenset({5}), off_s=0.2)],
    ids=["lost", "reset", "cut"],
)
async def test_lost_answers_resets_and_power_cuts_cost_time_alone(faults: UnitFaults, tmp_path: Path) -> None:
    async with bus_of(unit(faults=faults)) as bus:
        await asyncio.sleep(0.1)
        driver = driver_for(line_to(bus, 9), tmp_path)
        assert await update(driver, IMAGE) == "2.0.0"
        driver.close()


async def test_a_transfer_goes_on_where_another_process_stopped(tmp_path: Path) -> None:
    async with bus_of(unit(version=None)) as bus:
        await asyncio.sleep(0.1)
        first = driver_for(line_to(bus, 9), tmp_path)
        chunks = first.chunks(IMAGE)
        await first.begin(IMAGE, 0)
        for number in range(3):
            await first.send(number, chunks[number])
        first.close()
        again = driver_for(line_to(bus, 9), tmp_path)
        assert await again.begin(IMAGE, 1) == 1
        for number in range(1, len(chunks)):
            await again.send(number, chunks[number])
        await again.finish()
        assert (await again.probe()).version == "2.0.0"
        again.close()


async def test_a_chunk_that_the_device_does_not_expect_is_a_lost_transfer(tmp_path: Path) -> None:
    async with bus_of(unit(version=None)) as bus:
        await asyncio.sleep(0.1)
        driver = driver_for(line_to(bus, 9), tmp_path)
        await driver.begin(IMAGE, 4)
        with pytest.raises(TransferLost, match="begin again"):
            await driver.send(4, driver.chunks(IMAGE)[4])
        driver.close()


async def test_an_image_with_another_key_is_refused_by_the_bootloader(tmp_path: Path) -> None:
    async with bus_of(unit()) as bus:
        await asyncio.sleep(0.1)
        driver = driver_for(line_to(bus, 9), tmp_path)
        with pytest.raises(ImageRefused, match="not signed with the key"):
            await update(driver, FirmwareImage(make_mcuboot_image("2.0.0", PAYLOAD[:500], b"other")))
        assert (await driver.probe()).in_bootloader
        driver.close()


async def test_a_silent_line_is_no_answer(tmp_path: Path) -> None:
    async with bus_of() as bus:
        driver = driver_for(line_to(bus, 9), tmp_path)
        with pytest.raises(NoFirmwareAnswer):
            await driver.probe()
        driver.close()


def test_a_file_that_is_no_image_is_refused(tmp_path: Path) -> None:
    driver = driver_for(DeviceLine(9, FAST, lambda _: pytest.fail("opened")), tmp_path)
    with pytest.raises(ImageRefused, match="no image for MCUboot"):
        driver.chunks(FirmwareImage(IMAGE.content[:-1]))


async def test_smpclient_updates_the_simulated_device() -> None:
    one = unit(version=None)
    async with bus_of(one) as bus:
        await asyncio.sleep(0.1)
        async with SMPClient(SMPSerialTransport(baudrate=115200), bus.address, timeout_s=10) as client:
            async for offset in client.upload(IMAGE.content, first_timeout_s=10):
                assert offset <= len(IMAGE.content)
            states = await client.request(ImageStatesRead())
        assert str(states).count("version='2.0.0'") == 1
        one.power_on()
        await asyncio.sleep(0.2)
    assert one.application is not None
    assert one.application.content == PAYLOAD
