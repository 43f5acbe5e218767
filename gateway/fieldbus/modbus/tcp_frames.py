"""Modbus TCP frames: requests out, matching responses in. Does no I/O.

Source: Modbus Messaging on TCP/IP V1.0b (MBAP header: section 3.1.3).
"""

import struct
from typing import Generic, TypeVar

from gateway.fieldbus.modbus.pdu import Request, Response
from gateway.fieldbus.modbus.rtu_frames import LONGEST_FRAME_BYTES

_MBAP, _PACK_MBAP = struct.Struct(">HHHB").unpack_from, struct.Struct(">HHHB").pack


_MOST_FOREIGN = 1000
"""After so many foreign frames since the last request, the other end does not speak to us; to read on would take time from other lines."""

T = TypeVar("T")


class TcpFrames(Generic[T]):
    """Matches MBAP frames to requests by transaction id; late responses to older requests are skipped.

    Each request carries a context that is returned with its response. `late` counts responses to requests that were given up,
    `foreign` frames that match no request.
    """

    def __init__(self) -> None:
        self._buffer = b""
        self._expected: dict[int, tuple[Request, T]] = {}
        self._given_up: set[int] = set()
        self._transaction = 0
        self.late = 0
        self.foreign = 0
        self._most_foreign = _MOST_FOREIGN
        self.lost_track = False
        """Whether bytes were received that are not MBAP frames, or far too many frames. The start of the next one is unknown: reconnect."""

    def request(self, request: Request, context: T) -> bytes:
        """Return the frame to send, and expect its response."""
        self._transaction = transaction = (self._transaction + 1) & 0xFFFF
        self._expected[transaction] = (request, context)
        self._most_foreign = self.foreign + _MOST_FOREIGN
        if self._given_up:
            self._given_up.discard(transaction)
        return _PACK_MBAP(transaction, 0, len(request.pdu) + 1, request.unit) + request.pdu

    def oldest(self) -> T | None:
        """Return the context of the oldest request that waits for a response."""
        return next(iter(self._expected.values()))[1] if self._expected else None

    @property
    def incomplete(self) -> bool:
        """Whether the beginning of a frame was received, and not its end."""
        return bool(self._buffer)

    def give_up(self) -> T:
        """Stop expecting a response to the oldest request, and return its context."""
        transaction = next(iter(self._expected))
        self._given_up.add(transaction)
        return self._expected.pop(transaction)[1]

    def reset(self) -> list[T]:
        """Start over for a new connection; return the contexts of the requests that were waiting."""
        contexts = [context for _, context in self._expected.values()]
        self._buffer = b""
        self._expected.clear()
        self._given_up.clear()
        self._most_foreign = self.foreign + _MOST_FOREIGN
        self.lost_track = False
        return contexts

    def feed(self, data: bytes) -> list[tuple[T, Response]]:
        """Add received bytes; return the complete responses, each with the context of its request. Sets `lost_track`; never raises."""
        if self._buffer:
            data = self._buffer + data
        found: list[tuple[T, Response]] = []
        at, end = 0, len(data)
        while end - at >= 8:
            transaction, protocol, length, unit = _MBAP(data, at)
            if protocol != 0 or not 3 <= length <= LONGEST_FRAME_BYTES - 6:
                self.lost_track = True
                break
            if end - at < 6 + length:
                break
            expected = self._expected.get(transaction)
            response = _response_to(expected[0], unit, data, at + 7, at + 6 + length) if expected is not None else None
            if expected is not None and response is not None:
                del self._expected[transaction]
                found.append((expected[1], response))
            else:
                self._count(transaction)
            at += 6 + length
        self._buffer = data[at:]
        if self.foreign > self._most_foreign:
            self.lost_track = True
        return found

    def _count(self, transaction: int) -> None:
        """Count a frame that is not the response to a waiting request."""
        if transaction in self._given_up:
            self._given_up.discard(transaction)
            self.late += 1
        else:
            self.foreign += 1


def _response_to(request: Request, unit: int, data: bytes, at: int, end: int) -> Response | None:
    """Return the response in a frame's PDU, or None if it does not fit the request."""
    if unit != request.unit:
        return None
    if data.startswith(request.head, at) and (request.size == end - at or request.response_size(data[at:end]) == end - at):
        return Response(data[at + request.skip : end], None)
    if data[at] == request.function | 0x80 and end - at == 2:
        return Response(b"", data[at + 1])
    return None
