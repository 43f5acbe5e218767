"""Outputs and the categories of roads."""

import pytest

from gateway.control.output import Adaptive, Output


@pytest.mark.parametrize(("steps", "level"), [(0, 90), (1, 70), (2, 45)])
def test_each_category_has_its_level(steps: int, level: int) -> None:
    assert Adaptive("loop", "M3", {"M3": 90, "M4": 70, "M5": 45}).level(steps) == level


def test_a_category_without_a_level_is_met_with_the_next_brighter_one() -> None:
    assert Adaptive("loop", "M3", {"M3": 90, "M4": 70}).level(2) == 70
    assert Adaptive("loop", "M5", {"M5": 50, "M6": 30}).level(2) == 30


def test_the_light_is_not_reduced_by_more_than_allowed() -> None:
    assert Adaptive("loop", "M3", {"M3": 90, "M4": 70, "M5": 45}, most_steps=1).level(2) == 70


def test_an_output_fails_to_the_level_of_its_design_category() -> None:
    assert Output("a").fail_level == 100
    assert Output("a", adaptive=Adaptive("loop", "M3", {"M3": 85, "M4": 60})).fail_level == 85
