"""Messages of the Simple Management Protocol (MCUmgr), and the lines that they are on a serial port. Pure.

Source: Zephyr, device management documentation: SMP protocol specification, SMP transport over console (base64 lines), image management
group 1, default group 0.
"""

import binascii
import struct
from typing import Any, NamedTuple

from firmware_tools.drivers.frames.cbor import CborError, decode, encode

_START, _CONTINUED, _END = b"\x06\x09", b"\x04\x14", b"\n"
_LINE_CHARACTERS = 124
"""A line has at most 127 bytes, with its two at the beginning and its end; base64 has groups of four."""

_LONGEST_BYTES = 8192
"""A packet or line that is longer is no answer to any request of ours."""

_HEAD = ">BBHHBB"
READ, WRITE = 0, 2
OS_GROUP, IMAGE_GROUP = 0, 1
RESET, IMAGE_STATE, IMAGE_UPLOAD = 5, 0, 1


class SmpMessage(NamedTuple):
    """One request or response: what is done, in which group, and its sequence number."""

    operation: int
    group: int
    command: int
    sequence: int
    content: dict[str, Any]


def packet(message: SmpMessage) -> bytes:
    """Return the bytes of a message: a header of 8 bytes, and CBOR."""
    body = encode(message.content)
    return struct.pack(_HEAD, message.operation, 0, len(body), message.group, message.sequence, message.command) + body


def lines(message: SmpMessage) -> bytes:
    """Return the lines of a message. An empty line before them ends whatever others have sent."""
    data = packet(message)
    checked = data + binascii.crc_hqx(data, 0).to_bytes(2, "big")
    text = binascii.b2a_base64(len(checked).to_bytes(2, "big") + checked, newline=False)
    parts = [text[at : at + _LINE_CHARACTERS] for at in range(0, len(text), _LINE_CHARACTERS)]
    return _END + b"".join((_CONTINUED if number else _START) + part + _END for number, part in enumerate(parts))


def message_of(data: bytes) -> SmpMessage | None:
    """Return the message of a packet; None if it is none."""
    size = struct.calcsize(_HEAD)
    if len(data) < size:
        return None
    operation, _, length, group, sequence, command = struct.unpack(_HEAD, data[:size])
    try:
        content = decode(data[size : size + length])
    except CborError:
        return None
    return SmpMessage(operation & 7, group, command, sequence, content) if isinstance(content, dict) else None


class SmpLines:
    """Finds messages in received bytes; lines that are no part of one are skipped, and damaged ones are dropped."""

    def __init__(self) -> None:
        self._line = b""
        self._packet = b""

    def feed(self, data: bytes) -> list[SmpMessage]:
        """Add received bytes; return the messages that are complete now."""
        found = []
        *whole, self._line = (self._line + data).split(_END)
        self._line = self._line[-_LONGEST_BYTES:]
        for line in whole:
            message = self._accept(line.rstrip(b"\r"))
            if message is not None:
                found.append(message)
        return found

    def _accept(self, line: bytes) -> SmpMessage | None:
        start, more = line.rfind(_START), line.rfind(_CONTINUED)
        at = max(start, more)
        if at < 0:
            return None
        try:
            part = binascii.a2b_base64(line[at + 2 :], strict_mode=True)
        except binascii.Error:
            self._packet = b""
            return None
        self._packet = part if at == start else self._packet + part
        if len(self._packet) > _LONGEST_BYTES:
            self._packet = b""
        if len(self._packet) < 2 or len(self._packet) - 2 < int.from_bytes(self._packet[:2], "big"):
            return None
        data, self._packet = self._packet[2:], b""
        return message_of(data[:-2]) if binascii.crc_hqx(data, 0) == 0 else None
