"""Modbus frames, without input or output: requests out, matching answers in.

Sources: Modbus Application Protocol V1.1b3; Modbus over Serial Line V1.02 (RTU: section 2.5.1); Modbus Messaging on
TCP/IP V1.0b (MBAP header: section 3.1.3).
"""

import struct
from typing import NamedTuple, Protocol

LONGEST_FRAME_BYTES = 260
_BUFFER_LIMIT_BYTES = 4096


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
        table.append(crc)
    return tuple(table)


_CRC = _crc_table()


def crc16(data: bytes) -> bytes:
    """Give the two check bytes of an RTU frame, low byte first (Serial Line V1.02, section 6.2.2)."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return crc.to_bytes(2, "little")


class Request(NamedTuple):
    """One request to one unit, and how many data bytes its answer must hold."""

    unit: int
    pdu: bytes
    data_bytes: int

    @property
    def function(self) -> int:
        """The function code."""
        return self.pdu[0]


class Answer(NamedTuple):
    """An answer that fits its request: the data bytes, or the exception code that came instead."""

    data: bytes
    exception: int | None


def read_request(unit: int, function: int, address: int, count: int) -> Request:
    """Build a read of `count` registers (functions 3, 4) or bits (1, 2)."""
    size = (count + 7) // 8 if function in (1, 2) else 2 * count
    return Request(unit, struct.pack(">BHH", function, address, count), size)


class Framing(Protocol):
    """How requests and answers stand on one kind of link; holds the bytes that came since the last request."""

    def request(self, request: Request) -> bytes:
        """Give the bytes of a request, and forget whatever came before it."""
        ...

    def feed(self, data: bytes) -> Answer | None:
        """Take bytes; give the answer once it is whole and fits the request, whatever stands around it."""
        ...

    @property
    def garbled(self) -> bool:
        """Whether bytes came that were no answer to the request."""
        ...


class RtuFraming:
    """RTU frames. An answer is found by unit, function, length and CRC at any place in what came: noise is passed over."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._expected: Request | None = None

    def request(self, request: Request) -> bytes:
        """Give the bytes of a request, and forget whatever came before it."""
        self._buffer.clear()
        self._expected = request
        frame = bytes([request.unit]) + request.pdu
        return frame + crc16(frame)

    @property
    def garbled(self) -> bool:
        """Whether bytes came that were no answer to the request."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> Answer | None:
        """Take bytes; give the answer once it is whole and fits the request, whatever stands around it."""
        if self._expected is None:
            return None
        self._buffer += data
        del self._buffer[:-_BUFFER_LIMIT_BYTES]
        unit, function, size = self._expected.unit, self._expected.function, self._expected.data_bytes
        good = bytes([unit, function, size])
        refused = bytes([unit, function | 0x80])
        for head, length in ((good, 5 + size), (refused, 5)):
            start = self._buffer.find(head)
            while start >= 0:
                frame = bytes(self._buffer[start : start + length])
                if len(frame) == length and crc16(frame[:-2]) == frame[-2:]:
                    self._expected = None
                    return Answer(frame[3:-2], None) if head is good else Answer(b"", frame[2])
                start = self._buffer.find(head, start + 1)
        return None


class TcpFraming:
    """MBAP frames. An answer must carry its request's transaction id; late answers to older requests are passed over."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._expected: Request | None = None
        self._transaction = 0
        self._foreign = False

    def request(self, request: Request) -> bytes:
        """Give the bytes of a request, and forget which one was expected before."""
        self._transaction = (self._transaction + 1) & 0xFFFF
        self._expected = request
        self._foreign = False
        return struct.pack(">HHHB", self._transaction, 0, len(request.pdu) + 1, request.unit) + request.pdu

    @property
    def garbled(self) -> bool:
        """Whether bytes came that were no answer to the request."""
        return self._foreign or bool(self._buffer)

    def feed(self, data: bytes) -> Answer | None:
        """Take bytes; give the answer once it is whole and fits the request.

        Raises:
            ValueError: the bytes are no MBAP frames, so where the next one begins is unknown: reconnect.
        """
        self._buffer += data
        found = None
        while len(self._buffer) >= 7:
            transaction, protocol, length, unit = struct.unpack_from(">HHHB", self._buffer)
            if protocol != 0 or not 2 <= length <= LONGEST_FRAME_BYTES - 6:
                raise ValueError("not a Modbus TCP frame")
            if len(self._buffer) < 6 + length:
                break
            pdu = bytes(self._buffer[7 : 6 + length])
            del self._buffer[: 6 + length]
            found = self._matched(transaction, unit, pdu) or found
        return found

    def _matched(self, transaction: int, unit: int, pdu: bytes) -> Answer | None:
        expected = self._expected
        if expected is not None and (transaction, unit) == (self._transaction, expected.unit):
            whole = len(pdu) == 2 + expected.data_bytes
            if pdu[0] == expected.function and whole and pdu[1] == expected.data_bytes:
                self._expected = None
                return Answer(pdu[2:], None)
            if pdu[0] == expected.function | 0x80 and len(pdu) == 2:
                self._expected = None
                return Answer(b"", pdu[1])
        self._foreign = True
        return None
