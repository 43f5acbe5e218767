"""Server-sent events that are compressed once for all who are sent them.

A stream in gzip (RFC 1952) is a header and blocks of deflate (RFC 1951). Blocks that refer to nothing before them can follow whatever
blocks come before: each event is packed by itself, and every stream is the header and its events. It has no end that could be checked; a
browser whose stream ends connects again in any case.
"""

import zlib
from typing import NamedTuple

from gateway.web.event_stream import event

GZIP_HEADER = bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF))
"""Deflate, no flags, no time, of no particular system (RFC 1952, 2.3)."""

_LEVEL = 6
_RAW = -15
"""Blocks alone, without header and check (zlib.compressobj)."""


class PackedEvent(NamedTuple):
    """An event as it is, and as blocks of deflate."""

    plain: bytes
    packed: bytes

    @property
    def size(self) -> int:
        """Bytes of both."""
        return len(self.plain) + len(self.packed)


def packed_event(kind: str, data: object) -> PackedEvent:
    """Return an event with its data as JSON."""
    plain = event(kind, data)
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
    return PackedEvent(plain, packer.compress(plain) + packer.flush(zlib.Z_SYNC_FLUSH))
