"""QR codes: as text, and as pictures. That of an invitation contains its file, so that whatever reads the file reads the code, too."""

import io

import msgspec

from gateway.trust.enrolment import Invitation

try:
    import segno
except ImportError:  # of the extra 'centre': a gateway does not need it
    segno = None  # type: ignore[assignment]  # a module, or none

QUIET_MODULES = 4
"""The light border that a reader needs, in modules (ISO/IEC 18004, section 6.3.8)."""

_HALVES = {(False, False): " ", (False, True): "▄", (True, False): "▀", (True, True): "█"}
"""Two modules, one above the other, as one character; dark ones are drawn."""

_PNG_SCALE = 8
"""Pixels of a module: about 5 cm at 200 dots per inch."""


class QrUnavailable(Exception):
    """The library that makes QR codes is not installed; the message says what to do, in English and Italian."""

    def __init__(self) -> None:
        super().__init__("QR codes need the package segno: pip install 'street-gateway[centre]'")
        self.italian = "per i codici QR serve il pacchetto segno: pip install 'street-gateway[centre]'"


def content_of(invitation: Invitation) -> bytes:
    """Return what the code of an invitation contains."""
    return msgspec.json.encode(invitation)


def qr_as_text(content: bytes) -> str:
    """Return the code as lines of half-block characters, for dark characters on a light ground."""
    rows = [[bool(module) for module in row] for row in _code(content).matrix_iter(border=QUIET_MODULES)]
    rows += [[False] * len(rows[0])] * (len(rows) % 2)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(_HALVES[pair] for pair in zip(above, below, strict=True)) for above, below in pairs)


def qr_as_svg(content: bytes) -> bytes:
    """Return the code as an SVG picture that fills what it is put into."""
    return _saved(content, "svg", scale=1, omitsize=True, light="#fff", xmldecl=False)


def qr_as_png(content: bytes) -> bytes:
    """Return the code as a PNG picture."""
    return _saved(content, "png", scale=_PNG_SCALE)


def _saved(content: bytes, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    _code(content).save(out, kind=kind, border=QUIET_MODULES, **options)
    return out.getvalue()


def _code(content: bytes) -> "segno.QRCode":
    """Return the code, with the error correction that survives a scratch (level M, 15 %).

    Raises:
        QrUnavailable: The library is not installed.
    """
    if segno is None:
        raise QrUnavailable
    return segno.make_qr(content, error="m", boost_error=False)
