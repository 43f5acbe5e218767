"""The wiring of a meter, from the angles of its loads: every way of wiring a real circuit wrongly is found again."""

import cmath
import math
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.provision.diagnosis.cause import Cause, CauseKind
from gateway.provision.diagnosis.meter_values import meter_values
from gateway.provision.diagnosis.transformers import fits, judge_transformers
from tests.provision.faults.meters import Circuit, Hookup, shown

USUAL = Circuit()


def judged(hookup: Hookup, circuit: Circuit = USUAL, *, sequence: bool = True) -> list[Cause]:
    values = shown(circuit, hookup)
    return judge_transformers(meter_values(values, values["phase_sequence"] if sequence else None), "meter")


def kinds(hookup: Hookup, circuit: Circuit = USUAL, *, sequence: bool = True) -> list[CauseKind]:
    return [one.kind for one in judged(hookup, circuit, sequence=sequence)]


@settings(max_examples=50)
@given(st.tuples(*[st.floats(1, 60)] * 3), st.floats(-25, 35), st.tuples(*[st.floats(-8, 8)] * 3), st.booleans())
def test_a_meter_that_is_wired_rightly_is_left_alone(
    amperes: tuple[float, float, float], lag: float, more: tuple[float, float, float], sequence: bool
) -> None:
    lags = (lag + more[0], lag + more[1], lag + more[2])
    assert kinds(Hookup(), Circuit(amperes=amperes, lag_deg=lags), sequence=sequence) == []


@pytest.mark.parametrize("phase", [1, 2, 3])
@pytest.mark.parametrize("sequence", [True, False])
def test_a_transformer_that_is_turned_round_is_found(phase: int, sequence: bool) -> None:
    signs = tuple(-1 if one == phase else 1 for one in (1, 2, 3))
    found = judged(Hookup(signs=signs), sequence=sequence)  # type: ignore[arg-type]
    assert [one.kind for one in found] == [CauseKind.CT_TURNED]
    assert f"L{phase}" in found[0].sentence.en


@pytest.mark.parametrize("swapped", [(2, 1, 3), (3, 2, 1), (1, 3, 2)])
@pytest.mark.parametrize("sequence", [True, False])
def test_transformers_on_each_others_phase_are_told_from_voltages_that_are_swapped(swapped: tuple[int, int, int], sequence: bool) -> None:
    phases = ", ".join(f"L{number}" for number, one in enumerate(swapped, 1) if one != number)
    transformers, inputs = judged(Hookup(transformers=swapped), sequence=sequence), judged(Hookup(inputs=swapped), sequence=sequence)
    assert [one.kind for one in transformers] == [CauseKind.CT_CROSSED]
    assert [one.kind for one in inputs] == [CauseKind.PHASES_SWAPPED]
    assert phases in transformers[0].sentence.en
    assert phases in inputs[0].sentence.en


def test_a_transformer_without_current_is_found() -> None:
    assert kinds(Hookup(signs=(1, 0, 1))) == [CauseKind.CT_DEAD]


def test_a_phase_without_current_is_not_called_dead_while_hardly_anything_is_switched_on() -> None:
    assert kinds(Hookup(signs=(1, 0, 1)), Circuit(amperes=(0.2, 0.2, 0.2))) == []


def test_all_transformers_turned_round_are_one_cause() -> None:
    assert kinds(Hookup(signs=(-1, -1, -1))) == [CauseKind.ALL_CTS_TURNED]


def test_a_dead_and_a_turned_transformer_are_both_found() -> None:
    assert kinds(Hookup(signs=(-1, 0, 1))) == [CauseKind.CT_DEAD, CauseKind.CT_TURNED]


def test_a_supply_whose_phases_come_in_the_other_order_is_no_fault_of_the_wiring() -> None:
    assert kinds(Hookup(inputs=(1, 3, 2), transformers=(1, 3, 2))) == [CauseKind.PHASE_ORDER]


def test_without_reactive_power_signs_alone_are_judged() -> None:
    values = {name: value for name, value in shown(Circuit(), Hookup(signs=(1, 1, -1))).items() if "reactive" not in name}
    assert [one.kind for one in judge_transformers(meter_values(values), "meter")] == [CauseKind.CT_TURNED]
    values = {name: value for name, value in shown(Circuit(), Hookup(signs=(-1, -1, -1))).items() if "reactive" not in name}
    assert [one.kind for one in judge_transformers(meter_values(values), "meter")] == [CauseKind.ALL_CTS_TURNED]


def test_a_single_phase_that_is_turned_round_is_found() -> None:
    values = {name: value for name, value in shown(Circuit(), Hookup(signs=(-1, 1, 1))).items() if name.endswith("_l1")}
    assert [one.kind for one in judge_transformers(meter_values(values), "meter")] == [CauseKind.CT_TURNED]


def test_the_true_way_of_wiring_is_always_among_those_that_fit() -> None:
    for transformers, signs in product(permutations((1, 2, 3)), product((1, -1), repeat=3)):
        values = meter_values(shown(Circuit(), Hookup(transformers=transformers, signs=signs)))  # type: ignore[arg-type]
        angles = {one.number: _angle(one.active_w, one.reactive_var) for one in values.phases}
        turned = tuple(number for number, sign in enumerate(signs, 1) if sign < 0)
        assert (transformers, turned) in [(one.currents, one.turned) for one in fits(angles, reversed_order=False)]


def _angle(active_w: float | None, reactive_var: float | None) -> float:
    return math.degrees(cmath.phase(complex(active_w or 0.0, reactive_var or 0.0)))
