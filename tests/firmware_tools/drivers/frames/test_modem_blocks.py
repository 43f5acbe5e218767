"""Blocks of XMODEM and YMODEM, against the reference's description and the simulated receiver's own CRC."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_tools.drivers.frames.modem_blocks import END_OF_BATCH, block, name_block
from gateway.simulate.bootloaders.modem import crc16


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=1024))
def test_a_block_has_its_number_its_data_and_a_crc(number: int, data: bytes) -> None:
    made = block(number, data, crc=True)
    size = 128 if len(data) <= 128 else 1024
    assert made[0] == (1 if size == 128 else 2)
    assert made[1] == number % 256
    assert made[2] == 255 - made[1]
    assert made[3 : 3 + size] == data + b"\x1a" * (size - len(data))
    assert int.from_bytes(made[-2:], "big") == crc16(made[3:-2])
    assert len(made) == size + 5


@given(st.binary(min_size=1, max_size=128))
def test_a_block_for_an_old_receiver_has_a_sum(data: bytes) -> None:
    made = block(1, data, crc=False)
    assert made[-1] == sum(made[3:-1]) % 256
    assert len(made) == 132


@pytest.mark.parametrize(("name", "size", "begin"), [("fw.bin", 4096, b"fw.bin\x004096 "), ("è" * 200, 1, b"?" * 100 + b"\x001 ")])
def test_the_first_block_of_ymodem_has_name_and_size(name: str, size: int, begin: bytes) -> None:
    made = name_block(name, size)
    assert made[:3] == b"\x01\x00\xff"
    assert made[3:-2] == begin.ljust(128, b"\0")


def test_the_last_block_of_ymodem_has_no_name() -> None:
    assert b"\x01\x00\xff" + bytes(130) == END_OF_BATCH
