"""RTU frames: responses found among noise, echoes and the traffic of others."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.fieldbus.codec.checksums import crc16
from gateway.fieldbus.modbus import pdu
from gateway.fieldbus.modbus.pdu import Response, read_request
from gateway.fieldbus.modbus.rtu_frames import RtuFrames, frames_in


def rtu(frame: str) -> bytes:
    body = bytes.fromhex(frame)
    return body + crc16(body)


REQUEST = read_request(0x11, 3, 0x6B, 3)

GOOD = rtu("11 03 06 ae 41 56 52 43 40")


def waiting() -> RtuFrames:
    framing = RtuFrames()
    framing.request(REQUEST)
    return framing


@given(st.binary(max_size=40), st.binary(max_size=40), st.integers(1, 9))
def test_a_response_is_found_whatever_surrounds_it_and_however_it_is_split(before: bytes, after: bytes, piece: int) -> None:
    framing, data = waiting(), before + GOOD + after
    responses = [framing.feed(data[start : start + piece]) for start in range(0, len(data), piece)]
    assert [response for response in responses if response is not None] == [Response(GOOD[3:-2], None)]


@pytest.mark.parametrize(
    "frame",
    [rtu("12 03 06 ae 41 56 52 43 40"), rtu("11 04 06 ae 41 56 52 43 40"), rtu("11 03 04 ae 41 56 52"), rtu("11 03 08 ae 41 56 52 43 40 00 00"),
     GOOD[:-1] + b"\x00", GOOD[:-1]],
    ids=["another unit", "another function", "shorter", "longer", "a bad CRC", "cut off"],
)  # fmt: skip
def test_a_frame_that_does_not_match_the_request_is_not_its_response(frame: bytes) -> None:
    framing = waiting()
    assert framing.feed(frame) is None
    assert framing.unmatched


def test_an_exception_is_a_response() -> None:
    assert waiting().feed(rtu("11 83 02")) == Response(b"", 2)


def test_bytes_received_before_the_request_are_discarded() -> None:
    framing = waiting()
    framing.feed(GOOD[:5])
    framing.request(REQUEST)
    assert framing.feed(GOOD[5:]) is None
    assert framing.feed(GOOD) == Response(GOOD[3:-2], None)


def test_a_response_is_found_once() -> None:
    framing = waiting()
    assert framing.feed(GOOD) is not None
    assert framing.feed(GOOD) is None


def test_noise_does_not_accumulate_and_the_next_response_is_found() -> None:
    framing, noise = waiting(), random.Random(7)
    for _ in range(2000):
        assert framing.feed(noise.randbytes(100)) is None
    assert framing.feed(GOOD) == Response(GOOD[3:-2], None)


def test_a_write_is_not_confirmed_by_its_own_echo() -> None:
    """Functions 5 and 6 are confirmed by repeating the request, so on a line with echo only the second copy counts."""
    request = pdu.write_register(1, 1, 3)
    line = RtuFrames(echo=True)
    sent = line.request(request)
    assert line.feed(sent) is None
    assert line.feed(sent) == Response(bytes.fromhex("00010003"), None)


def hears_an_echo() -> RtuFrames:
    """Return the frames of a line whose echo nobody declared, after the first read on it."""
    line = RtuFrames()
    sent = line.request(REQUEST)
    assert line.feed(sent + GOOD) == Response(GOOD[3:-2], None)
    return line


def test_an_echo_that_nobody_declared_is_noticed_at_the_first_read_and_confirms_no_write() -> None:
    line = hears_an_echo()
    sent = line.request(pdu.write_register(1, 1, 3))
    assert line.feed(sent) is None
    assert line.feed(sent) == Response(bytes.fromhex("00010003"), None)


def test_a_noticed_echo_that_fails_to_appear_is_expected_no_more() -> None:
    line = hears_an_echo()
    line.request(REQUEST)
    assert line.feed(GOOD) is None
    line.give_up()
    line.request(REQUEST)
    assert line.feed(GOOD) == Response(GOOD[3:-2], None)


def test_a_broadcast_does_not_make_the_line_forget_its_echo() -> None:
    line = hears_an_echo()
    line.request(pdu.write_register(pdu.BROADCAST, 1, 3))
    line.give_up()
    assert line.echo


def test_a_declared_echo_that_fails_to_appear_is_still_expected() -> None:
    line = RtuFrames(echo=True)
    line.request(REQUEST)
    line.give_up()
    assert line.echo


def test_a_response_after_another_masters_request_belongs_to_that_master() -> None:
    request = pdu.read_request(1, 3, 0, 1)
    foreign = bytes.fromhex("01 03 00 09 00 01")
    response = bytes.fromhex("01 03 02 12 34")
    line = RtuFrames(shared=True)
    line.request(request)
    assert line.feed(foreign + crc16(foreign) + response + crc16(response)) is None
    alone = RtuFrames()
    alone.request(request)
    assert alone.feed(foreign + crc16(foreign) + response + crc16(response)) == Response(b"\x12\x34", None)


@given(st.binary(max_size=300))
def test_random_bytes_are_not_a_response(data: bytes) -> None:
    assert waiting().feed(data) is None or GOOD[:3] in data


def test_frames_of_any_unit_are_found_among_noise() -> None:
    request, response, exception = rtu("09 03 00 6b 00 03"), rtu("09 03 06 ae 41 56 52 43 40"), rtu("0a 83 02")
    echoed, several = rtu("09 06 00 01 00 03"), rtu("09 10 00 01 00 02 04 00 0a 01 02")
    frames = [request, response, exception, echoed, several]
    assert frames_in(b"\xff" + b"\x00".join(frames) + request[:-1]) == frames
