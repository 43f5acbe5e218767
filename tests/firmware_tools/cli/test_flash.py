"""`firmware flash` in a process of its own, on a simulated line that no gateway uses."""

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from firmware_tools.flash.audit import AuditFile
from firmware_tools.flash.record_files import UpdateFiles
from gateway.host.files import user_name
from gateway.simulate.bootloaders.unit import Mode, UnitFaults
from tests.cli.command_line import ROOT
from tests.edge.firmware.updating_gateway import PAYLOAD, Street, image, street


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def sigint_is_not_ignored() -> Iterator[None]:
    """Let commands begin as from a terminal: in the background of a shell, SIGINT would be ignored until they set their handlers."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@contextlib.asynccontextmanager
async def started(place: Street, *arguments: str, language: str = "C") -> AsyncIterator[asyncio.subprocess.Process]:
    """Start the command `firmware` until the context exits."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "firmware_tools", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=place.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": language},
    )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def run(place: Street, *arguments: str, language: str = "C") -> Ended:
    """Run the command `firmware`."""
    async with started(place, *arguments, language=language) as process:
        out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Street]:
    async with street(tmp_path) as one:
        (tmp_path / "led.wbfw").write_bytes(image())
        (tmp_path / "odd.bin").write_bytes(b"x" * 101)
        yield one


async def test_a_device_is_updated_and_its_version_read_back(place: Street) -> None:
    ended = await run(place, "flash", "site.yaml", "led-1", "--image", "led.wbfw", "--json")
    assert (ended.code, ended.err) == (0, "")
    views = [json.loads(line) for line in ended.out.splitlines()]
    assert (views[-1]["result"], views[-1]["from_version"], views[-1]["read_back"]) == ("succeeded", "3.7.0", "3.9.0")
    assert place.led.application is not None
    assert place.led.application.content == PAYLOAD
    (entry,) = AuditFile(place.folder).last(5)
    assert (entry.result, entry.image) == ("succeeded", hashlib.sha256(image()).hexdigest())
    assert entry.by.startswith(user_name(os.geteuid()))


async def test_a_dry_run_says_what_would_happen_and_changes_nothing(place: Street) -> None:
    ended = await run(place, "flash", "site.yaml", "led-1", "--image", "led.wbfw", "--dry-run", language="it_IT.UTF-8")
    assert (ended.code, ended.err) == (0, "")
    assert "dispositivo   led-1 (street): wbled" in ended.out
    assert "3.7.0 -> sconosciuta" in ended.out
    assert place.led.accepted == 0
    assert not AuditFile(place.folder).last(5)


async def test_ctrl_c_stops_between_two_chunks_and_the_same_command_goes_on(place: Street) -> None:
    place.led.block_s = 0.1
    async with started(place, "flash", "site.yaml", "led-1", "--image", "led.wbfw") as process:
        while place.led.accepted < 3:
            await asyncio.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()
    assert process.returncode == 130
    assert b"go on with 'firmware flash site.yaml led-1'" in err
    (record,) = UpdateFiles(place.folder).unfinished()
    assert (record.paused, record.phase) == (True, "sending")
    sent, place.led.block_s = place.led.accepted, 0.001
    ended = await run(place, "flash", "site.yaml", "led-1")
    assert ended.code == 0, ended.err
    assert ended.out == "led-1 now runs version 3.9.0 (before: 3.7.0)\n"
    assert place.led.accepted <= len(PAYLOAD) / 128 + 1
    assert sent >= 3


async def test_a_killed_command_leaves_a_device_that_the_same_command_finishes(place: Street) -> None:
    place.led.block_s = 0.05
    async with started(place, "flash", "site.yaml", "led-1", "--image", "led.wbfw") as process:
        while place.led.accepted < 3:
            await asyncio.sleep(0.02)
        process.kill()
    assert place.led.mode is Mode.BOOTLOADER
    status = await run(place, "status", "site.yaml")
    assert status.out.startswith("led-1: sending ")
    assert (await run(place, "flash", "site.yaml", "led-1")).code == 0
    status = await run(place, "status", "site.yaml")
    assert "no update is under way" in status.out
    assert "3.7.0 -> 3.9.0  done" in status.out


async def test_a_device_without_power_in_the_middle_is_waited_for(tmp_path: Path) -> None:
    async with street(tmp_path, UnitFaults(power_cuts=frozenset({5}), off_s=1.0)) as place:
        (tmp_path / "led.wbfw").write_bytes(image())
        ended = await run(place, "flash", "site.yaml", "led-1", "--image", "led.wbfw")
        assert ended.code == 0, ended.err
        assert place.led.application is not None
        assert place.led.application.version == "3.9.0"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["led-2"], "unknown device 'led-2'; did you mean 'led-1'?"),
        (["climate", "--image", "led.wbfw"], "does not say how"),
        (["led-1"], "names no repository of firmware"),
        (["led-1", "--image", "led.wbfw", "--version", "3.9.0"], "--version is for images of a repository"),
        (["led-1", "--image", "odd.bin"], "is not a .wbfw file"),
    ],
)
async def test_what_can_t_be_done_is_said_in_a_sentence(place: Street, arguments: list[str], sentence: str) -> None:
    ended = await run(place, "flash", "site.yaml", *arguments)
    assert ended.code == 1
    assert sentence in ended.err
    assert "Traceback" not in ended.err
    assert place.led.accepted == 0


async def test_a_file_that_nobody_has_signed_is_refused_unless_the_site_allows_it(place: Street) -> None:
    place.site.write_text(place.site.read_text().replace(", unsigned: true", ""))
    ended = await run(place, "flash", "site.yaml", "led-1", "--image", "led.wbfw")
    assert ended.code == 1
    assert "nobody has signed led.wbfw" in ended.err
