"""The simulated Wiren Board bootloader does what its vendor's tools expect."""

import asyncio

import pytest

from gateway.simulate.bootloaders.generic import NO_FAULTS
from gateway.simulate.bootloaders.unit import Mode, UnitFaults
from gateway.simulate.bootloaders.wirenboard import WirenBoard, make_wbfw
from tests.simulate.bootloaders.answers import Answers, until

FILE = make_wbfw("wbled", "3.8.0", bytes(range(256)) + b"odd")
INFO, BLOCKS = FILE[:32], [FILE[at : at + 136] for at in range(32, len(FILE), 136)]
SIGNATURE, VERSION = "2a 03 01 22 00 0c", "2a 03 00 fa 00 10"


async def device(*, version: str | None = "3.7.0", faults: UnitFaults = NO_FAULTS, keeps: bool = True, baud: int = 9600) -> Answers:
    """A device that has been switched on a while ago."""
    made = WirenBoard(42, version=version, faults=faults, keeps_settings=keeps, baud=baud)
    made.restart_s = made.erase_s = made.power_on_s = 0.01
    answers = Answers(made)
    await until(made, Mode.APPLICATION if version is not None else Mode.BOOTLOADER)
    return answers


def write(address: int, data: bytes) -> str:
    return f"2a 10 {address:04x} {len(data) // 2:04x} {len(data):02x} {data.hex()}"


async def test_the_application_says_what_it_is_and_starts_the_bootloader() -> None:
    answers = await device()
    assert answers.to_request(SIGNATURE).startswith("2a 03 18 00 77 00 62 00 6c 00 65 00 64 00 00")
    assert answers.to_request(VERSION).startswith("2a 03 20 00 33 00 2e 00 37 00 2e 00 30")
    assert answers.to_request("2a 03 00 83 00 01") == "2a 03 02 00 00"
    assert answers.to_request(write(0x1000, INFO)) == "2a 90 02"
    assert answers.to_request("2a 06 00 83 00 01") == "2a 06 00 83 00 01"
    assert answers.to_request(SIGNATURE) == ""
    await until(answers.unit, Mode.BOOTLOADER)
    assert answers.to_request(SIGNATURE).startswith("2a 03 18 00 77")
    assert answers.to_request(VERSION) == "2a 83 02"


@pytest.mark.parametrize(("keeps", "register", "baud"), [(True, "83", 115200), (True, "81", 9600), (False, "81", 9600)])
async def test_the_bootloader_keeps_the_speed_only_if_asked_to(keeps: bool, register: str, baud: int) -> None:
    answers = await device(keeps=keeps, baud=115200)
    assert answers.to_request(f"2a 06 00 {register} 00 01") == f"2a 06 00 {register} 00 01"
    await until(answers.unit, Mode.BOOTLOADER)
    assert answers.unit.baud == baud


async def test_an_old_bootloader_refuses_to_keep_the_speed() -> None:
    answers = await device(keeps=False)
    assert answers.to_request("2a 06 00 83 00 01") == "2a 86 02"


async def test_blocks_are_accepted_once_in_order_and_start_the_new_firmware() -> None:
    answers = await device(version=None)
    assert answers.to_request(write(0x2000, BLOCKS[0])) == "2a 90 04"
    assert answers.to_request(write(0x1000, INFO)) == "2a 10 10 00 00 10"
    assert answers.to_request(write(0x2000, BLOCKS[0])) == "2a 10 20 00 00 44"
    assert answers.to_request(write(0x2000, BLOCKS[0])) == "2a 90 04"
    assert answers.to_request(write(0x2000, BLOCKS[2])) == "2a 90 04"
    for block in BLOCKS[1:]:
        assert answers.to_request(write(0x2000, block)) == f"2a 10 20 00 00 {len(block) // 2:02x}"
    await until(answers.unit, Mode.APPLICATION)
    assert answers.unit.application is not None
    assert answers.unit.application == ("3.8.0", bytes(range(256)) + b"odd")


async def test_firmware_for_another_signature_is_refused_and_nothing_erased() -> None:
    answers = await device()
    answers.to_request("2a 06 00 83 00 01")
    await until(answers.unit, Mode.BOOTLOADER)
    assert answers.to_request(write(0x1000, make_wbfw("wbmr6c", "1", b"x")[:32])) == "2a 90 04"
    assert answers.unit.application is not None


async def test_a_power_cut_loses_the_transfer_and_leaves_the_bootloader() -> None:
    answers = await device(version=None, faults=UnitFaults(power_cuts=frozenset({2}), off_s=0.01, lost_answers=frozenset({1})))
    answers.to_request(write(0x1000, INFO))
    assert answers.to_request(write(0x2000, BLOCKS[0])) == ""
    assert answers.to_request(write(0x2000, BLOCKS[1])) == ""
    assert answers.unit.mode is Mode.OFF
    await until(answers.unit, Mode.BOOTLOADER)
    assert answers.to_request(write(0x2000, BLOCKS[2])) == "2a 90 04"


async def test_a_device_that_is_asked_nothing_leaves_its_bootloader_by_itself() -> None:
    made = WirenBoard(42)
    made.restart_s = made.power_on_s = 0.01
    answers = Answers(made)
    await until(made, Mode.BOOTLOADER)
    await until(made, Mode.APPLICATION)
    await asyncio.sleep(0)
    assert answers.sent == []
