"""A device's own application, through the points of its profile."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from firmware_tools.drivers.application import Application
from firmware_tools.drivers.port import FirmwareIdentity, NoFirmwareAnswer, UpdateUnsupported
from gateway.model.profile import FirmwarePoints, FirmwareUpdate, PointValue
from gateway.simulate.bootloaders.file_record import FileRecordUnit
from gateway.simulate.bootloaders.unit import Mode
from tests.firmware_tools.drivers.lines import bus_of, line_to
from tests.firmware_tools.drivers.profiles import profile_of


def unit() -> FileRecordUnit:
    made = FileRecordUnit(9, baud=115200)
    made.restart_s = 0.02
    return made


async def test_an_application_says_what_it_is_and_starts_its_bootloader(tmp_path: Path) -> None:
    profile, one = profile_of("xmodem", tmp_path), unit()
    assert profile.firmware is not None
    async with bus_of(one) as bus:
        await asyncio.sleep(0.1)
        application = Application(line_to(bus, 9), profile, profile.firmware)
        assert application.says_something
        assert await application.identity() == FirmwareIdentity("SIM-1", "rev B", "1.0.0")
        assert await application.value("state") == "idle"
        await application.start_bootloader()
        application.close()
    assert one.mode is not Mode.APPLICATION


async def test_a_refused_start_and_a_missing_one_are_said(tmp_path: Path) -> None:
    profile = profile_of("xmodem", tmp_path)
    async with bus_of(unit()) as bus:
        await asyncio.sleep(0.1)
        refused = FirmwareUpdate(driver="xmodem", source="tests", enter=PointValue(point="commit", value=1))
        application = Application(line_to(bus, 9), profile, msgspec.structs.replace(refused, points=FirmwarePoints(version="level")))
        assert (await application.identity()).version == "0"
        with pytest.raises(UpdateUnsupported, match="does not say how the bootloader is started"):
            await Application(line_to(bus, 9), profile, FirmwareUpdate(driver="xmodem", source="tests")).start_bootloader()
        application.close()


async def test_a_silent_application_is_waited_for_in_vain(tmp_path: Path) -> None:
    profile = profile_of("xmodem", tmp_path)
    assert profile.firmware is not None
    async with bus_of() as bus:
        application = Application(line_to(bus, 9), profile, profile.firmware, answer_s=0.1)
        with pytest.raises(NoFirmwareAnswer):
            await application.wait_until_it_runs(0.2)
        application.close()
