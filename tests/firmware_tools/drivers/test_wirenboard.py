"""Wiren Board's bootloader: whole updates over simulated lines, faults, and the frames of wb-mqtt-serial's own tests."""

import asyncio
import random
from collections.abc import Callable

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


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less long than real lines need."""
    monkeypatch.setattr("firmware_tools.drivers.wirenboard._ANSWER_S", 0.4)
    monkeypatch.setattr("firmware_tools.drivers.wirenboard._RESTART_S", 0.15)


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
    monkeypatch.setattr("firmware_tools.drivers.wirenboard._LONGEST_START_S", 2.0)
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


class ScriptedWire:
    """A wire with the frames of wb-mqtt-serial's tests: any request that is not one of them fails."""

    def __init__(self, script: dict[str, list[str]]) -> None:
        self._script = {bytes.fromhex(sent): [bytes.fromhex(one) for one in answers] for sent, answers in script.items()}
        self.sent: list[bytes] = []

    async def open(self, on_bytes: Callable[[bytes], None], on_lost: Callable[[str], None]) -> None:
        self._on_bytes = on_bytes

    def write(self, data: bytes) -> None:
        self.sent.append(data)
        answers = self._script[data]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        asyncio.get_running_loop().call_later(0.02, self._on_bytes, answer)

    def close(self) -> None: ...


READ_SIGNATURE = "2A 03 01 22 00 0C E2 22"
READ_VERSION = "2A 03 00 FA 00 10 62 2C"
WBLED = "2A 03 18 00 77 00 62 00 6C 00 65 00 64 00 00 00 00 00 00 00 00 00 00 00 00 00 00 F0 32"
VERSION_3_7_0 = "2A 03 20 00 33 00 2E 00 37 00 2E 00 30 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 4B 08"
ILLEGAL_ADDRESS = "2A 83 02 B0 F9"
IDENTITY = {
    READ_SIGNATURE: [WBLED],
    READ_VERSION: [VERSION_3_7_0, ILLEGAL_ADDRESS],  # the bootloader does not know it
    "2A 03 01 4A 00 07 22 39": ["2A 03 0E 00 31 00 2E 00 35 00 2E 00 35 00 00 00 00 74 E3"],
}
PRESERVE = {"2A 03 00 83 00 01 73 F9": ["2A 03 02 00 00 9C 42"], "2A 06 00 83 00 01 BF F9": ["2A 06 00 83 00 01 BF F9"]}
LEGACY = {"2A 03 00 83 00 01 73 F9": [ILLEGAL_ADDRESS], "2A 06 00 81 00 01 1E 39": ["2A 06 00 81 00 01 1E 39"]}
INFO_ACCEPTED, BLOCK_ACCEPTED = "2A 10 10 00 00 10 C3 1E", "2A 10 20 00 00 44 CD E1"


def info(byte: str, check: str) -> str:
    return f"2A 10 10 00 00 10 20 {byte * 32} {check}"


def block(byte: str, check: str) -> str:
    return f"2A 10 20 00 00 44 88 {byte * 136} {check}"


@pytest.mark.parametrize(
    ("content", "entering", "writing"),
    [
        # test/TFwTaskTest.FlashWithRebootPreserve.dat, with the reads of TFwTaskTest.GetInfoSuccessfulRead.dat
        (
            b"\x11" * 32 + b"\x22" * 136,
            PRESERVE,
            {info("11", "08 B7"): [INFO_ACCEPTED], block("22", "18 1F"): [BLOCK_ACCEPTED]},
        ),
        # test/TFwTaskTest.FlashWithRebootLegacy.dat, with the refused read of TFwTaskTest.GetInfoBootloaderReadFails.dat
        (
            b"\x33" * 32 + b"\x44" * 136,
            LEGACY,
            {info("33", "6F 49"): [INFO_ACCEPTED], block("44", "84 CB"): [BLOCK_ACCEPTED]},
        ),
        # test/TFwTaskTest.FlashMultipleChunks.dat
        (
            b"\x55" * 32 + b"\x66" * 136 * 3,
            PRESERVE,
            {info("55", "C5 0B"): [INFO_ACCEPTED], block("66", "F1 47"): [BLOCK_ACCEPTED]},
        ),
        # test/TFwTaskTest.FlashPartialLastChunk.dat
        (
            b"\x77" * 32 + b"\x88" * (136 + 50),
            PRESERVE,
            {
                info("77", "A2 F5"): [INFO_ACCEPTED],
                block("88", "BF 22"): [BLOCK_ACCEPTED],
                f"2A 10 20 00 00 19 32 {'88' * 50} DE A8": ["2A 10 20 00 00 19 0C 18"],
            },
        ),
    ],
    ids=["preserve", "legacy", "multiple chunks", "partial last chunk"],
)
async def test_the_frames_are_those_of_wb_mqtt_serials_tests(
    content: bytes, entering: dict[str, list[str]], writing: dict[str, list[str]]
) -> None:
    wire = ScriptedWire({sent: list(answers) for sent, answers in {**IDENTITY, **entering, **writing}.items()})
    driver = WirenBoardDriver(DeviceLine(0x2A, SerialSettings(9600, 8, "N", 2), lambda _: wire))
    await driver.enter()
    await transfer(driver, FirmwareImage(content), driver.chunks(FirmwareImage(content)))
    assert {bytes.fromhex(frame) for frame in {**entering, **writing}} <= set(wire.sent)
    blocks = [frame for frame in wire.sent if frame[2:4] == b"\x20\x00"]
    assert b"".join(frame[7:-2] for frame in blocks) == content[32:]


async def test_exception_4_is_a_success_only_if_the_answer_to_the_same_block_was_lost() -> None:
    """test/TFwTaskTest.FlashDataBlockException04AcceptedAsSuccess.dat has its frame; there, it is one whatever came before."""
    data = block("BB", "F1 48")
    wire = ScriptedWire({info("AA", "C4 AF"): [INFO_ACCEPTED], data: ["", "2A 90 04 3D CB"]})
    driver = WirenBoardDriver(DeviceLine(0x2A, SerialSettings(9600, 8, "N", 2), lambda _: wire))
    image = FirmwareImage(b"\xaa" * 32 + b"\xbb" * 136)
    await driver.begin(image, 0)
    await driver.send(0, b"\xbb" * 136)
    assert wire.sent[1:] == [bytes.fromhex(data)] * 2
    with pytest.raises(TransferLost, match="exception 4"):
        await driver.send(1, b"\xbb" * 136)
