"""The expiry date of a certificate, read from its DER without a library for X.509."""

import ssl
from datetime import datetime
from pathlib import Path

_SEQUENCE, _UTC_TIME, _GENERALIZED_TIME, _VERSION = 0x30, 0x17, 0x18, 0xA0


def ends_ms(path: Path) -> int:
    """Return when a PEM certificate expires, in milliseconds since 1970 (`validity` of X.509, RFC 5280, section 4.1).

    Raises:
        OSError: The file can't be read.
        ValueError: It is not a certificate.
    """
    try:
        certificate = _inside(ssl.PEM_cert_to_DER_cert(_first(path.read_text(encoding="ascii"))), 0)
        fields = _parts(_inside(certificate, 0))
        # version (optional), serial number, signature, issuer, validity
        validity = fields[4 if fields[0][0] == _VERSION else 3]
        tag, text = _parts(validity[1])[1]
        return _time_ms(tag, text.decode("ascii"))
    except IndexError as error:
        raise ValueError(f"{path} is not a certificate") from error


def _first(text: str) -> str:
    """Return the first certificate of a file: that of the owner comes before its chain."""
    end = "-----END CERTIFICATE-----"
    return text[text.find("-----BEGIN CERTIFICATE-----") :].partition(end)[0].strip() + "\n" + end + "\n"


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
