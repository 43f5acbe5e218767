"""Frames of real devices, byte for byte: what this project would send, and whether it recognises the response.

`worked_examples.csv` names for each where it comes from: a capture, a vendor's manual, a public test suite, or built from a table of registers.
"""

import csv
import struct
from pathlib import Path
from typing import NamedTuple

import pytest

from gateway.fieldbus.codec.checksums import crc16
from gateway.fieldbus.modbus import pdu
from gateway.fieldbus.modbus.pdu import Request, Response
from gateway.fieldbus.modbus.rtu_frames import RtuFrames, rtu_frame
from gateway.fieldbus.modbus.tcp_frames import TcpFrames


class Example(NamedTuple):
    device: str
    what: str
    origin: str
    source: str
    framing: str
    request: str
    response: str


with (Path(__file__).parent / "worked_examples.csv").open(newline="") as file:
    EXAMPLES = [Example(**row) for row in csv.DictReader(file)]
RTU = [one for one in EXAMPLES if one.framing == "rtu"]


def name(one: Example) -> str:
    return f"{one.device}: {one.what}"


def built(frame: bytes) -> Request:
    """Build the request that a frame contains."""
    unit, function = frame[0], frame[1]
    address, value = struct.unpack_from(">HH", frame, 2)
    if function in (1, 2, 3, 4):
        return pdu.read_request(unit, function, address, value)
    if function == 5 and value in (0, 0xFF00):
        return pdu.write_coil(unit, address, on=value == 0xFF00)
    if function == 6:
        return pdu.write_register(unit, address, value)
    if function == 15:
        return pdu.write_coils(unit, address, [bool(frame[7 + n // 8] >> n % 8 & 1) for n in range(value)])
    if function == 16:
        return pdu.write_registers(unit, address, struct.unpack_from(f">{value}H", frame, 7))
    # Vendor-specific: another function code, or a coil value that the specification does not have.
    return pdu.vendor_request(unit, function, frame[2:-2], len(frame) - 3)


def test_all_collected_examples_are_present() -> None:
    assert len(EXAMPLES) == 71
    assert all(one.source for one in EXAMPLES)


@pytest.mark.parametrize("one", [one for one in RTU if one.request], ids=name)
def test_a_real_request_is_what_would_be_sent(one: Example) -> None:
    frame = bytes.fromhex(one.request)
    assert rtu_frame(built(frame)) == frame


@pytest.mark.parametrize("one", [one for one in RTU if one.request and one.response], ids=name)
def test_a_real_response_matches_its_request(one: Example) -> None:
    request, response = built(bytes.fromhex(one.request)), bytes.fromhex(one.response)
    framing = RtuFrames()
    framing.request(request)
    found = framing.feed(response)
    if response[1] & 0x80:
        assert found == Response(b"", response[2])
    else:
        assert found == Response(response[1 + request.skip : -2], None)


@pytest.mark.parametrize("one", RTU, ids=name)
def test_the_checksums_of_real_frames_hold(one: Example) -> None:
    for frame in (bytes.fromhex(one.request), bytes.fromhex(one.response)):
        assert not frame or crc16(frame[:-2]) == frame[-2:]


@pytest.mark.parametrize("one", [one for one in EXAMPLES if one.framing != "rtu"], ids=name)
def test_a_real_tcp_request_is_what_would_be_sent_and_its_response_matches(one: Example) -> None:
    sent = bytes.fromhex(one.request)
    transaction = int.from_bytes(sent[:2], "big")
    framing: TcpFrames[str] = TcpFrames()
    framing._transaction = transaction - 1
    request = built(sent[6:] + bytes(2))
    assert framing.request(request, "mine") == sent
    if one.response:
        received = bytes.fromhex(one.response)
        assert framing.feed(received) == [("mine", Response(received[7 + request.skip :], None))]
