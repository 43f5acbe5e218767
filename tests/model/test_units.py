"""UCUM units and exact scales."""

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from gateway.model.units import factor, scaler


def test_units_convert_exactly() -> None:
    assert factor("kW.h", "W.h") == 1000
    assert factor("km/h", "m/s") == Fraction(10, 36)
    assert factor("[mi_i]/h", "km/h") == Fraction(1609344, 1_000_000)
    assert factor("mA", "A") == Fraction(1, 1000)
    assert factor("V", "A") is None


def test_scaling_gives_the_number_that_people_expect() -> None:
    assert scaler(Fraction("0.1"))(2312) == 231.2
    assert scaler(Fraction("0.001"))(-870) == -0.87
    assert scaler(Fraction(100))(123456) == 12345600
    assert scaler(Fraction("2.5"))(3) == 7.5
    assert scaler(Fraction(1))(7) == 7


@given(st.integers(-(2**31), 2**31 - 1), st.integers(0, 6))
def test_a_decimal_scale_prints_as_the_decimal_number(raw: int, digits: int) -> None:
    value = scaler(Fraction(1, 10**digits))(raw)
    assert math.isclose(float(f"{value:.{digits}f}"), value, rel_tol=0, abs_tol=0)


def test_a_unit_converted_there_and_back_is_unchanged() -> None:
    for one, other in (("hPa", "mm[Hg]"), ("kW.h", "W.h"), ("m/s", "[mi_i]/h")):
        there, back = factor(one, other), factor(other, one)
        assert there is not None
        assert back is not None
        assert there * back == 1
