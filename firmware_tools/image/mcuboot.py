"""Images of MCUboot: what their header and trailer say. Pure.

Source: MCUboot documentation, design.md, section "Image format".
"""

import struct
from typing import NamedTuple

_MAGIC = 0x96F3B83D
_HEADER = "<IIHHIIBBHI"
_TRAILER_MAGICS = (0x6907, 0x6908)
_PROTECTED = 0x6908


class McubootImage(NamedTuple):
    """The version of an image, and its length with header and trailer."""

    version: str
    size_bytes: int


def mcuboot_image(content: bytes) -> McubootImage | None:
    """Return what an image says of itself; None if it is none, or incomplete."""
    if len(content) < struct.calcsize(_HEADER):
        return None
    magic, _, header, protected, size, _, major, minor, revision, build = struct.unpack_from(_HEADER, content)
    at = header + size
    if magic != _MAGIC or len(content) < at + 4:
        return None
    kind, length = struct.unpack_from("<HH", content, at)
    if kind == _PROTECTED:
        at += length
        if length != protected or len(content) < at + 4:
            return None
        kind, length = struct.unpack_from("<HH", content, at)
    if kind not in _TRAILER_MAGICS or len(content) < at + length or length < 4:
        return None
    version = f"{major}.{minor}.{revision}"
    return McubootImage(f"{version}.{build}" if build else version, at + length)
