"""Modbus TCP frames: responses matched to requests by transaction id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.fieldbus.modbus.pdu import Response, read_request
from gateway.fieldbus.modbus.tcp_frames import TcpFrames

REQUEST = read_request(0x11, 3, 0x6B, 3)


def test_the_mbap_header_matches_the_specification() -> None:
    # Modbus Messaging on TCP/IP V1.0b, section 3.1.3: transaction, protocol 0, length that counts the unit, unit.
    framing: TcpFrames[object] = TcpFrames()
    assert framing.request(read_request(255, 4, 8, 1), "context").hex(" ") == "00 01 00 00 00 06 ff 04 00 08 00 01"
    assert framing.feed(bytes.fromhex("000100000005ff0402000a")) == [("context", Response(b"\x00\x0a", None))]


def test_a_late_response_to_an_older_request_is_skipped() -> None:
    framing: TcpFrames[object] = TcpFrames()
    framing.request(REQUEST, 1)
    assert framing.give_up() == 1
    framing.request(REQUEST, 2)
    late, right = bytes.fromhex("000100000009110306000000000000"), bytes.fromhex("000200000009110306ae4156524340")
    assert framing.feed(late) == []
    assert (framing.late, framing.foreign) == (1, 0)
    assert framing.feed(right[:4]) == []
    assert framing.feed(right[4:]) == [(2, Response(bytes.fromhex("ae4156524340"), None))]


def test_two_frames_in_one_piece_are_separated() -> None:
    framing: TcpFrames[object] = TcpFrames()
    framing.request(REQUEST, 1)
    assert framing.give_up() == 1
    framing.request(REQUEST, 2)
    late, right = bytes.fromhex("000100000009110306000000000000"), bytes.fromhex("000200000003118304")
    assert framing.feed(late + right) == [(2, Response(b"", 4))]


@pytest.mark.parametrize("junk", ["0001000100060103", "00010000ffff0103", "00010000000101"])
def test_bytes_that_are_not_a_frame_require_a_new_connection(junk: str) -> None:
    framing: TcpFrames[object] = TcpFrames()
    framing.request(REQUEST, None)
    assert framing.feed(bytes.fromhex(junk) + bytes(8)) == []
    assert framing.lost_track
    framing.reset()
    assert not framing.lost_track


@pytest.mark.parametrize("split", range(1, 24))
def test_a_response_before_bytes_that_are_not_a_frame_is_returned_wherever_they_are_split(split: int) -> None:
    framing: TcpFrames[object] = TcpFrames()
    framing.request(REQUEST, "mine")
    data = bytes.fromhex("000100000009110306ae4156524340") + bytes(range(0x40, 0x48)) + b"x"
    assert framing.feed(data[:split]) + framing.feed(data[split:]) == [("mine", Response(bytes.fromhex("ae4156524340"), None))]
    assert framing.lost_track
    assert framing.oldest() is None


@given(st.binary(max_size=300))
def test_random_bytes_are_not_a_response(data: bytes) -> None:
    framing: TcpFrames[object] = TcpFrames()
    framing.request(REQUEST, None)
    assert framing.feed(data) == []


def test_a_response_of_another_unit_or_length_is_foreign() -> None:
    framing: TcpFrames[object] = TcpFrames()
    framing.request(REQUEST, "mine")
    assert framing.feed(bytes.fromhex("000100000009120306ae4156524340")) == []
    assert framing.feed(bytes.fromhex("000100000007110304ae415652")) == []
    assert framing.feed(bytes.fromhex("000700000003118302")) == []
    assert (framing.late, framing.foreign) == (0, 3)
    assert framing.oldest() == "mine"


def test_responses_may_arrive_in_any_order() -> None:
    framing: TcpFrames[object] = TcpFrames()
    framing.request(REQUEST, "first")
    framing.request(REQUEST, "second")
    second, first = bytes.fromhex("000200000003118302"), bytes.fromhex("000100000003118304")
    assert framing.feed(second) == [("second", Response(b"", 2))]
    assert framing.oldest() == "first"
    assert framing.feed(first) == [("first", Response(b"", 4))]
    assert framing.oldest() is None


def test_a_new_connection_returns_the_waiting_contexts_and_knows_nothing_of_the_old_one() -> None:
    framing: TcpFrames[object] = TcpFrames()
    framing.request(REQUEST, 1)
    framing.request(REQUEST, 2)
    framing.feed(b"\x00\x01\x00")
    assert framing.reset() == [1, 2]
    assert framing.oldest() is None
    frame = framing.request(REQUEST, 3)
    assert framing.feed(frame[:2] + bytes.fromhex("00000003118302")) == [(3, Response(b"", 2))]


def test_frames_without_end_that_nobody_asked_for_require_a_new_connection() -> None:
    framing: TcpFrames[object] = TcpFrames()
    foreign = bytes.fromhex("00ff00000003118302")
    for _ in range(3):
        framing.request(REQUEST, None)
        assert framing.feed(foreign * 900) == []
        assert not framing.lost_track
    assert framing.feed(foreign * 200) == []
    assert framing.lost_track
    framing.reset()
    framing.request(REQUEST, None)
    assert framing.feed(foreign) == []
    assert not framing.lost_track
