"""The electrical values of a meter, by phase, from the canonical fields of a reading. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from gateway.model.batch import Value

METER = "lighting_meter"
"""The measurement whose values are judged."""

REVERSED_ORDER = "L1-L3-L2"
"""The word of the point `phase_sequence` for a rotating field that turns the other way."""


class PhaseValues(NamedTuple):
    """The values of one phase, or of the whole (number 0); None for what the meter does not have."""

    number: int
    voltage_v: float | None
    current_a: float | None
    active_w: float | None
    reactive_var: float | None
    apparent_va: float | None
    power_factor: float | None


class MeterValues(NamedTuple):
    """What a meter shows; `reversed_order` is None if it does not know the order of its phases."""

    phases: tuple[PhaseValues, ...]
    total: PhaseValues
    frequency_hz: float | None
    reversed_order: bool | None


def meter_values(fields: Mapping[str, Value], phase_sequence: Value = None) -> MeterValues:
    """Return the values of a meter from the canonical fields of its measurement, in their units."""
    phases = tuple(_phase(fields, number, f"_l{number}") for number in (1, 2, 3))
    known = tuple(one for one in phases if any(value is not None for value in one[1:]))
    order = None if phase_sequence is None else phase_sequence == REVERSED_ORDER
    return MeterValues(known, _phase(fields, 0, ""), _number(fields.get("frequency")), order)


def _phase(fields: Mapping[str, Value], number: int, suffix: str) -> PhaseValues:
    names = ("voltage", "current", "active_power", "reactive_power", "apparent_power", "power_factor")
    return PhaseValues(number, *(_number(fields.get(f"{name}{suffix}")) for name in names))


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
