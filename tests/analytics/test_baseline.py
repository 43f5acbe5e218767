"""What a panel draws when all lamps burn."""

import msgspec
import pytest

from gateway.analytics.baseline import Baseline, LearnedPower, LitQuarter, learn, least_out
from tests.analytics.panels import LIGHTING, PANEL

DAY_MS = 86_400_000


def nights(powers: list[float], out: float = 0.0, level: int = 100) -> list[LitQuarter]:
    return [LitQuarter(number * DAY_MS, level, power_w, 230.0, out) for number, power_w in enumerate(powers)]


def test_before_three_nights_the_inventory_counts() -> None:
    found = learn(PANEL, nights([3800, 3810]))
    assert not found.knows(100)
    assert found.power_w(100) == 4010
    assert found.lamps_out(100, 3000) is None


def test_the_base_is_the_median_of_the_nights() -> None:
    found = learn(PANEL, nights([3800, 3810, 3820, 100]))
    assert found.power_w(100) == pytest.approx(3805)
    assert found.power_w(0) == 10


def test_lamps_that_stay_out_do_not_become_normal() -> None:
    whole = 10 + 40 * 96.0
    three_out = 10 + 37 * 96.0
    assert learn(PANEL, nights([three_out] * 14, out=3.0)).power_w(100) == pytest.approx(whole)


def test_noise_does_not_raise_the_base() -> None:
    assert learn(PANEL, nights([3800.0] * 5, out=0.5)).power_w(100) == pytest.approx(3800)


def test_a_base_that_does_not_fit_the_inventory_is_not_learned() -> None:
    assert not learn(PANEL, nights([1000.0] * 5)).knows(100)


def test_missing_power_is_counted_in_lamps() -> None:
    found = learn(PANEL, nights([4010.0] * 3))
    assert found.lamps_out(100, 3810) == pytest.approx(2)
    assert found.lamps_out(100, 4110) == pytest.approx(-1)


def test_the_power_of_discharge_lamps_follows_the_square_of_the_voltage() -> None:
    discharge = PANEL._replace(lighting=msgspec.structs.replace(LIGHTING, source="discharge"))
    learned = {100: LearnedPower(4010.0, 230.0)}
    assert Baseline(discharge, learned).power_w(100, 207.0) == pytest.approx(10 + 4000 * 0.81)
    assert Baseline(PANEL, learned).power_w(100, 207.0) == 4010.0


def test_of_many_lamps_one_is_hidden_by_noise() -> None:
    assert least_out(20) == 0.6
    assert least_out(200) == pytest.approx(2.4)
