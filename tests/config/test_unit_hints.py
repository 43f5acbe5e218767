"""Hints for unknown units: a spelling of the same size, or how to convert, never a unit of another size."""

from fractions import Fraction

import pytest

from gateway.config.scalar_readers import InvalidScalar, unit
from gateway.config.unit_hints import CONVERSIONS, SPELLINGS
from gateway.model.units import KNOWN, factor


def hint(text: str) -> str:
    with pytest.raises(InvalidScalar) as error:
        unit(text, text)
    return error.value.instead


def test_millimetres_of_mercury_are_not_hectopascals() -> None:
    assert hint("mmHg") == "write 'mm[Hg]'"
    assert unit("mm[Hg]", "mm[Hg]") == "mm[Hg]"
    # UCUM: the metre of mercury column is 133.322 kPa.
    assert factor("mm[Hg]", "Pa") == Fraction(133322, 1000)


def test_a_millibar_is_a_hectopascal() -> None:
    assert hint("mbar") == "write 'hPa'"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kWh", "write 'kW.h'"),
        ("KW", "write 'kW'"),
        ("mw", "write 'mW'"),
        ("hpa", "write 'hPa'"),
        ("lux", "write 'lx'"),
        ("MW", "write 'kW' with 'scale: 1000' (1 MW is 1000 kW)"),
        ("bar", "write 'hPa' with 'scale: 1000' (1 bar is 1000 hPa)"),
        ("um", "write 'mm' with 'scale: 0.001' (1 um is 0.001 mm)"),
    ],
)
def test_a_hint_names_the_same_size_or_says_how_to_convert(text: str, said: str) -> None:
    assert hint(text) == said


@pytest.mark.parametrize("text", ["Mv", "MS", "Pascal/s", "psi", "kPas", "mW.h", "kN"])
def test_a_unit_that_is_only_similar_is_not_suggested(text: str) -> None:
    assert hint(text) == "write one of: " + ", ".join(sorted(KNOWN))


def test_every_unit_that_a_hint_names_is_known() -> None:
    assert set(SPELLINGS.values()) <= KNOWN
    assert {known for known, _ in CONVERSIONS.values()} <= KNOWN
    assert not KNOWN & (SPELLINGS.keys() | CONVERSIONS.keys())
