"""Slopes by least squares, and what they say."""

import random

import pytest

from tests.soak.slopes import Slope, floors, slope


def test_a_straight_line_has_its_own_slope_and_no_error() -> None:
    found = slope([(float(t_s), 100.0 + 2 * t_s) for t_s in range(60)])
    assert found.per_minute == pytest.approx(120)
    assert found.error == pytest.approx(0, abs=1e-9)


def test_the_slope_of_noise_is_within_a_few_standard_errors_of_none() -> None:
    chance = random.Random(1)
    found = slope([(float(t_s), chance.gauss(1000, 50)) for t_s in range(600)])
    assert abs(found.per_minute) < 4 * found.error


def test_a_leak_shows_through_noise() -> None:
    chance = random.Random(2)
    found = slope([(float(t_s), chance.gauss(1000, 50) + 300 * t_s / 60) for t_s in range(600)])
    assert found.per_minute == pytest.approx(300, abs=4 * found.error)
    assert found.growth(bound=50) == "grows"


@pytest.mark.parametrize("points", [[], [(0.0, 1.0), (1.0, 2.0)], [(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]])
def test_too_few_points_have_no_slope(points: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match=r"three points|the same time"):
        slope(points)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Slope(0.0, 1.0), "flat"),
        (Slope(-80.0, 1.0), "flat"),
        (Slope(11.0, 1.0), "flat"),
        (Slope(13.0, 1.0), "grows"),
        (Slope(5.0, 11.0), "too noisy to tell"),
        (Slope(90.0, 30.0), "grows"),
    ],
)
def test_growth_is_judged_against_a_bound_and_noise_hides_no_leak(found: Slope, said: str) -> None:
    assert found.growth(bound=10.0) == said


def test_floors_are_the_least_values_of_windows_that_have_samples() -> None:
    assert floors([(0.0, 3.0), (4.0, 1.0), (25.0, 10.0)], 10.0) == [(5.0, 1.0), (25.0, 10.0)]
