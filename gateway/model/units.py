"""UCUM units with the exact factors between them (ucum.org, table "UCUM unit atoms"), and exact scales from raw integers to values.

UCUM has no var and no dBm: they are written `V.A{reactive}` and `dB{mW}`; the annotations in braces are part of the code.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

# unit → (unit that it is a multiple of, how many of it)
_MULTIPLES: dict[str, tuple[str, Fraction]] = {
    unit: (base, Fraction(Decimal(factor)))
    for unit, base, factor in (
        ("W", "W", "1"), ("kW", "W", "1000"), ("mW", "W", "0.001"),
        ("W.h", "W.h", "1"), ("kW.h", "W.h", "1000"), ("MW.h", "W.h", "1000000"),
        ("V", "V", "1"), ("mV", "V", "0.001"), ("kV", "V", "1000"),
        ("A", "A", "1"), ("mA", "A", "0.001"),
        ("V.A", "V.A", "1"), ("kV.A", "V.A", "1000"),
        ("V.A{reactive}", "V.A{reactive}", "1"), ("kV.A{reactive}", "V.A{reactive}", "1000"),
        ("V.A.h", "V.A.h", "1"), ("kV.A.h", "V.A.h", "1000"), ("A.h", "A.h", "1"),
        ("V.A.h{reactive}", "V.A.h{reactive}", "1"), ("kV.A.h{reactive}", "V.A.h{reactive}", "1000"),
        ("Hz", "Hz", "1"), ("%", "1", "0.01"), ("1", "1", "1"), ("{count}", "{count}", "1"),
        ("s", "s", "1"), ("us", "s", "0.000001"), ("ms", "s", "0.001"), ("min", "s", "60"), ("h", "s", "3600"), ("d", "s", "86400"),
        ("Cel", "Cel", "1"), ("K", "K", "1"), ("lx", "lx", "1"),
        ("m", "m", "1"), ("cm", "m", "0.01"), ("mm", "m", "0.001"),
        ("mm/h", "mm/h", "1"), ("deg", "deg", "1"),
        ("Pa", "Pa", "1"), ("hPa", "Pa", "100"), ("kPa", "Pa", "1000"), ("mm[Hg]", "Pa", "133.322"),
        ("ug/m3", "ug/m3", "1"), ("mg/m3", "ug/m3", "1000"), ("g/m3", "ug/m3", "1000000"),
        ("[ppm]", "[ppb]", "1000"), ("[ppb]", "[ppb]", "1"),
        ("dB", "dB", "1"), ("dB[SPL]{A}", "dB[SPL]{A}", "1"), ("dB{mW}", "dB{mW}", "1"), ("W/m2", "W/m2", "1"),
        ("Ohm", "Ohm", "1"), ("By", "By", "1"), ("[ft_i]", "m", "0.3048"),
    )
}  # fmt: skip
_MULTIPLES["m/s"] = ("m/s", Fraction(1))
_MULTIPLES["km/h"] = ("m/s", Fraction(10, 36))
_MULTIPLES["[mi_i]/h"] = ("m/s", Fraction(44704, 100000))

KNOWN = frozenset(_MULTIPLES)
"""Every UCUM code that a profile can use."""

SYMBOLS = {
    "Cel": "°C",
    "V.A": "VA",
    "V.A{reactive}": "var",
    "[ppb]": "ppb",
    "[ppm]": "ppm",
    "dB[SPL]{A}": "dB(A)",
    "{count}": "",
    "1": "",
    "ug/m3": "µg/m³",
    "mg/m3": "mg/m³",
    "W/m2": "W/m²",
    "dB{mW}": "dBm",
    "deg": "°",
}
"""How units (UCUM) are written for people, where that differs."""


def factor(given: str, wanted: str) -> Fraction | None:
    """Return the exact factor that converts a value in `given` to `wanted`, or None if they measure different quantities."""
    given_base, given_size = _MULTIPLES[given]
    wanted_base, wanted_size = _MULTIPLES[wanted]
    return given_size / wanted_size if given_base == wanted_base else None


SCALE = r"-?[0-9]{1,40}(?:\.[0-9]{1,40}|/0{0,39}[1-9][0-9]{0,39})?"
"""The form of a scale: a decimal number or a fraction. Without exponent: ten characters could be a number that fills the memory."""

_SCALE = re.compile(SCALE)


def scale_of(text: str) -> Fraction:
    """Return the exact number that a scale stands for.

    Raises:
        ValueError: The text is not a scale.
    """
    if not _SCALE.fullmatch(text):
        raise ValueError(f"{text!r:.60} is not a scale: write a decimal number, or a fraction such as 1/10")
    return Fraction(text)


Number = int | float


def scaler(scale: Fraction) -> Callable[[Number], Number]:
    """Return the function that turns a raw integer into its value, correctly rounded; with scale 1, integers stay integers.

    A scale is the exact decimal number between a raw register and a value, as written in a profile (`0.1`). Dividing by its
    reciprocal returns the decimal number that people expect: 2312 times 0.1 is 231.2, not 231.20000000000002.
    """
    numerator, denominator = scale.numerator, scale.denominator
    if denominator == 1:
        return (lambda raw: raw) if numerator == 1 else (lambda raw: raw * numerator)
    if numerator == 1:
        return lambda raw: raw / denominator
    return lambda raw: raw * numerator / denominator
