"""The bytes of a line, read with a time limit."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from firmware_tools.drivers.device_line import DeviceLine
from firmware_tools.drivers.raw_line import RawLine
from gateway.fieldbus.wire.port import WireError
from gateway.fieldbus.wire.serial_port import SerialWire
from gateway.simulate.devices.pty import Pty
from tests.firmware_tools.drivers.lines import FAST


@contextlib.asynccontextmanager
async def line(*, echo: bool = False) -> AsyncIterator[tuple[RawLine, Pty]]:
    pty = Pty(FAST.baud, echo=echo)
    raw = RawLine(DeviceLine(1, FAST, lambda at: SerialWire(pty.path, at), echo=echo))
    try:
        yield raw, pty
    finally:
        raw.close()
        pty.close()


def soon(seconds: float = 5.0) -> float:
    return asyncio.get_running_loop().time() + seconds


async def test_bytes_are_read_one_by_one_or_together() -> None:
    async with line() as (raw, pty):
        await raw.write(b"?")
        assert await pty.read() == b"?"
        await pty.send(b"abcdef")
        assert await raw.read(soon(), 1) == b"a"
        assert await raw.read_exactly(3, soon()) == b"bcd"
        assert await raw.read_exactly(9, soon(0.1)) == b"ef"
        assert await raw.read(soon(0.02)) == b""


async def test_what_a_line_receives_of_what_it_sends_is_no_answer() -> None:
    async with line(echo=True) as (raw, pty):
        await raw.write(b"question")
        assert await pty.read() == b"question"
        await asyncio.sleep(0.05)
        await pty.send(b"answer")
        assert await raw.read_exactly(6, soon()) == b"answer"
        raw._echo += b"never sent"
        await pty.send(b"more")
        assert await raw.read_exactly(4, soon()) == b"more"


async def test_noise_is_dropped_until_the_line_is_quiet() -> None:
    async with line() as (raw, pty):
        await raw.write(b"?")
        noise = asyncio.create_task(pty.send(b"x" * 400))
        await raw.drop_until_quiet(0.3)
        await noise
        assert await raw.read(soon(0.05)) == b""


async def test_a_line_that_is_never_quiet_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware_tools.drivers.raw_line._LONGEST_NOISE_S", 0.2)
    async with line() as (raw, pty):
        await raw.write(b"?")
        noise = asyncio.create_task(pty.send(b"x" * 100_000))
        async with asyncio.timeout(20):
            await raw.drop_until_quiet(30)
        noise.cancel()


async def test_a_closed_line_forgets_what_was_not_read_and_opens_again() -> None:
    async with line() as (raw, pty):
        await raw.write(b"?")
        await pty.send(b"old")
        await asyncio.sleep(0.05)
        raw.close()
        await raw.write(b"!")
        await pty.send(b"new")
        assert await raw.read_exactly(3, soon()) == b"new"


async def test_a_wire_that_fails_is_an_error_and_can_be_opened_again() -> None:
    async with line() as (raw, pty):
        await raw.write(b"?")
        assert await pty.read() == b"?"
        raw._lose("unplugged")
        with pytest.raises(WireError, match="unplugged"):
            await raw.read(soon())
        await raw.write(b"!")
        assert await pty.read() == b"!"
