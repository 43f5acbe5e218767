"""What an STM32's bootloader is sent, against the application note's own examples of checksums."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_tools.drivers.frames.stm32_frames import (
    EXTENDED_ERASE,
    GET,
    GO,
    MASS_ERASE,
    MASS_ERASE_EXTENDED,
    READ,
    WRITE,
    address,
    command,
    content,
    count,
    filled,
    is_application,
)
from gateway.simulate.bootloaders.stm32 import make_stm32_image


def test_commands_are_those_of_the_application_note() -> None:
    sent = [command(code).hex() for code in (GET, READ, GO, WRITE, EXTENDED_ERASE)]
    assert sent == ["00ff", "11ee", "21de", "31ce", "44bb"]
    assert (MASS_ERASE.hex(), MASS_ERASE_EXTENDED.hex()) == ("ff00", "ffff00")


@given(st.integers(0, 0xFFFFFFFF))
def test_the_bytes_of_an_address_and_its_checksum_cancel_out(place: int) -> None:
    sent = address(place)
    assert int.from_bytes(sent[:4], "big") == place
    assert sent[0] ^ sent[1] ^ sent[2] ^ sent[3] ^ sent[4] == 0


@given(st.binary(min_size=1, max_size=256))
def test_data_are_whole_words_with_their_count_and_checksum(data: bytes) -> None:
    words = filled(data)
    assert len(words) % 4 == 0
    assert words[: len(data)] == data
    assert set(words[len(data) :]) <= {0xFF}
    sent = content(words)
    assert sent[0] == len(words) - 1
    assert sent[1:-1] == words
    checksum = 0
    for byte in sent:
        checksum ^= byte
    assert checksum == 0


def test_a_count_is_one_less_than_the_length() -> None:
    assert count(256).hex() == "ff00"


@pytest.mark.parametrize(("place", "starts"), [(0x0800_0000, True), (0x0801_0000, False), (0x2000_0000, False)])
def test_an_image_starts_only_where_its_vector_table_points(place: int, starts: bool) -> None:
    assert is_application(make_stm32_image("SIM-1", "1.0", bytes(100)), place) is starts
    assert not is_application(b"", place)
    assert not is_application(b"\xff" * 64, place)
