"""Modbus requests, and the shape of the response that each expects. Pure.

Source: Modbus Application Protocol V1.1b3, section 6 (functions), section 7 (exceptions); Modbus over Serial Line V1.02, section 2.2
(broadcast is unit 0, gets no response, and is for writes only).
"""

import struct
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

BROADCAST = 0
_READ_DEVICE_IDENTIFICATION = (0x2B, 0x0E)
_OBJECTS = {0: "VendorName", 1: "ProductCode", 2: "MajorMinorRevision", 4: "ProductName", 5: "ModelName"}
_LONGEST_PDU_BYTES = 253
_LONGEST_WRITE_REGISTERS, _LONGEST_WRITE_BITS = 123, 1968
_LONGEST_READ_WRITE_REGISTERS = 121

Measure = Callable[[bytes], int | None]
"""Returns the length of a response PDU from its first bytes, or None while too few have arrived."""


class Request(NamedTuple):
    """One request to one unit, and how to recognise its response.

    `head` is how the response PDU begins, `size` its length in bytes, `skip` the number of bytes before its data.
    """

    unit: int
    pdu: bytes
    head: bytes
    size: int | Measure
    skip: int = 1

    @property
    def function(self) -> int:
        """The function code."""
        return self.pdu[0]

    @property
    def longest_response_bytes(self) -> int:
        """The longest that the response PDU may be."""
        return self.size if isinstance(self.size, int) else _LONGEST_PDU_BYTES

    def response_size(self, pdu: bytes | bytearray) -> int | None:
        """Return the length of the response PDU that begins with these bytes, or None while too few have arrived."""
        return self.size if isinstance(self.size, int) else self.size(bytes(pdu))


class Response(msgspec.Struct, frozen=True, gc=False):
    """The response to a request: its data bytes, or the code of a Modbus exception."""

    data: bytes
    exception: int | None


def read_request(unit: int, function: int, address: int, count: int) -> Request:
    """Build a read of `count` registers (functions 3, 4) or bits (1, 2)."""
    size = (count + 7) // 8 if function in (1, 2) else 2 * count
    return Request(unit, struct.pack(">BHH", function, address, count), bytes((function, size)), 2 + size, 2)


def write_coil(unit: int, address: int, *, on: bool) -> Request:
    """Build a write of one coil (function 5)."""
    return _echoed(unit, struct.pack(">BHH", 5, address, 0xFF00 if on else 0))


def write_register(unit: int, address: int, value: int) -> Request:
    """Build a write of one register (function 6)."""
    return _echoed(unit, struct.pack(">BHH", 6, address, value))


def write_coils(unit: int, address: int, states: Sequence[bool]) -> Request:
    """Build a write of several coils (function 15).

    Raises:
        ValueError: there are no states, or more than 1968.
    """
    _check_count(len(states), _LONGEST_WRITE_BITS, "coils")
    packed = sum(1 << number for number, on in enumerate(states) if on).to_bytes((len(states) + 7) // 8, "little")
    pdu = struct.pack(">BHHB", 15, address, len(states), len(packed)) + packed
    return Request(unit, pdu, pdu[:5], 5)


def write_registers(unit: int, address: int, values: Sequence[int]) -> Request:
    """Build a write of several registers (function 16).

    Raises:
        ValueError: there are no values, or more than 123.
    """
    _check_count(len(values), _LONGEST_WRITE_REGISTERS, "registers")
    pdu = struct.pack(f">BHHB{len(values)}H", 16, address, len(values), 2 * len(values), *values)
    return Request(unit, pdu, pdu[:5], 5)


def mask_write(unit: int, address: int, and_mask: int, or_mask: int) -> Request:
    """Build a change of single bits of a register (function 22): (current AND and_mask) OR (or_mask AND NOT and_mask)."""
    return _echoed(unit, struct.pack(">BHHH", 22, address, and_mask, or_mask))


def read_write(unit: int, address: int, count: int, write_address: int, values: Sequence[int]) -> Request:
    """Build a write of registers followed by a read of registers (function 23).

    Raises:
        ValueError: there are no values to write, or more than 121.
    """
    _check_count(len(values), _LONGEST_READ_WRITE_REGISTERS, "registers")
    pdu = struct.pack(f">BHHHHB{len(values)}H", 23, address, count, write_address, len(values), 2 * len(values), *values)
    return Request(unit, pdu, bytes((23, 2 * count)), 2 + 2 * count, 2)


def read_identification(unit: int, category: int = 1, first_object: int = 0) -> Request:
    """Build a read of the device identification (function 43, MEI type 14): category 1 basic, 2 regular, 3 extended, 4 one object."""
    pdu = bytes((*_READ_DEVICE_IDENTIFICATION, category, first_object))
    return Request(unit, pdu, pdu[:3], _identification_size, 1)


def identification_objects(data: bytes) -> dict[int, bytes]:
    """Unpack the objects of an identification response by number: 0 vendor, 1 product code, 2 revision, and so on."""
    found, at = {}, 6
    while at + 2 <= len(data):
        found[data[at]] = data[at + 2 : at + 2 + data[at + 1]]
        at += 2 + data[at + 1]
    return found


def identification_texts(data: bytes) -> dict[str, str]:
    """Unpack the objects of an identification response that have a name (section 6.21), as texts by name."""
    return {_OBJECTS[number]: text.decode("latin-1") for number, text in identification_objects(data).items() if number in _OBJECTS}


def read_file(unit: int, records: Sequence[tuple[int, int, int]]) -> Request:
    """Build a read of file records (function 20): each is a file number, a record number, and a length in registers."""
    groups = b"".join(struct.pack(">BHHH", 6, *record) for record in records)
    return Request(unit, bytes((20, len(groups))) + groups, bytes((20,)), counted(1), 2)


def file_records(data: bytes) -> list[bytes]:
    """Unpack the records of the response to a read of file records."""
    found, at = [], 0
    while at + 1 < len(data):
        found.append(data[at + 2 : at + 1 + data[at]])
        at += 1 + data[at]
    return found


def write_file(unit: int, records: Sequence[tuple[int, int, bytes]]) -> Request:
    """Build a write of file records (function 21): each is a file number, a record number, and its registers as bytes."""
    groups = b"".join(struct.pack(">BHHH", 6, file, record, len(data) // 2) + data for file, record, data in records)
    return _echoed(unit, bytes((21, len(groups))) + groups)


def vendor_request(unit: int, code: int, data: bytes, size: int | Measure) -> Request:
    """Build a request with a vendor-specific function code; `size` is the length of the response PDU, the function code included."""
    return Request(unit, bytes((code,)) + data, bytes((code,)), size)


def counted(at: int) -> Measure:
    """Return the measure of a response whose byte `at` counts the bytes that follow it."""
    return lambda pdu: at + 1 + pdu[at] if len(pdu) > at else None


def _identification_size(pdu: bytes) -> int | None:
    """Measure an identification response (section 6.21) by walking its objects."""
    if len(pdu) < 7:
        return None
    at = 7
    for _ in range(pdu[6]):
        if len(pdu) < at + 2:
            return None
        at += 2 + pdu[at + 1]
    return at


def _echoed(unit: int, pdu: bytes) -> Request:
    """Return a request that the device confirms by repeating it."""
    return Request(unit, pdu, pdu, len(pdu))


def _check_count(count: int, most: int, what: str) -> None:
    if not 0 < count <= most:
        raise ValueError(f"{count} {what} can't be written in one request; write 1 to {most}")
