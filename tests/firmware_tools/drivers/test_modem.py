"""XMODEM and YMODEM: whole updates over simulated lines, faults, and Debian's lrzsz as the other end in both directions."""

import asyncio
import contextlib
import os
import random
import termios
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from firmware_tools.drivers.application import Application
from firmware_tools.drivers.device_line import DeviceLine
from firmware_tools.drivers.modem import ModemDriver
from firmware_tools.drivers.port import FirmwareIdentity, ImageRefused, NoFirmwareAnswer, TransferLost
from firmware_tools.image.image import FirmwareImage
from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from gateway.simulate.bootloaders.generic import NO_FAULTS, make_image
from gateway.simulate.bootloaders.modem import ModemUnit
from gateway.simulate.bootloaders.unit import UnitFaults
from gateway.simulate.devices.pty import Pty
from tests.firmware_tools.drivers.lines import FAST, bus_of, line_to, transfer, update
from tests.firmware_tools.drivers.profiles import profile_of

PAYLOAD = random.Random(3).randbytes(4000)
IMAGE = FirmwareImage(make_image("SIM-1", "2.0.0", PAYLOAD))


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less long than real receivers need."""
    monkeypatch.setattr("firmware_tools.drivers.modem._ANSWER_S", 1.0)


def driver_for(line: DeviceLine, kind: str, folder: Path) -> ModemDriver:
    profile = profile_of(kind, folder)
    assert profile.firmware is not None
    return ModemDriver(line, profile, profile.firmware)


def unit(*, batch: bool = False, checksum: bool = False, version: str | None = "1.0.0", faults: UnitFaults = NO_FAULTS) -> ModemUnit:
    made = ModemUnit(9, batch=batch, checksum=checksum, version=version, baud=115200, faults=faults)
    made.restart_s = made.erase_s = 0.05
    return made


@pytest.mark.parametrize(
    ("kind", "checksum"), [("xmodem", False), ("xmodem", True), ("xmodem_1k", False), ("ymodem", False)], ids=["crc", "sum", "1k", "ymodem"]
)
async def test_a_device_is_updated_and_its_new_version_read_back(kind: str, checksum: bool, tmp_path: Path) -> None:
    one = unit(batch=kind == "ymodem", checksum=checksum)
    async with bus_of(one) as bus:
        await asyncio.sleep(0.1)
        driver = driver_for(line_to(bus, 9), kind, tmp_path)
        assert (await driver.probe()).version == "1.0.0"
        assert await update(driver, IMAGE) == "2.0.0"
        driver.close()
    assert one.application is not None
    assert one.application.content == PAYLOAD


async def test_a_device_stuck_in_its_bootloader_is_rescued(tmp_path: Path) -> None:
    async with bus_of(unit(version=None)) as bus:
        driver = driver_for(line_to(bus, 9), "xmodem_1k", tmp_path)
        assert await driver.probe() == FirmwareIdentity(in_bootloader=True)
        assert await update(driver, IMAGE) == "2.0.0"
        driver.close()


@pytest.mark.parametrize(
    "faults",
    [UnitFaults(lost_answers=frozenset({1, 3, 4})), UnitFaults(resets=frozenset({2})), UnitFaults(power_cuts=frozenset({3}), off_s=0.2)],
    ids=["lost", "reset", "cut"],
)
@pytest.mark.parametrize("kind", ["xmodem_1k", "ymodem"])
async def test_lost_answers_resets_and_power_cuts_cost_time_alone(kind: str, faults: UnitFaults, tmp_path: Path) -> None:
    async with bus_of(unit(batch=kind == "ymodem", faults=faults)) as bus:
        await asyncio.sleep(0.1)
        driver = driver_for(line_to(bus, 9), kind, tmp_path)
        assert await update(driver, IMAGE) == "2.0.0"
        driver.close()


async def test_an_image_for_another_model_leaves_the_device_in_its_bootloader(tmp_path: Path) -> None:
    async with bus_of(unit()) as bus:
        await asyncio.sleep(0.1)
        driver = driver_for(line_to(bus, 9), "xmodem_1k", tmp_path)
        with pytest.raises(NoFirmwareAnswer):
            await update(driver, FirmwareImage(make_image("SIM-2", "2.0.0", PAYLOAD[:500])))
        assert (await driver.probe()).in_bootloader
        driver.close()


async def test_a_receiver_that_lost_the_transfer_ends_it(tmp_path: Path) -> None:
    async with bus_of(unit(version=None)) as bus:
        driver = driver_for(line_to(bus, 9), "xmodem", tmp_path)
        chunks = driver.chunks(IMAGE)
        await driver.begin(IMAGE, 0)
        await driver.send(0, chunks[0])
        with pytest.raises(TransferLost, match="begin again"):
            await driver.send(5, chunks[5])
        driver.close()


def test_an_empty_image_is_refused(tmp_path: Path) -> None:
    driver = driver_for(DeviceLine(9, FAST, lambda _: pytest.fail("opened")), "xmodem", tmp_path)
    with pytest.raises(ImageRefused):
        driver.chunks(FirmwareImage(b""))


SETTINGS = SerialSettings(38400, 8, "N", 1)


@contextlib.asynccontextmanager
async def lrzsz(*command: str, folder: Path) -> AsyncIterator[tuple[Pty, asyncio.subprocess.Process]]:
    """Run a program of lrzsz at the far end of a paced line: it forgets its input after each acknowledgement, as it may on a real one."""
    pty = Pty(SETTINGS.baud)
    program = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert program.stdin is not None
    assert program.stdout is not None
    to_program, from_program = program.stdin, program.stdout

    async def forward() -> None:
        while True:
            to_program.write(await pty.read())

    async def back() -> None:
        while data := await from_program.read(256):
            await pty.send(data)

    tasks = [asyncio.create_task(forward()), asyncio.create_task(back())]
    try:
        yield pty, program
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if program.returncode is None:
            program.kill()
        await program.wait()
        pty.close()


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("xmodem", ("rx", "-q", "-c", "got.bin")),
        ("xmodem", ("rx", "-q", "got.bin")),
        ("xmodem_1k", ("rx", "-q", "-c", "got.bin")),
        ("ymodem", ("rb", "-q")),
    ],
    ids=["crc", "sum", "1k", "ymodem"],
)
async def test_lrzsz_receives_the_image(kind: str, command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(_application: Application, longest_s: float) -> None:
        """Lrzsz has no application."""

    monkeypatch.setattr(Application, "wait_until_it_runs", at_once)
    image = FirmwareImage(PAYLOAD[:2500], "got.bin")
    async with lrzsz(*command, folder=tmp_path) as (pty, program):
        driver = driver_for(DeviceLine(1, SETTINGS, lambda at: SerialWire(pty.path, at)), kind, tmp_path)
        await transfer(driver, image, driver.chunks(image))
        await driver.finish()
        assert await asyncio.wait_for(program.wait(), 20) == 0
        driver.close()
    received = (tmp_path / "got.bin").read_bytes()
    if kind == "ymodem":
        assert received == image.content
    else:
        assert received.rstrip(b"\x1a") == image.content.rstrip(b"\x1a")


@pytest.mark.parametrize(
    ("batch", "command"), [(False, ("sx", "-q")), (False, ("sx", "-q", "-k")), (True, ("sb", "-q"))], ids=["128", "1k", "ymodem"]
)
async def test_the_simulated_bootloader_receives_from_lrzsz(batch: bool, command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "image.bin").write_bytes(IMAGE.content)
    one = unit(batch=batch, version=None)
    async with bus_of(one) as bus:
        near = os.open(bus.address, os.O_RDWR | os.O_NOCTTY)
        settings = termios.tcgetattr(near)
        settings[4] = settings[5] = termios.B115200
        termios.tcsetattr(near, termios.TCSANOW, settings)
        program = await asyncio.create_subprocess_exec(
            *command, "image.bin", cwd=tmp_path, stdin=near, stdout=near, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            assert await asyncio.wait_for(program.wait(), 30) == 0
        finally:
            if program.returncode is None:
                program.kill()
                await program.wait()
            os.close(near)
        async with asyncio.timeout(10):
            while one.application is None:
                await asyncio.sleep(0.05)
    assert one.application.content == PAYLOAD
