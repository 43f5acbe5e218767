"""Types that `struct` does not know: BCD, strings, date-times, bit fields, 24-bit integers. Pure: bytes in, values out."""

from collections.abc import Callable
from datetime import datetime

from gateway.model.profile import DATETIMES, LAYOUT_PARTS, Point

PackedReader = Callable[[bytes], int | str | None]


def unpacker(point: Point) -> PackedReader | None:
    """Return the function that decodes a value's bytes (most significant first), or None for types that `struct` decodes.

    The function returns None for bytes that are not valid, such as a digit above 9 or a 13th month.
    """
    if point.type.startswith("bcd") and point.type not in DATETIMES:
        return bcd
    if point.type in ("int24", "uint24"):
        signed = point.type == "int24"
        return lambda data: int.from_bytes(data, "big", signed=signed)
    if point.type == "string":
        return string
    if point.type == "wide_string":
        return lambda data: string(data[1::2])
    if point.type in DATETIMES:
        layout, digits = (point.layout or "").split(), point.type == "bcd_datetime"
        return lambda data: date_time(data, layout, decimal=digits)
    return None


def bcd(data: bytes) -> int | None:
    """Decode binary-coded decimal, two digits a byte; return None if a digit is above 9."""
    text = data.hex()
    return int(text) if text.isdecimal() else None


def string(data: bytes) -> str | None:
    """Decode text up to its first NUL, without surrounding blanks; return None if it is not printable."""
    text = data.split(b"\0", 1)[0].decode("latin-1").strip(" \xff")
    return text if text.isprintable() else None


def date_time(data: bytes, layout: list[str], *, decimal: bool) -> str | None:
    """Decode a packed date-time to ISO 8601 without a time zone, as the device's clock shows it; return None if it is not valid."""
    parts = {"yyyy": 2000, "mo": 1, "dd": 1, "hh": 0, "mi": 0, "ss": 0}
    at = 0
    for name in layout:
        size = LAYOUT_PARTS[name]
        value = bcd(data[at : at + size]) if decimal else int.from_bytes(data[at : at + size], "big")
        at += size
        if name == "__":
            continue
        if value is None:
            return None
        if name == "yy":
            name, value = "yyyy", 2000 + value  # noqa: PLW2901 — a short form of the same part
        parts[name] = value
    try:
        when = datetime(parts["yyyy"], parts["mo"], parts["dd"], parts["hh"], parts["mi"], parts["ss"])  # noqa: DTZ001 — the device has no time zone
    except (ValueError, OverflowError):
        return None
    return when.isoformat()


def bit_field(point: Point) -> Callable[[int], int | None]:
    """Return the function that extracts a bit field from a number, or None if its valid bit is 0."""
    low, count, signed, valid = point.bit or 0, point.bits or 1, point.signed, point.valid_bit
    mask, half = (1 << count) - 1, 1 << count - 1

    def extract(raw: int) -> int | None:
        if valid is not None and not raw >> valid & 1:
            return None
        value = raw >> low & mask
        return value - (mask + 1) if signed and value >= half else value

    return extract
