"""The bytes of a piece as they are sent. Pure.

The header is 22 bytes, big-endian: the format (2), the number of the request (4), where the piece begins in the file (8), and how large
the file is (8), all bits of which are set if there is no such file. The rest is the piece.
"""

import struct
from typing import NamedTuple

PIECE_BYTES_MOST = 16 << 10
"""The broker and the modem carry other messages between two of them; a gateway ignores messages of more than 64 KiB."""

_HEADER = struct.Struct(">HIQQ")
_FORMAT = 1
_ABSENT = 2**64 - 1


class Piece(NamedTuple):
    """A piece of a file, as an answer to a request.

    Attributes:
        request: The number of the request.
        offset: Where it begins in the file.
        total: How large the file is; None if there is no such file.
        content: Its bytes.
    """

    request: int
    offset: int
    total: int | None
    content: bytes


def packed(piece: Piece) -> bytes:
    """Return the payload of a piece."""
    total = _ABSENT if piece.total is None else piece.total
    return _HEADER.pack(_FORMAT, piece.request, piece.offset, total) + piece.content


def unpacked(payload: bytes) -> Piece:
    """Return the piece in a payload.

    Raises:
        ValueError: It is none, or too large.
    """
    if not _HEADER.size <= len(payload) <= _HEADER.size + PIECE_BYTES_MOST:
        raise ValueError(f"a piece has {_HEADER.size} to {_HEADER.size + PIECE_BYTES_MOST} bytes, not {len(payload)}")
    kind, request, offset, total = _HEADER.unpack_from(payload)
    if kind != _FORMAT:
        raise ValueError(f"a piece of an unknown format: {kind}")
    return Piece(request, offset, None if total == _ABSENT else total, payload[_HEADER.size :])
