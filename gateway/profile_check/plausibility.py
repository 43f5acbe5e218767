"""Judges the values of a live device: whether they are plausible for their units. Pure."""

import math
from fractions import Fraction
from typing import Literal

from gateway.model.batch import Value
from gateway.model.profile import SIZE_BYTES, Point, Profile
from gateway.model.quality import Quality, is_bad

_RANGES: dict[str, tuple[float, float]] = {
    "V": (0, 100_000), "A": (-10_000, 10_000), "W": (-1e8, 1e8), "kW": (-1e5, 1e5), "V.A": (-1e8, 1e8), "kV.A": (-1e5, 1e5),
    "V.A{reactive}": (-1e8, 1e8), "kV.A{reactive}": (-1e5, 1e5), "W.h": (-1e13, 1e13), "kW.h": (-1e10, 1e10), "Hz": (0, 1e6),
    "%": (0, 1000), "1": (-1000, 1000), "Cel": (-100, 300), "deg": (-360, 720), "m/s": (0, 150), "km/h": (-400, 400), "hPa": (200, 1300),
    "mm[Hg]": (150, 975), "lx": (0, 300_000), "[ppm]": (0, 100_000), "s": (0, 1e10),
}  # fmt: skip
"""The widest ranges of street-level devices; values beyond them were misread."""

_SMALLEST_FLOAT = 1e-5
"""A smaller float other than 0 is not a measurement, but has its words in the wrong order."""


def is_plausible(point: Point, value: Value) -> bool:
    """Return whether a value (in the point's unit) can be a measurement; texts and states always can."""
    if value is None or isinstance(value, str | bool):
        return True
    if not math.isfinite(value) or (point.type.startswith("float") and 0 < abs(value) < _SMALLEST_FLOAT):
        return False
    low, high = _RANGES.get(point.unit or "", (-math.inf, math.inf))
    return low <= value <= high and not _is_round(point, value)


def _is_round(point: Point, value: float) -> bool:
    """Return whether the low word of a long integer is 0 and its high word is not, which hardly ever happens by chance."""
    if not point.type.startswith(("int", "uint")) or SIZE_BYTES[point.type] <= 2 or point.bits is not None:
        return False
    raw = round((Fraction(value) - Fraction(point.offset or 0)) / Fraction(point.scale or 1))
    return raw != 0 and raw % 0x10000 == 0


def other_word_order(profile: Profile, point: Point) -> Literal["big", "little"] | None:
    """Return the word order that a Modbus point does not have, or None if it is a single register or not a number."""
    if profile.modbus is None or SIZE_BYTES.get(point.type, 0) <= 2 or point.type in ("int24", "uint24"):
        return None
    return "little" if (point.word_order or profile.modbus.word_order) == "big" else "big"


def suspicion(profile: Profile, point: Point, value: Value, code: int, swapped: Value) -> str | None:
    """Return what is suspicious about a value (in the point's unit), or None.

    Args:
        profile: the product.
        point: the point.
        value: its value as read; None if it has none.
        code: the quality of the value.
        swapped: the value as read with the other word order, if it was.
    """
    doubtful = value is None or not is_plausible(point, value)
    if doubtful and swapped is not None and swapped != value and other_word_order(profile, point) and is_plausible(point, swapped):
        return f"wrong word order? with the words swapped it is {swapped}"
    if code == Quality.BadOutOfRange:
        return f"out of its range ({point.min} to {point.max})" if point.min is not None or point.max is not None else "out of range"
    if code == Quality.BadConfigurationError:
        return "refused: the device has no such register"
    if is_bad(code):
        return None if code == Quality.BadSensorFailure else "no response"
    return "not plausible for its unit" if doubtful and value is not None else None
