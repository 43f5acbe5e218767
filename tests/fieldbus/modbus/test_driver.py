"""Frames: the specification's examples byte by byte, and what noise around an answer comes to."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.fieldbus.codec.checksums import crc16
from gateway.fieldbus.modbus.pdu import Response, read_request
from gateway.fieldbus.modbus.rtu_frames import RtuFrames
from gateway.fieldbus.modbus.tcp_frames import TcpFrames


def test_the_crc_is_the_specifications() -> None:
    # Modbus over Serial Line V1.02, section 6.2.2: the frame 02 07 has the CRC 41 12, sent low byte first.
    assert crc16(bytes.fromhex("0207")) == bytes.fromhex("4112")


def test_reads_have_the_bytes_of_the_specification() -> None:
    # Modbus Application Protocol V1.1b3, sections 6.1, 6.2, 6.3, 6.4: the requests of the examples.
    assert read_request(1, 1, 19, 19).pdu.hex(" ") == "01 00 13 00 13"
    assert read_request(1, 2, 196, 22).pdu.hex(" ") == "02 00 c4 00 16"
    assert read_request(1, 3, 107, 3).pdu.hex(" ") == "03 00 6b 00 03"
    assert read_request(1, 4, 8, 1).pdu.hex(" ") == "04 00 08 00 01"


def test_answers_have_the_lengths_of_the_specification() -> None:
    assert [read_request(1, *one).size for one in ((1, 19, 19), (2, 196, 22), (3, 107, 3), (4, 8, 1))] == [5, 5, 8, 4]


def test_the_mbap_header_is_the_specifications() -> None:
    # Modbus Messaging on TCP/IP V1.0b, section 3.1.3: transaction, protocol 0, length that counts the unit, unit.
    framing: TcpFrames[object] = TcpFrames()
    assert framing.request(read_request(255, 4, 8, 1), "who asked").hex(" ") == "00 01 00 00 00 06 ff 04 00 08 00 01"
    assert framing.feed(bytes.fromhex("000100000005ff0402000a")) == [("who asked", Response(b"\x00\x0a", None))]


def rtu(frame: str) -> bytes:
    body = bytes.fromhex(frame)
    return body + crc16(body)


REQUEST = read_request(0x11, 3, 0x6B, 3)
GOOD = rtu("11 03 06 ae 41 56 52 43 40")


def asked() -> RtuFrames:
    framing = RtuFrames()
    framing.request(REQUEST)
    return framing


@given(st.binary(max_size=40), st.binary(max_size=40), st.integers(1, 9))
def test_an_answer_is_found_whatever_stands_around_it_and_however_it_is_cut(before: bytes, after: bytes, piece: int) -> None:
    framing, data = asked(), before + GOOD + after
    answers = [framing.feed(data[start : start + piece]) for start in range(0, len(data), piece)]
    assert [answer for answer in answers if answer is not None] == [Response(GOOD[3:-2], None)]


@pytest.mark.parametrize(
    "frame",
    [rtu("12 03 06 ae 41 56 52 43 40"), rtu("11 04 06 ae 41 56 52 43 40"), rtu("11 03 04 ae 41 56 52"), rtu("11 03 08 ae 41 56 52 43 40 00 00"),
     GOOD[:-1] + b"\x00", GOOD[:-1]],
    ids=["another unit", "another function", "shorter", "longer", "a bad CRC", "cut off"],
)  # fmt: skip
def test_a_frame_that_does_not_fit_its_request_is_no_answer(frame: bytes) -> None:
    framing = asked()
    assert framing.feed(frame) is None
    assert framing.unmatched


def test_an_exception_is_an_answer() -> None:
    assert asked().feed(rtu("11 83 02")) == Response(b"", 2)


def test_what_came_before_the_request_is_forgotten() -> None:
    framing = asked()
    framing.feed(GOOD[:5])
    framing.request(REQUEST)
    assert framing.feed(GOOD[5:]) is None
    assert framing.feed(GOOD) == Response(GOOD[3:-2], None)


def test_an_answer_counts_once() -> None:
    framing = asked()
    assert framing.feed(GOOD) is not None
    assert framing.feed(GOOD) is None


def test_noise_never_fills_the_memory_and_the_next_answer_is_found() -> None:
    framing, noise = asked(), random.Random(7)
    for _ in range(2000):
        assert framing.feed(noise.randbytes(100)) is None
    assert framing.feed(GOOD) == Response(GOOD[3:-2], None)


def test_a_late_answer_to_an_older_tcp_request_is_passed_over() -> None:
    framing: TcpFrames[object] = TcpFrames()
    framing.request(REQUEST, 1)
    assert framing.give_up() == 1
    framing.request(REQUEST, 2)
    late, right = bytes.fromhex("000100000009110306000000000000"), bytes.fromhex("000200000009110306ae4156524340")
    assert framing.feed(late) == []
    assert (framing.late, framing.foreign) == (1, 0)
    assert framing.feed(right[:4]) == []
    assert framing.feed(right[4:]) == [(2, Response(bytes.fromhex("ae4156524340"), None))]


def test_two_tcp_frames_in_one_piece_are_told_apart() -> None:
    framing: TcpFrames[object] = TcpFrames()
    framing.request(REQUEST, 1)
    assert framing.give_up() == 1
    framing.request(REQUEST, 2)
    late, right = bytes.fromhex("000100000009110306000000000000"), bytes.fromhex("000200000003118304")
    assert framing.feed(late + right) == [(2, Response(b"", 4))]


@pytest.mark.parametrize("junk", ["0001000100060103", "00010000ffff0103", "00010000000101"])
def test_what_is_no_tcp_frame_asks_for_a_new_connection(junk: str) -> None:
    framing: TcpFrames[object] = TcpFrames()
    framing.request(REQUEST, None)
    with pytest.raises(ValueError, match="not a Modbus TCP frame"):
        framing.feed(bytes.fromhex(junk) + bytes(8))


@given(st.binary(max_size=300))
def test_random_bytes_are_no_answer(data: bytes) -> None:
    assert asked().feed(data) is None or GOOD[:3] in data
    framing: TcpFrames[object] = TcpFrames()
    framing.request(REQUEST, None)
    try:
        framing.feed(data)
    except ValueError:
        return
