"""Modbus frames on TCP, without input or output: requests out, matching responses in.

Source: Modbus Messaging on TCP/IP V1.0b (MBAP header: section 3.1.3).
"""

import struct
from typing import Generic, TypeVar

from gateway.fieldbus.modbus.pdu import Request, Response
from gateway.fieldbus.modbus.rtu_frames import LONGEST_FRAME_BYTES

_MBAP, _PACK_MBAP = struct.Struct(">HHHB").unpack_from, struct.Struct(">HHHB").pack


T = TypeVar("T")


class TcpFrames(Generic[T]):
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

    def feed(self, data: bytes) -> list[tuple[T, Response]]:
        """Take bytes; give the answers that are whole and fit their requests, each with what was left there.

        Raises:
            ValueError: the bytes are no MBAP frames, so where the next one begins is unknown: reconnect.
        """
        if self._buffer:
            data = self._buffer + data
        found: list[tuple[T, Response]] = []
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


def _answer_to(request: Request, unit: int, data: bytes, at: int, end: int) -> Response | None:
    """Give the answer in a frame's PDU, if it is one to the request."""
    if unit != request.unit:
        return None
    if data.startswith(request.head, at) and (request.size == end - at or request.measure(data[at:end]) == end - at):
        return Response(data[at + request.skip : end], None)
    if data[at] == request.function | 0x80 and end - at == 2:
        return Response(b"", data[at + 1])
    return None
