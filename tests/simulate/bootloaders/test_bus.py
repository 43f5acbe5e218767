"""A bus of simulated devices: its ways, and the speeds at which devices hear."""

import asyncio
import os
import termios
import tty

import pytest

from gateway.simulate.bootloaders.bus import BusWay, serving
from gateway.simulate.bootloaders.registers import Meter
from gateway.simulate.devices.bus import crc

REQUEST = bytes.fromhex("07 03 00 02 00 01")
ANSWER = bytes.fromhex("07 03 02 00 02")


async def received(near: int, count: int, within_s: float) -> bytes:
    data = b""
    os.set_blocking(near, False)
    for _ in range(round(within_s / 0.01)):
        try:
            data += os.read(near, 64)
        except BlockingIOError:
            await asyncio.sleep(0.01)
        if len(data) >= count:
            break
    return data


async def test_a_device_hears_and_is_heard_at_its_own_speed_alone() -> None:
    async with serving([Meter(7, 19200)]) as bus:
        await asyncio.sleep(0)
        near = os.open(bus.address, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(near)
        for speed, wanted in ((termios.B9600, b""), (termios.B19200, ANSWER + crc(ANSWER))):
            settings = termios.tcgetattr(near)
            settings[4] = settings[5] = speed
            termios.tcsetattr(near, termios.TCSANOW, settings)
            os.write(near, REQUEST + crc(REQUEST))
            assert await received(near, 7, 8.0 if wanted else 0.2) == wanted
        os.close(near)


@pytest.mark.parametrize(
    ("way", "sent", "answer"),
    [
        ("rtu_over_tcp", REQUEST + crc(REQUEST), ANSWER + crc(ANSWER)),
        ("tcp", b"\x12\x34\0\0\0\x06" + REQUEST, b"\x12\x34\0\0\0\x05" + ANSWER),
    ],
)
async def test_a_bus_can_be_behind_a_device_server(way: BusWay, sent: bytes, answer: bytes) -> None:
    async with serving([Meter(7, 9600)], way=way) as bus:
        host, _, port = bus.address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(sent)
        assert await asyncio.wait_for(reader.readexactly(len(answer)), 20) == answer
        writer.close()
