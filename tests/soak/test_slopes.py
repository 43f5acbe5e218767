"""The trend of what a process holds, and what it shows. The series are synthetic."""

import random
from collections.abc import Callable
from math import inf

import pytest

from tests.soak.slopes import LEAST_POINTS, Trend, floors, trend

MINUTES = 14
"""So many pauses are in half an hour without its warm-up."""

Series = list[tuple[float, float]]


def series(value_of: Callable[[int], float], minutes: int = MINUTES) -> Series:
    return [(60.0 * minute, value_of(minute)) for minute in range(minutes)]


def drifting(chance: random.Random, dependence: float, leak: float = 0.0, minutes: int = MINUTES) -> Series:
    """Return noise of 1000 in which each minute depends on the one before, and a leak."""
    noise, found = 0.0, list[float]()
    for minute in range(minutes):
        noise = dependence * noise + chance.gauss(0.0, 1000.0) * (1 - dependence**2) ** 0.5
        found.append(100_000 + noise + leak * minute)
    return series(found.__getitem__, minutes)


def share(found: list[bool]) -> float:
    return sum(found) / len(found)


def test_a_straight_line_has_its_own_slope_and_no_interval() -> None:
    assert trend(series(lambda minute: 100.0 + 2 * minute)) == pytest.approx((2.0, 2.0, 2.0))


def test_what_stays_the_same_is_flat() -> None:
    assert trend(series(lambda _: 30.0)) == Trend(0.0, 0.0, 0.0)
    assert Trend(0.0, 0.0, 0.0).growth(0.0) == "flat"


@pytest.mark.parametrize("dependence", [0.0, 0.4])
def test_the_true_slope_lies_within_the_interval_of_nearly_all_series_also_if_pauses_depend_on_each_other(dependence: float) -> None:
    chance = random.Random(3)
    found = [trend(drifting(chance, dependence, leak=200.0)) for _ in range(500)]
    assert share([one.low <= 200.0 <= one.high for one in found]) > 0.9
    assert share([one.high < 200.0 for one in found]) < 0.06, "so often a leak just above the bound would be called flat"


def test_noise_is_never_called_flat_within_a_bound_that_it_does_not_show() -> None:
    chance = random.Random(4)
    found = [trend(drifting(chance, 0.5)).growth(bound=20.0) for _ in range(300)]
    assert found.count("grows") < 15
    assert found.count("not shown") > 150


def test_a_leak_shows_through_noise() -> None:
    chance = random.Random(5)
    found = [trend(drifting(chance, 0.5, leak=1000.0)).growth(bound=90.0) for _ in range(300)]
    assert found.count("flat") == 0
    assert found.count("grows") > 250


def test_a_single_step_or_outlier_is_no_trend() -> None:
    chance = random.Random(6)
    step = series(lambda minute: 50_000 + 8_000 * (minute >= 11) + chance.gauss(0, 20))
    outlier = series(lambda minute: 50_000 + 80_000 * (minute == 12) + chance.gauss(0, 20))
    assert abs(trend(step).per_minute) < 20
    assert abs(trend(outlier).per_minute) < 20
    assert trend(outlier).growth(bound=50.0) == "flat"


def test_steps_at_every_attack_are_a_trend() -> None:
    chance = random.Random(7)
    stairs = series(lambda minute: 50_000 + 2_000 * (minute // 3) + chance.gauss(0, 100))
    assert trend(stairs).growth(bound=90.0) == "grows"


def test_growth_that_ends_in_the_middle_is_not_called_flat() -> None:
    assert trend(series(lambda minute: 50_000 + 1_000 * min(minute, 7))).growth(bound=90.0) != "flat"


def test_a_shrinking_process_is_flat() -> None:
    assert trend(series(lambda minute: 50_000 - 100.0 * minute)).growth(bound=10.0) == "flat"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Trend(0.0, -1.0, 9.9), "flat"),
        (Trend(0.0, -1.0, 10.1), "not shown"),
        (Trend(12.0, 9.0, 15.0), "not shown"),
        (Trend(12.0, 10.1, 15.0), "grows"),
        (Trend(0.0, -inf, inf), "not shown"),
    ],
)
def test_only_an_interval_below_the_bound_shows_that_a_process_is_flat(found: Trend, said: str) -> None:
    assert found.growth(bound=10.0) == said


def test_few_noisy_points_show_nothing() -> None:
    chance = random.Random(8)
    assert trend(drifting(chance, 0.0, minutes=LEAST_POINTS)).growth(bound=100.0) == "not shown"


@pytest.mark.parametrize("points", [[], series(float, LEAST_POINTS - 1), [(1.0, float(n)) for n in range(9)]])
def test_too_few_points_have_no_trend(points: Series) -> None:
    with pytest.raises(ValueError, match=r"needs 6 points|the same time"):
        trend(points)


def test_floors_are_the_least_values_of_pauses_at_their_middles() -> None:
    assert floors([(0, 10.0, 3.0), (0, 14.0, 1.0), (2, 25.0, 10.0)]) == [(12.0, 1.0), (25.0, 10.0)]
