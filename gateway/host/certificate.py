"""When certificates are valid, read from their DER without a library for X.509."""

import ssl
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

_SEQUENCE, _UTC_TIME, _GENERALIZED_TIME, _VERSION = 0x30, 0x17, 0x18, 0xA0


class Validity(NamedTuple):
    """From when until when a certificate is valid, in milliseconds since 1970."""

    begins_ms: int
    ends_ms: int


def ends_ms(path: Path) -> int:
    """Return when the first certificate of a PEM file expires, in milliseconds since 1970.

    Raises:
        OSError: The file can't be read.
        ValueError: It is not a certificate.
    """
    return validities(path)[0].ends_ms


def validities(path: Path) -> list[Validity]:
    """Return the validity of each certificate of a PEM file, in order: that of the owner comes before its chain.

    Raises:
        OSError: The file can't be read.
        ValueError: There is no certificate in it, or one is damaged.
    """
    _, *blocks = path.read_text(encoding="utf-8", errors="replace").split(_BEGIN)
    try:
        found = [_validity(ssl.PEM_cert_to_DER_cert(f"{_BEGIN}{block.partition(_END)[0]}{_END}\n")) for block in blocks]
    except IndexError as error:
        raise ValueError("it is damaged") from error
    if not found:
        raise ValueError("there is none in it")
    return found


_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def _validity(der: bytes) -> Validity:
    """Read `validity` of X.509 (RFC 5280, section 4.1)."""
    fields = _parts(_inside(_inside(der, 0), 0))
    # version (optional), serial number, signature, issuer, validity
    validity = fields[4 if fields[0][0] == _VERSION else 3]
    begins, ends = (_time_ms(tag, text.decode("ascii")) for tag, text in _parts(validity[1])[:2])
    return Validity(begins, ends)


def _inside(data: bytes, place: int) -> bytes:
    tag, content = _parts(data)[place]
    if tag != _SEQUENCE:
        raise ValueError("not a certificate: a sequence is missing")
    return content


def _parts(data: bytes) -> list[tuple[int, bytes]]:
    """Return the tags and contents of DER, one level deep (X.690, section 8.1)."""
    found, at = [], 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        found.append((tag, data[at : at + length]))
        at += length
    return found


def _time_ms(tag: int, text: str) -> int:
    if tag not in (_UTC_TIME, _GENERALIZED_TIME):
        raise ValueError("not a certificate: its validity is not a time")
    if tag == _UTC_TIME:  # years below 50 are in this century (RFC 5280, section 4.1.2.5.1)
        text = ("20" if text < "50" else "19") + text
    return int(datetime.strptime(text, "%Y%m%d%H%M%S%z").timestamp() * 1000)
