"""The simulated bus: its responses, its faults, and what it counts."""

import asyncio
import contextlib
import os
import struct
import tty
from collections.abc import AsyncIterator

import pytest

from gateway.simulate.devices.bus import Bus, BusPlan, BusUnit, crc, register
from gateway.simulate.devices.pty import Pty

BAUD = 115200


def request(unit: int, function: int, address: int, count: int) -> bytes:
    body = struct.pack(">BBHH", unit, function, address, count)
    return body + crc(body)


@contextlib.asynccontextmanager
async def bus(plan: BusPlan) -> AsyncIterator[tuple[Bus, int]]:
    pty = Pty(plan.baud)
    near = os.open(pty.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    tty.setraw(near)
    served = Bus(plan, pty)
    running = asyncio.create_task(served.run())
    try:
        yield served, near
    finally:
        running.cancel()
        os.close(near)
        pty.close()


async def response(near: int, count: int) -> bytes:
    """Wait for so many bytes, for ten seconds at most."""
    ready, data = asyncio.Event(), bytearray()

    def read() -> None:
        with contextlib.suppress(BlockingIOError):
            data.extend(os.read(near, 256))
        if len(data) >= count:
            ready.set()

    loop = asyncio.get_running_loop()
    loop.add_reader(near, read)
    async with asyncio.timeout(10):
        await ready.wait()
    loop.remove_reader(near)
    return bytes(data)


def test_the_crc_is_that_of_the_specification() -> None:
    """MODBUS over serial line V1.02, appendix B: the frame 02 07 ends with 41 12."""
    assert crc(b"\x02\x07") == b"\x41\x12"


def test_pairs_of_registers_are_floats() -> None:
    assert struct.unpack(">f", struct.pack(">2H", register(3, 10), register(3, 11))) == (203.625,)


async def test_a_unit_answers_with_its_registers_and_is_counted() -> None:
    async with bus(BusPlan(BAUD, 0.0, [BusUnit(unit=1)])) as (served, near):
        os.write(near, b"\xff" + request(1, 3, 4, 2))
        answer = await response(near, 9)
        assert answer[:3] == b"\x01\x03\x04"
        assert answer[-2:] == crc(answer[:-2])
        assert struct.unpack(">2H", answer[3:7]) == (register(1, 4), register(1, 5))
        assert served.report.requests == {1: 1}


@pytest.mark.parametrize(("function", "address", "code"), [(6, 0, 1), (3, 99, 2), (3, 9, 2)])
async def test_what_a_unit_does_not_have_is_an_exception(function: int, address: int, code: int) -> None:
    async with bus(BusPlan(BAUD, 0.0, [BusUnit(unit=1, registers=((0, 9),))])) as (_, near):
        os.write(near, request(1, function, address, 2))
        assert (await response(near, 5))[:3] == bytes((1, function | 0x80, code))


async def test_silent_and_unknown_units_do_not_respond() -> None:
    units = [BusUnit(unit=1, silent=((0.0, 1e9),)), BusUnit(unit=3)]
    async with bus(BusPlan(BAUD, 0.0, units)) as (served, near):
        os.write(near, request(1, 3, 0, 1) + request(2, 3, 0, 1) + request(3, 3, 0, 1))
        assert (await response(near, 7))[0] == 3
        assert served.report.requests == {1: 1, 2: 1, 3: 1}


async def test_noise_changes_one_bit_of_a_response() -> None:
    async with bus(BusPlan(BAUD, 0.0, [BusUnit(unit=1)], noise=1.0)) as (_, near):
        os.write(near, request(1, 3, 0, 1))
        answer = await response(near, 7)
        good = struct.pack(">BBBH", 1, 3, 2, register(1, 0))
        wrong = int.from_bytes(answer, "big") ^ int.from_bytes(good + crc(good), "big")
        assert wrong.bit_count() == 1
