"""The simulated serial line: bytes arrive whole, in order, and at the line's speed."""

import asyncio
import contextlib
import os
import termios
import tty
from collections.abc import AsyncIterator

import pytest

from gateway.simulate.devices.pty import CHUNK_BYTES, Pty


@contextlib.asynccontextmanager
async def line(baud: int = 115200, *, exact: bool = False, echo: bool = False) -> AsyncIterator[tuple[Pty, int]]:
    """A line, and the descriptor of its near end."""
    pty = Pty(baud, exact=exact, echo=echo)
    near = os.open(pty.path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(near)
    try:
        yield pty, near
    finally:
        os.close(near)
        pty.close()


async def received(near: int, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += await asyncio.to_thread(os.read, near, count)
    return data


@pytest.mark.parametrize("exact", [False, True])
async def test_bytes_pass_in_both_directions_unchanged(*, exact: bool) -> None:
    every_byte = bytes(range(256))
    async with line(exact=exact) as (pty, near):
        sending = asyncio.create_task(pty.send(every_byte))
        assert await received(near, 256) == every_byte
        await sending
        os.write(near, every_byte[:100])
        data = b""
        while len(data) < 100:
            data += await pty.read()
        assert data == every_byte[:100]


async def test_sending_and_receiving_take_the_time_of_the_characters() -> None:
    loop = asyncio.get_running_loop()
    async with line(9600) as (pty, near):
        before_s = loop.time()
        await pty.send(b"x" * 48)
        assert loop.time() - before_s >= 48 * 10 / 9600
        before_s = loop.time()
        os.write(near, b"x" * 48)
        while await pty.read() == b"":
            pass
        assert loop.time() - before_s >= CHUNK_BYTES * 10 / 9600


async def test_an_echo_returns_what_the_near_end_sends() -> None:
    async with line(echo=True) as (_, near):
        os.write(near, b"question")
        assert await received(near, 8) == b"question"


async def test_a_closed_line_sends_nothing_and_can_be_closed_twice() -> None:
    pty = Pty(9600)
    pty.close()
    await pty.send(b"x")
    pty.close()


class Noted(Pty):
    """A line that notes when bytes have reached its far end."""

    reached: asyncio.Event

    def _readable(self) -> None:
        super()._readable()
        self.reached.set()


async def test_a_device_does_not_receive_what_is_sent_at_another_speed() -> None:
    pty = Noted(9600, one_speed=True)
    pty.reached = asyncio.Event()
    near = os.open(pty.path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(near)
    try:
        for speed, sent in ((termios.B19200, b"lost"), (termios.B9600, b"received")):
            settings = termios.tcgetattr(near)
            settings[4] = settings[5] = speed
            termios.tcsetattr(near, termios.TCSANOW, settings)
            pty.reached.clear()
            os.write(near, sent)
            await asyncio.wait_for(pty.reached.wait(), 30)
        assert await asyncio.wait_for(pty.read(), 30) == b"received"
    finally:
        os.close(near)
        pty.close()
