"""Derived values, computed from the log alone."""

import pytest

from gateway.simulate.verify.derived import QUARTER_MS, energy, is_quarter, transitions

T0_MS = 1000 * QUARTER_MS
POLLS = [
    (T0_MS + 3000, {"active_energy": 1000.0}),
    (T0_MS + 400_000, {"active_energy": 1400.0}),
    (T0_MS + QUARTER_MS + 5000, {"active_energy": 1900.5}),
]


def test_the_energy_of_a_quarter_is_the_increase_of_its_register() -> None:
    assert energy("active_energy_interval", T0_MS + QUARTER_MS, POLLS) == 900.5


@pytest.mark.parametrize("t_ms", [T0_MS, T0_MS + 2 * QUARTER_MS, T0_MS + QUARTER_MS + 1])
def test_a_quarter_without_registers_at_both_ends_has_no_energy(t_ms: int) -> None:
    assert energy("active_energy_interval", t_ms, POLLS) is None


def test_a_register_long_after_the_quarter_began_is_not_its_beginning() -> None:
    assert energy("active_energy_interval", T0_MS + QUARTER_MS, [(T0_MS + 60_001, {"active_energy": 1.0}), POLLS[2]]) is None


def test_a_row_is_of_a_quarter_if_it_has_such_fields_alone() -> None:
    assert is_quarter({"active_energy_interval": 1.0})
    assert not is_quarter({"active_energy_interval": 1.0, "active_energy": 2.0})
    assert not is_quarter({})


def test_transitions_are_changes_of_a_state_that_was_false() -> None:
    assert transitions([False, False, True, True, False, True]) == [True, False, True]
    assert transitions([]) == transitions([False]) == []
