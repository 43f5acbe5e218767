"""Energy from registers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.analytics.energy_quarters import RegisterReading, between, increase, quarter_energies, register_at, summed
from gateway.analytics.sun import Interval

Q = 900_000


def readings(*pairs: tuple[int, float]) -> list[RegisterReading]:
    return [RegisterReading(*pair) for pair in pairs]


def test_a_register_that_falls_was_set_anew() -> None:
    assert increase(readings((0, 100.0), (1, 130.0), (2, 5.0), (3, 25.0))) == 50.0


@pytest.mark.parametrize(
    ("at_ms", "found"),
    [(0, 100.0), (5, 110.0), (10, 120.0), (-1, None), (21, None)],
)
def test_a_register_is_on_the_line_between_two_readings(at_ms: int, found: float | None) -> None:
    register = register_at(readings((0, 100.0), (10, 120.0), (20, 130.0)), at_ms)
    assert (register.watt_hours if register else None) == found


def test_no_register_lies_between_two_meters() -> None:
    assert register_at(readings((0, 100.0), (10, 3.0)), 5) is None


def test_the_energy_of_a_span_counts_its_borders() -> None:
    inside = readings((10, 110.0), (90, 190.0), (150, 250.0))
    assert between(readings((0, 100.0), (100, 200.0)), inside, Interval(0, 100)) == 100.0
    assert between([None, None], inside, Interval(0, 100)) == 80.0


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=50))
def test_the_quarters_of_a_span_add_up_to_what_the_register_counts(steps: list[int]) -> None:
    register, lasts = 0.0, [RegisterReading(0, 0.0)]
    for number, step in enumerate(steps, 1):
        register += step
        lasts.append(RegisterReading(number * Q, register))
    assert sum(quarter_energies(lasts).values()) == register == increase(lasts)


def test_a_quarter_after_a_gap_or_a_new_meter_is_absent_unless_the_gateway_knows_it() -> None:
    lasts = readings((0, 10.0), (Q, 20.0), (3 * Q, 50.0), (4 * Q, 5.0))
    assert quarter_energies(lasts) == {Q: 10.0}


def test_the_energy_of_a_panel_needs_all_of_its_meters() -> None:
    assert summed([{0: 1.0, Q: 2.0}, {Q: 3.0}]) == {Q: 5.0}
    assert summed([]) == {}
