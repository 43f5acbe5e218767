"""The power of a lamp."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.control.lamp_power import LampPower


@pytest.mark.parametrize(("level", "power_w"), [(0, 0.5), (25, 15.25), (50, 30), (75, 45), (100, 60), (12.5, 7.875)])
def test_the_power_is_even_between_what_was_measured(level: float, power_w: float) -> None:
    assert LampPower(60, 0.5, {50: 30}).at(level) == pytest.approx(power_w)


@given(st.floats(0, 100), st.floats(0, 100))
def test_the_mean_over_a_ramp_is_the_integral(level: float, other: float) -> None:
    power = LampPower(60, 0.5, {20: 9, 50: 30})
    parts = 4000
    integral = sum(power.at(level + (other - level) * (number + 0.5) / parts) for number in range(parts)) / parts
    assert power.between(level, other) == pytest.approx(integral, rel=1e-3)
