"""RTU frames: requests out, matching responses in. Does no I/O.

Source: Modbus over Serial Line V1.02, section 2.5.1.
"""

from gateway.fieldbus.codec.checksums import crc16
from gateway.fieldbus.modbus.pdu import BROADCAST, Request, Response

LONGEST_FRAME_BYTES = 260
_BUFFER_LIMIT_BYTES = 4096
_SHORTEST_FRAME_BYTES = 4
_READS = (1, 2, 3, 4)
_RESPONSES_OF_8_BYTES = (5, 6, 15, 16)


def rtu_frame(request: Request) -> bytes:
    """Return the RTU frame of a request."""
    frame = bytes((request.unit,)) + request.pdu
    return frame + crc16(frame)


class RtuFrames:
    """Finds the response to a request in received bytes, by unit, function, length and CRC, at any position: noise is skipped.

    With `echo` the line receives what it sends: bytes count only after the request itself has come back. An echo that was not declared
    is noticed when a request precedes its response, and expected from then on, until it fails to appear. On a `shared` line, a response
    that follows another master's request to the same unit belongs to that master, and only a declared echo counts.
    """

    def __init__(self, *, echo: bool = False, shared: bool = False) -> None:
        self._declared, self._shared = echo, shared
        self.echo = echo
        self._buffer = bytearray()
        self._expected: Request | None = None
        self._sent = b""
        self._echo_due = False
        self._response_head = self._exception_head = b""

    def request(self, request: Request) -> bytes:
        """Return the frame to send, discard everything received before it, and expect its response."""
        self._buffer.clear()
        self._expected = request
        self._sent = rtu_frame(request)
        self._echo_due = self.echo
        unit = bytes((request.unit,))
        self._response_head, self._exception_head = unit + request.head, unit + bytes((request.function | 0x80,))
        return self._sent

    def give_up(self) -> None:
        """Stop expecting a response."""
        if self._echo_due and self._expected is not None and self._expected.unit != BROADCAST:  # nobody listens after a broadcast
            self.echo = self._declared
        self._expected = None
        self._buffer.clear()

    @property
    def unmatched(self) -> bytes:
        """The bytes received since the request (without its echo) that are not its response."""
        return bytes(self._buffer)

    def feed(self, data: bytes) -> Response | None:
        """Add received bytes; return the response once it is complete, whatever surrounds it."""
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
        return self._find(self._response_head, self._expected) or self._find(self._exception_head, None)

    def _find(self, head: bytes, request: Request | None) -> Response | None:
        """Find a frame with this head and the length that the request states; without a request, an exception."""
        buffer = self._buffer
        start = buffer.find(head)
        while start >= 0:
            size = 2 if request is None else request.response_size(buffer[start + 1 : start + LONGEST_FRAME_BYTES])
            if size is not None:
                frame = bytes(buffer[start : start + size + 3])
                if len(frame) == size + 3 and crc16(frame[:-2]) == frame[-2:] and not (self._shared and self._foreign_before(start)):
                    self._expected = None
                    self.echo = self.echo or (not self._shared and buffer.find(self._sent, 0, start) >= 0)
                    del buffer[: start + len(frame)]
                    return Response(b"", frame[2]) if request is None else Response(frame[1 + request.skip : -2], None)
            start = buffer.find(head, start + 1)
        return None

    def _foreign_before(self, start: int) -> bool:
        """Return whether another master's request to the same unit precedes a position."""
        unit = self._sent[0]
        return any(len(frame) == 8 and frame[0] == unit and frame != self._sent for frame in frames_in(bytes(self._buffer[:start])))


def frames_in(data: bytes) -> list[bytes]:
    """Find complete RTU frames of any unit: requests and responses of the common functions, and exceptions."""
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
    if function in _RESPONSES_OF_8_BYTES:
        return (8, 9 + data[at + 6]) if at + 6 < len(data) else (8,)
    return ()


def _is_frame(frame: bytes, size: int) -> bool:
    return len(frame) == size and crc16(frame[:-2]) == frame[-2:]
