"""Modbus frames, without input or output: requests out, matching answers in.

Sources: Modbus over Serial Line V1.02 (RTU: section 2.5.1); Modbus Messaging on TCP/IP V1.0b (MBAP header: section 3.1.3).
"""

import struct
from typing import Generic, TypeVar

from gateway.fieldbus.codec.checksums import crc16
from gateway.fieldbus.modbus.pdu import Answer, Request

LONGEST_FRAME_BYTES = 260
_BUFFER_LIMIT_BYTES = 4096
_SHORTEST_FRAME_BYTES = 4
_MBAP, _PACK_MBAP = struct.Struct(">HHHB").unpack_from, struct.Struct(">HHHB").pack
_READS = (1, 2, 3, 4)
_ANSWERED_IN_8 = (5, 6, 15, 16)


def rtu_frame(request: Request) -> bytes:
    """Give the bytes of a request on RTU."""
    frame = bytes((request.unit,)) + request.pdu
    return frame + crc16(frame)


class RtuFraming:
    """RTU frames. An answer is found by unit, function, length and CRC at any place in what came: noise is passed over.

    With `echo` the line hears what it sends: nothing counts before the request itself has come back. On a `shared` line an answer
    that follows another master's request to the same unit is that master's.
    """

    def __init__(self, *, echo: bool = False, shared: bool = False) -> None:
        self._echo, self._shared = echo, shared
        self._buffer = bytearray()
        self._expected: Request | None = None
        self._sent = b""
        self._echo_due = False
        self._good = self._refused = b""

    def request(self, request: Request) -> bytes:
        """Give the bytes of a request, and forget whatever came before it."""
        self._buffer.clear()
        self._expected = request
        self._sent = rtu_frame(request)
        self._echo_due = self._echo
        unit = bytes((request.unit,))
        self._good, self._refused = unit + request.head, unit + bytes((request.function | 0x80,))
        return self._sent

    def give_up(self) -> None:
        """Expect nothing any more."""
        self._expected = None
        self._buffer.clear()

    @property
    def heard(self) -> bytes:
        """What came since the request and is no answer to it, its echo excepted."""
        return bytes(self._buffer)

    def feed(self, data: bytes) -> Answer | None:
        """Take bytes; give the answer once it is whole and fits the request, whatever stands around it."""
        if self._expected is None:
            return None
        self._buffer += data
        del self._buffer[:-_BUFFER_LIMIT_BYTES]
        if self._echo_due:
            at = self._buffer.find(self._sent)
            if at < 0:
                return None
            del self._buffer[: at + len(self._sent)]
            self._echo_due = False
        return self._find(self._good, self._expected) or self._find(self._refused, None)

    def _find(self, head: bytes, request: Request | None) -> Answer | None:
        """Look for the frame that begins so and is as long as the request says (an exception, where there is no request)."""
        buffer = self._buffer
        start = buffer.find(head)
        while start >= 0:
            size = 2 if request is None else request.measure(buffer[start + 1 : start + LONGEST_FRAME_BYTES])
            if size is not None:
                frame = bytes(buffer[start : start + size + 3])
                if len(frame) == size + 3 and crc16(frame[:-2]) == frame[-2:] and not (self._shared and self._foreign_before(start)):
                    self._expected = None
                    del buffer[: start + len(frame)]
                    return Answer(b"", frame[2]) if request is None else Answer(frame[1 + request.skip : -2], None)
            start = buffer.find(head, start + 1)
        return None

    def _foreign_before(self, start: int) -> bool:
        """Tell whether another master's request to the same unit stands before a place."""
        unit = self._sent[0]
        return any(len(frame) == 8 and frame[0] == unit and frame != self._sent for frame in frames_in(bytes(self._buffer[:start])))


def frames_in(data: bytes) -> list[bytes]:
    """Find whole RTU frames of any unit in what was heard: requests and answers of the common functions, and exceptions."""
    found, at = [], 0
    while at + _SHORTEST_FRAME_BYTES <= len(data):
        size = next((size for size in _sizes(data, at) if _is_frame(data[at : at + size], size)), 0)
        if size:
            found.append(data[at : at + size])
        at += size or 1
    return found


def _sizes(data: bytes, at: int) -> tuple[int, ...]:
    function = data[at + 1]
    if function & 0x80:
        return (5,)
    if function in _READS:
        return (5 + data[at + 2], 8)
    if function in _ANSWERED_IN_8:
        return (8, 9 + data[at + 6]) if at + 6 < len(data) else (8,)
    return ()


def _is_frame(frame: bytes, size: int) -> bool:
    return len(frame) == size and crc16(frame[:-2]) == frame[-2:]


T = TypeVar("T")


class TcpFraming(Generic[T]):
    """MBAP frames. An answer must carry its request's transaction id; late answers to older requests are passed over.

    Whoever asks leaves something with each request that is given back with its answer. `late` and `foreign` count answers to requests
    that were given up, and frames that fit no request.
    """

    def __init__(self) -> None:
        self._buffer = b""
        self._expected: dict[int, tuple[Request, T]] = {}
        self._given_up: set[int] = set()
        self._transaction = 0
        self.late = 0
        self.foreign = 0

    def request(self, request: Request, left: T) -> bytes:
        """Give the bytes of a request."""
        self._transaction = transaction = (self._transaction + 1) & 0xFFFF
        self._expected[transaction] = (request, left)
        if self._given_up:
            self._given_up.discard(transaction)
        return _PACK_MBAP(transaction, 0, len(request.pdu) + 1, request.unit) + request.pdu

    def oldest(self) -> T | None:
        """Give what was left with the oldest request that waits."""
        return next(iter(self._expected.values()))[1] if self._expected else None

    def give_up(self) -> T:
        """Expect no answer to the oldest request any more; gives what was left with it."""
        transaction = next(iter(self._expected))
        self._given_up.add(transaction)
        return self._expected.pop(transaction)[1]

    def reset(self) -> list[T]:
        """Begin a new connection: nothing of the old one counts. Gives what was left with the requests that waited."""
        left = [one for _, one in self._expected.values()]
        self._buffer = b""
        self._expected.clear()
        self._given_up.clear()
        return left

    def feed(self, data: bytes) -> list[tuple[T, Answer]]:
        """Take bytes; give the answers that are whole and fit their requests, each with what was left there.

        Raises:
            ValueError: the bytes are no MBAP frames, so where the next one begins is unknown: reconnect.
        """
        if self._buffer:
            data = self._buffer + data
        found: list[tuple[T, Answer]] = []
        at, end = 0, len(data)
        while end - at >= 8:
            transaction, protocol, length, unit = _MBAP(data, at)
            if protocol != 0 or not 3 <= length <= LONGEST_FRAME_BYTES - 6:
                raise ValueError("not a Modbus TCP frame")
            if end - at < 6 + length:
                break
            expected = self._expected.get(transaction)
            answer = _answer_to(expected[0], unit, data, at + 7, at + 6 + length) if expected is not None else None
            if expected is not None and answer is not None:
                del self._expected[transaction]
                found.append((expected[1], answer))
            else:
                self._count(transaction)
            at += 6 + length
        self._buffer = data[at:]
        return found

    def _count(self, transaction: int) -> None:
        """Count a frame that answers nothing that waits."""
        if transaction in self._given_up:
            self._given_up.discard(transaction)
            self.late += 1
        else:
            self.foreign += 1


def _answer_to(request: Request, unit: int, data: bytes, at: int, end: int) -> Answer | None:
    """Give the answer in a frame's PDU, if it is one to the request."""
    if unit != request.unit:
        return None
    if data.startswith(request.head, at) and (request.size == end - at or request.measure(data[at:end]) == end - at):
        return Answer(data[at + request.skip : end], None)
    if data[at] == request.function | 0x80 and end - at == 2:
        return Answer(b"", data[at + 1])
    return None
