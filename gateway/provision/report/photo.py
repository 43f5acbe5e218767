"""The photo of an installation: a JPEG within bounds, recognised by its content, without anything but the picture. Pure.

ITU-T T.81, annex B: a JPEG is a sequence of segments, each with a marker and mostly a length; entropy-coded data follows a scan's header
up to the next marker. Where a phone was is in a segment APP1 (Exif), and its second pictures come after the end of the first.
"""

import hashlib
from typing import NamedTuple

from gateway.model.messages import ReportedPhoto

PHOTO_MOST_BYTES = 250_000
"""What the local API accepts at once, and a report of a few pages can carry."""

_SIDE_MOST = 4096
"""Pixels: a picture in a few bytes may otherwise take gigabytes to show."""

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_FRAMES = (0xC0, 0xC1, 0xC2)
"""Baseline, extended and progressive: what browsers show."""

_KEPT = (*_FRAMES, 0xC4, 0xDB, 0xDD, _SCAN)
"""Frames, and their tables: Huffman, quantisation, restart interval."""

_ADOBE, _ADOBE_NAME = 0xEE, b"Adobe"
"""How colours are coded, without which some pictures have wrong ones."""

_RESTARTS = range(0xD0, 0xD8)


class PhotoError(Exception):
    """A file is no photo that a report can have; the message says why, in English and Italian."""

    def __init__(self, english: str, italian: str) -> None:
        super().__init__(english)
        self.english, self.italian = english, italian


class Photo(NamedTuple):
    """A JPEG without metadata, and its size in pixels."""

    content: bytes
    width: int
    height: int

    def reported(self) -> ReportedPhoto:
        """Return what a report says about it."""
        return ReportedPhoto(hashlib.sha256(self.content).hexdigest(), len(self.content), self.width, self.height)


class _Segment(NamedTuple):
    marker: int
    content: bytes
    """The whole segment, with its marker, and the data of a scan."""


def photo_of(content: bytes) -> Photo:
    """Return the photo in a file, without its metadata: neither position nor camera, comments or further pictures.

    Raises:
        PhotoError: It is no JPEG, or too large.
    """
    try:
        segments = _segments(content)
        kept = [one for one in segments if one.marker in _KEPT or (one.marker == _ADOBE and one.content[4:9] == _ADOBE_NAME)]
        frame = next(one.content for one in kept if one.marker in _FRAMES)
        height, width = int.from_bytes(frame[5:7], "big"), int.from_bytes(frame[7:9], "big")
    except (IndexError, ValueError, StopIteration):
        raise PhotoError("it is no JPEG", "non è un JPEG") from None
    photo = Photo(b"\xff\xd8" + b"".join(one.content for one in kept) + b"\xff\xd9", width, height)
    if len(photo.content) > PHOTO_MOST_BYTES or not 0 < width <= _SIDE_MOST or not 0 < height <= _SIDE_MOST:
        raise PhotoError(
            f"it has {width} by {height} pixels, {len(photo.content)} bytes: make it 1280 pixels wide, at most {PHOTO_MOST_BYTES} bytes",
            f"ha {width} per {height} pixel, {len(photo.content)} byte: ridurla a 1280 pixel e {PHOTO_MOST_BYTES} byte",
        )
    return photo


def _segments(content: bytes) -> list[_Segment]:
    """Return the segments between start and end.

    Raises:
        ValueError, IndexError: It is no JPEG.
    """
    if content[:2] != bytes((0xFF, _START)):
        raise ValueError("no start of an image")
    found: list[_Segment] = []
    at = 2
    while (marker := content[at + 1]) != _END:
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if content[at] != 0xFF or marker < 0xC0 or length < 2:
            raise ValueError("no segment")
        after = at + 2 + length
        if marker == _SCAN:
            after = _end_of_scan(content, after)
        found.append(_Segment(marker, content[at:after]))
        at = after
    if not any(one.marker == _SCAN for one in found):
        raise ValueError("no scan")
    return found


def _end_of_scan(content: bytes, at: int) -> int:
    """Return where the marker after the data of a scan is; within the data, 0xFF is followed by 0, or restarts the decoder."""
    while True:
        at = content.index(b"\xff", at)
        if content[at + 1] != 0 and content[at + 1] not in _RESTARTS:
            return at
        at += 2
