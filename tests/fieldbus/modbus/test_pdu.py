"""Requests and responses of every function, byte for byte as the Modbus Application Protocol V1.1b3 prints them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.fieldbus.codec.checksums import crc16
from gateway.fieldbus.modbus import pdu
from gateway.fieldbus.modbus.pdu import Request, Response
from gateway.fieldbus.modbus.rtu_frames import RtuFrames
from gateway.fieldbus.modbus.tcp_frames import TcpFrames

WHO = "2b 0e 01 01 00 00 03 00 16" + b"Company identification".hex() + "01 0c" + b"Product code".hex() + "02 05" + b"V2.11".hex()

EXAMPLES: dict[str, tuple[Request, str, str, bytes]] = {
    "6.1 read coils": (pdu.read_request(1, 1, 19, 19), "01 00 13 00 13", "01 03 cd 6b 05", bytes.fromhex("cd6b05")),
    "6.2 read discrete inputs": (pdu.read_request(1, 2, 196, 22), "02 00 c4 00 16", "02 03 ac db 35", bytes.fromhex("acdb35")),
    "6.3 read holding registers": (pdu.read_request(1, 3, 107, 3), "03 00 6b 00 03", "03 06 02 2b 00 00 00 64", bytes.fromhex("022b00000064")),
    "6.4 read input registers": (pdu.read_request(1, 4, 8, 1), "04 00 08 00 01", "04 02 00 0a", bytes.fromhex("000a")),
    "6.5 write single coil": (pdu.write_coil(1, 172, on=True), "05 00 ac ff 00", "05 00 ac ff 00", bytes.fromhex("00acff00")),
    "6.6 write single register": (pdu.write_register(1, 1, 3), "06 00 01 00 03", "06 00 01 00 03", bytes.fromhex("00010003")),
    "6.11 write multiple coils": (
        pdu.write_coils(1, 19, [bool(0x1CD >> n & 1) for n in range(10)]), "0f 00 13 00 0a 02 cd 01", "0f 00 13 00 0a", bytes.fromhex("0013000a")),
    "6.12 write multiple registers": (pdu.write_registers(1, 1, [10, 0x102]), "10 00 01 00 02 04 00 0a 01 02", "10 00 01 00 02", bytes.fromhex("00010002")),
    "6.14 read file record": (
        pdu.read_file(1, [(4, 1, 2), (3, 9, 2)]), "14 0e 06 00 04 00 01 00 02 06 00 03 00 09 00 02",
        "14 0c 05 06 0d fe 00 20 05 06 33 cd 00 40", bytes.fromhex("05060dfe0020050633cd0040")),
    "6.15 write file record": (
        pdu.write_file(1, [(4, 7, bytes.fromhex("06af04be100d"))]), "15 0d 06 00 04 00 07 00 03 06 af 04 be 10 0d",
        "15 0d 06 00 04 00 07 00 03 06 af 04 be 10 0d", bytes.fromhex("0d060004000700030 6af04be100d".replace(" ", ""))),
    "6.16 mask write register": (pdu.mask_write(1, 4, 0xF2, 0x25), "16 00 04 00 f2 00 25", "16 00 04 00 f2 00 25", bytes.fromhex("000400f20025")),
    "6.17 read/write multiple registers": (
        pdu.read_write(1, 3, 6, 14, [0xFF, 0xFF, 0xFF]), "17 00 03 00 06 00 0e 00 03 06 00 ff 00 ff 00 ff",
        "17 0c 00 fe 0a cd 00 01 00 03 00 0d 00 ff", bytes.fromhex("00fe0acd00010003000d00ff")),
    "6.21 read device identification": (pdu.read_identification(1), "2b 0e 01 00", WHO, bytes.fromhex(WHO)[1:]),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_request_has_the_bytes_of_the_specification(name: str) -> None:
    request, sent, _, _ = EXAMPLES[name]
    assert request.pdu.hex(" ") == sent


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_response_of_the_specification_is_found_on_rtu_and_on_tcp(name: str) -> None:
    request, _, response, data = EXAMPLES[name]
    body = bytes.fromhex(response)
    rtu = RtuFrames()
    rtu.request(request)
    frame = bytes((1,)) + body
    found = [one for byte in b"\x00\x01" + frame + crc16(frame) + b"\x55" if (one := rtu.feed(bytes((byte,)))) is not None]
    assert found == [Response(data, None)]
    tcp: TcpFrames[str] = TcpFrames()
    tcp.request(request, "mine")
    assert tcp.feed(b"\x00\x01\x00\x00" + (len(body) + 1).to_bytes(2, "big") + frame) == [("mine", Response(data, None))]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_function_may_get_an_exception(name: str) -> None:
    request, *_ = EXAMPLES[name]
    rtu = RtuFrames()
    rtu.request(request)
    refused = bytes((1, request.function | 0x80, 2))
    assert rtu.feed(refused + crc16(refused)) == Response(b"", 2)


def test_identification_objects_and_file_records_are_unpacked() -> None:
    assert pdu.identification_objects(bytes.fromhex(WHO)[1:]) == {0: b"Company identification", 1: b"Product code", 2: b"V2.11"}
    assert pdu.file_records(bytes.fromhex("05060dfe0020050633cd0040")) == [bytes.fromhex("0dfe0020"), bytes.fromhex("33cd0040")]


@given(st.binary(max_size=80))
def test_any_identification_or_file_data_is_unpacked_without_an_error(data: bytes) -> None:
    pdu.identification_objects(data)
    pdu.file_records(data)


def test_the_response_to_a_vendor_function_has_the_stated_length() -> None:
    fixed, counted = pdu.vendor_request(1, 0x42, b"", 1), pdu.vendor_request(1, 0x46, b"\x08\x00", pdu.counted(2))
    for request, response, data in ((fixed, "01 42", b""), (counted, "01 46 08 02 aa bb", bytes.fromhex("0802aabb"))):
        rtu = RtuFrames()
        rtu.request(request)
        frame = bytes.fromhex(response)
        assert rtu.feed(frame + crc16(frame)) == Response(data, None)


@pytest.mark.parametrize("count", [0, 124])
def test_a_write_of_too_many_registers_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="write 1 to 123"):
        pdu.write_registers(1, 0, [0] * count)
