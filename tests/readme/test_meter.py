"""The simulated meter of the walk answers as its profile expects, byte by byte."""

import struct

from tests.readme.meter import answer, crc, registers

VOLTAGE = bytes.fromhex("0104 0000 0002")


def test_the_checksum_is_that_of_the_specification() -> None:
    assert crc(bytes.fromhex("01 04 00 2E 00 06")) == bytes.fromhex("10 01")  # the example of the meter's profile


def test_a_value_of_two_words_comes_with_its_low_word_first() -> None:
    assert answer(VOLTAGE, registers(0.0)) == bytes((1, 4, 4)) + struct.pack(">HH", 2301, 0)


def test_what_the_meter_does_not_have_is_refused() -> None:
    assert answer(bytes.fromhex("0104 9000 0001"), registers(0.0)) == bytes.fromhex("01 84 02")


def test_the_identification_is_read_alone() -> None:
    assert answer(bytes.fromhex("0104 000B 0001"), registers(0.0))[-2:] == (341).to_bytes(2, "big")
