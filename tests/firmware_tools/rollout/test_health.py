"""Whether a device works after its update as before."""

from typing import Any

import pytest

from firmware_tools.rollout.health import FieldName, HealthBefore, SeenDevice, before, faults_of

VOLTAGE, POWER = FieldName("qe-1", "lighting_meter", "voltage_l1"), FieldName("qe-1", "lighting_meter", "active_power")
ENERGY, STATE = FieldName("qe-1", "lighting_meter", "active_energy"), FieldName("qe-1", "relay", "state")
THEN_MS, UPDATED_MS, NOW_MS = 1_000_000, 2_000_000, 3_000_000
VALUES = {VOLTAGE: 230.0, POWER: 400.0, ENERGY: 5000.0, STATE: None}
RANGES = {VOLTAGE: (228.0, 234.0), POWER: (0.0, 900.0)}
WAS = before(SeenDevice(THEN_MS, 60.0, VALUES, {"door_open": THEN_MS}), RANGES)


def faults(changed: dict[FieldName, float | None] | None = None, missing: FieldName | None = None, **more: Any) -> list[str]:
    values = {name: value for name, value in {**VALUES, ENERGY: 5001.0, **(changed or {})}.items() if name != missing}
    seen = SeenDevice(**{"t_ms": NOW_MS - 60_000, "every_s": 60.0, "values": values, "alarms": {"door_open": THEN_MS}, **more})
    return [one.en for one in faults_of(WAS, seen, UPDATED_MS, NOW_MS)]


def test_a_device_that_works_as_before_has_no_faults() -> None:
    assert faults() == []
    assert faults({VOLTAGE: 238.0, POWER: 0.0}) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({VOLTAGE: 2300.0}, "lighting_meter.voltage_l1 is 2300; before the update it was 228 to 234"),
        ({VOLTAGE: 0.0}, "lighting_meter.voltage_l1 is 0; before the update it was 228 to 234"),
        ({VOLTAGE: float("nan")}, "lighting_meter.voltage_l1 is nan; before the update it was 228 to 234"),
        ({ENERGY: 3.0}, "the counter lighting_meter.active_energy fell from 5000 to 3"),
    ],
)
def test_values_that_are_not_plausible_against_before_are_faults(changed: dict[FieldName, float | None], fault: str) -> None:
    assert faults(changed) == [fault]


def test_a_value_that_is_gone_is_a_fault() -> None:
    assert faults(missing=STATE) == ["relay.state is missing, which it had before the update"]


def test_new_alarms_are_faults_and_earlier_ones_are_not() -> None:
    assert faults(alarms={"door_open": THEN_MS, "leakage": NOW_MS}) == ["new alarm: leakage"]


@pytest.mark.parametrize(("t_ms", "silent"), [(UPDATED_MS, True), (NOW_MS - 181_000, True), (NOW_MS - 179_000, False)])
def test_a_device_that_does_not_answer_has_a_fault(t_ms: int, silent: bool) -> None:
    assert bool(faults(t_ms=t_ms)) is silent
    assert faults_of(WAS, None, UPDATED_MS, NOW_MS)[0].it == "non risponde dopo l'aggiornamento"


def test_of_a_device_that_was_never_heard_only_its_answers_count() -> None:
    assert before(None, {}) == HealthBefore()
    assert faults_of(HealthBefore(), SeenDevice(NOW_MS, 60.0, {VOLTAGE: 9e9}, {}), UPDATED_MS, NOW_MS) == []
