"""Voltages, frequency, sums and magnitudes of a meter's values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.provision.diagnosis.cause import CauseKind
from gateway.provision.diagnosis.mains import judge_mains
from gateway.provision.diagnosis.meter_values import meter_values
from tests.provision.faults.meters import Circuit, Hookup, shown

RIGHT = shown(Circuit(), Hookup())


def kinds(**changed: float | str) -> list[CauseKind]:
    return [one.kind for one in judge_mains(meter_values(RIGHT | changed), "meter")]


def detail(**changed: float | str) -> str:
    return judge_mains(meter_values(RIGHT | changed), "meter")[0].sentence.en


@given(st.tuples(*[st.floats(208, 252)] * 3), st.tuples(*[st.floats(0.2, 60)] * 3), st.tuples(*[st.floats(-50, 50)] * 3), st.floats(49, 51))
def test_nothing_is_wrong_with_any_usual_circuit(
    volts: tuple[float, float, float], amperes: tuple[float, float, float], lags: tuple[float, float, float], frequency_hz: float
) -> None:
    assert judge_mains(meter_values(shown(Circuit(volts, amperes, lags, frequency_hz), Hookup())), "meter") == []


def test_a_voltage_beyond_ten_per_cent_is_named_with_its_phase() -> None:
    assert kinds(voltage_l2=201.0)[0] is CauseKind.VOLTAGE_RANGE
    assert "L2" in detail(voltage_l2=201.0)


def test_a_phase_without_voltage_is_told_from_a_low_one() -> None:
    assert kinds(voltage_l3=1.2, current_l3=0.0, active_power_l3=0.0, apparent_power_l3=0.0, power_factor_l3=1.0)[0] is CauseKind.NO_VOLTAGE


def test_voltages_off_in_opposite_directions_mean_a_loose_neutral() -> None:
    assert kinds(voltage_l1=181.0, voltage_l2=259.0, voltage_l3=238.0)[0] is CauseKind.NEUTRAL


def test_voltages_between_phases_mean_that_the_neutral_is_not_connected() -> None:
    assert kinds(voltage_l1=399.0, voltage_l2=401.0, voltage_l3=398.0)[0] is CauseKind.NEUTRAL


@pytest.mark.parametrize(("factor", "text"), [(0.001, "0.001"), (10.0, "10"), (1000.0, "1000")])
def test_voltages_wrong_by_a_power_of_ten_are_a_matter_of_units(factor: float, text: str) -> None:
    changed = {f"voltage_l{number}": factor * float(RIGHT[f"voltage_l{number}"]) for number in (1, 2, 3)}
    assert kinds(**changed) == [CauseKind.UNITS]
    assert f" {text} times" in detail(**changed)


def test_power_in_kilowatts_that_is_taken_for_watts_is_a_matter_of_units() -> None:
    changed = {name: 0.001 * float(value) for name, value in RIGHT.items() if "_power" in name}
    assert kinds(**changed) == [CauseKind.UNITS]
    assert "0.001 times" in detail(**changed)


def test_a_transformer_ratio_in_the_currents_alone_is_told_from_a_unit() -> None:
    changed = {f"current_l{number}": float(RIGHT[f"current_l{number}"]) / 40 for number in (1, 2, 3)}
    assert kinds(**changed) == [CauseKind.RATIO]
    assert "40:1" in detail(**changed)


def test_a_frequency_that_no_grid_has_is_named() -> None:
    assert kinds(frequency=60.1) == [CauseKind.FREQUENCY]


def test_a_total_that_is_not_the_sum_of_the_phases_is_named() -> None:
    assert CauseKind.SUMS in kinds(active_power=2 * float(RIGHT["active_power"]))


def test_a_power_factor_that_does_not_fit_is_named() -> None:
    assert kinds(power_factor_l1=0.3) == [CauseKind.POWER_FACTOR]
    assert kinds(power_factor=1.7) == [CauseKind.POWER_FACTOR]


def test_phases_with_hardly_any_current_are_not_judged() -> None:
    idle = shown(Circuit(amperes=(0.01, 0.02, 0.0)), Hookup())
    assert judge_mains(meter_values(idle | {"power_factor_l1": 0.1, "power_factor": 0.9}), "meter") == []
