"""Wiren Board's bootloader: whole updates over simulated lines, faults, and the frames of wb-mqtt-serial's own tests."""

import asyncio
import random

import pytest

from firmware_tools.drivers.device_line import DeviceLine
from firmware_tools.drivers.port import ImageRefused, NoFirmwareAnswer, TransferLost, UpdateUnsupported
from firmware_tools.drivers.wirenboard import WirenBoardDriver
from firmware_tools.image.image import FirmwareImage
from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.simulate.bootloaders.bus import BusWay
from gateway.simulate.bootloaders.registers import Meter
from gateway.simulate.bootloaders.unit import UnitFaults
from gateway.simulate.bootloaders.wirenboard import WirenBoard, make_wbfw
from tests.firmware_tools.drivers.lines import bus_of, line_to, transfer, update

PAYLOAD = random.Random(1).randbytes(128 * 11 + 50)


def image(signature: str = "wbled", version: str = "3.8.0", payload: bytes = PAYLOAD) -> FirmwareImage:
    return FirmwareImage(make_wbfw(signature, version, payload), "led.wbfw")


def device(**given: object) -> WirenBoard:
    made = WirenBoard(42, **{"baud": 115200, **given})  # type: ignore[arg-type]
    made.restart_s = made.erase_s = made.power_on_s = 0.05
    made.block_s = 0.001
    return made


@pytest.mark.parametrize("way", ["serial", "rtu_over_tcp", "tcp"])
async def test_a_device_is_updated_and_its_new_version_read_back(way: BusWay) -> None:
    one = device()
    async with bus_of(one, Meter(7, 115200), way=way) as bus:
        driver = WirenBoardDriver(line_to(bus, 42, way=way))
        await asyncio.sleep(0.2)
        before = await driver.probe()
        assert (before.model, before.version, before.in_bootloader) == ("wbled", "3.7.0", False)
        assert await update(driver, image()) == "3.8.0"
        driver.close()
    assert one.application is not None
    assert one.application.content == PAYLOAD


async def test_an_older_bootloader_is_found_at_its_own_speed() -> None:
    one = device(keeps_settings=False)
    async with bus_of(one) as bus:
        driver = WirenBoardDriver(line_to(bus, 42))
        await asyncio.sleep(0.2)
        await driver.enter()
        identity = await driver.probe()
        assert (identity.model, identity.version, identity.bootloader_version, identity.in_bootloader) == ("wbled", None, "1.2.1", True)
        assert one.baud == 9600
        driver.close()


async def test_an_older_bootloader_behind_a_device_server_of_another_speed_is_not_entered() -> None:
    one = device(keeps_settings=False)
    async with bus_of(one, way="rtu_over_tcp") as bus:
        driver = WirenBoardDriver(line_to(bus, 42, way="rtu_over_tcp"))
        await asyncio.sleep(0.2)
        with pytest.raises(UpdateUnsupported, match="9600 baud only"):
            await driver.enter()
        driver.close()


async def test_a_device_without_firmware_is_rescued_at_the_bootloaders_speed() -> None:
    async with bus_of(device(version=None)) as bus:
        driver = WirenBoardDriver(line_to(bus, 42))
        await asyncio.sleep(0.1)
        assert (await driver.probe()).in_bootloader
        assert await update(driver, image(payload=PAYLOAD[:300])) == "3.8.0"
        driver.close()


@pytest.mark.parametrize(
    "faults",
    [
        UnitFaults(lost_answers=frozenset({1, 4, 5, 12})),
        UnitFaults(resets=frozenset({3})),
        UnitFaults(power_cuts=frozenset({1, 8}), off_s=0.3),
    ],
)
async def test_lost_answers_resets_and_power_cuts_cost_time_alone(faults: UnitFaults) -> None:
    one = device(faults=faults, baud=9600)
    async with bus_of(one, baud=9600) as bus:
        driver = WirenBoardDriver(line_to(bus, 42, settings=SerialSettings(9600, 8, "N", 1)))
        await asyncio.sleep(0.2)
        assert await update(driver, image(payload=PAYLOAD[: 128 * 12])) == "3.8.0"
        driver.close()
    assert one.application is not None
    assert one.application.content == PAYLOAD[: 128 * 12]


async def test_a_transfer_goes_on_where_another_process_stopped() -> None:
    one = device()
    async with bus_of(one) as bus:
        await asyncio.sleep(0.2)
        first = WirenBoardDriver(line_to(bus, 42))
        chunks = first.chunks(image())
        await first.enter()
        await first.begin(image(), 0)
        for number in range(5):
            await first.send(number, chunks[number])
        first.close()
        for resume_at in (4, 5):  # stored before or after the answer
            again = WirenBoardDriver(line_to(bus, 42))
            await again.enter()
            assert await again.begin(image(), resume_at) == resume_at
            await again.send(resume_at, chunks[resume_at])
            again.close()
        last = WirenBoardDriver(line_to(bus, 42))
        await transfer(last, image(), chunks, 6)
        await last.finish()
        assert (await last.probe()).version == "3.8.0"
        last.close()


async def test_a_device_that_lost_the_transfer_is_noticed_at_the_second_block() -> None:
    one = device()
    async with bus_of(one) as bus:
        await asyncio.sleep(0.2)
        driver = WirenBoardDriver(line_to(bus, 42))
        chunks = driver.chunks(image())
        await driver.enter()
        await driver.begin(image(), 6)
        await driver.send(6, chunks[6])
        with pytest.raises(TransferLost, match="begin again"):
            await driver.send(7, chunks[7])
        driver.close()


async def test_an_image_for_another_model_is_refused_before_anything_is_erased() -> None:
    one = device()
    async with bus_of(one) as bus:
        await asyncio.sleep(0.2)
        driver = WirenBoardDriver(line_to(bus, 42))
        await driver.enter()
        with pytest.raises(ImageRefused, match="another model"):
            await driver.begin(image("wbmr6c"), 0)
        driver.close()
    assert one.application is not None


async def test_firmware_that_does_not_start_leaves_the_device_in_its_bootloader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware_tools.drivers.wirenboard._LONGEST_START_S", 0.5)
    one = device(faults=UnitFaults(broken=True))
    async with bus_of(one) as bus:
        await asyncio.sleep(0.2)
        driver = WirenBoardDriver(line_to(bus, 42))
        with pytest.raises(TransferLost, match="stays in its bootloader"):
            await update(driver, image())
        driver.close()


async def test_a_silent_device_is_no_answer() -> None:
    async with bus_of(Meter(7, 115200)) as bus:
        driver = WirenBoardDriver(line_to(bus, 42))
        with pytest.raises(NoFirmwareAnswer, match="unit 42 did not answer"):
            await driver.probe()
        driver.close()


@pytest.mark.parametrize("content", [b"", b"x" * 32, b"x" * 101])
def test_a_file_that_is_not_wbfw_is_refused(content: bytes) -> None:
    async def nothing(_: SerialSettings) -> None: ...

    with pytest.raises(ImageRefused, match="is not a"):
        WirenBoardDriver(DeviceLine(1, SerialSettings(9600, 8, "N", 1), nothing)).chunks(FirmwareImage(content))  # type: ignore[arg-type]
