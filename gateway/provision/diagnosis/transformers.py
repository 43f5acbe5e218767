"""Judges how a meter's current transformers and voltage inputs are wired, from the angles between current and voltage. Pure.

Each way of wiring turns the angle of a phase by a known amount: a third of a turn for another phase's current, half a turn for a
transformer that is turned round. The way that leaves every load with a usual angle, and all with similar ones, explains the values.
"""

import math
import statistics
from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations, product
from typing import NamedTuple

from gateway.provision.diagnosis.cause import Cause, CauseKind, Certainty, listed
from gateway.provision.diagnosis.cause_texts import cause
from gateway.provision.diagnosis.mains import DEAD_V, LEAST_A
from gateway.provision.diagnosis.meter_values import MeterValues, PhaseValues
from gateway.provision.findings import Sentence

_DEAD_SHARE = 0.01
"""A transformer that is connected shows more than this share of the other phases' current on a street's lighting."""

_MOST_DEG = 57.0
"""The greatest usual angle of a load, inductive or capacitive: a power factor of 0.55."""

_SWAP_DEG, _TURN_DEG, _ALL_TURNED_DEG = 40.0, 25.0, 30.0
"""What an assumed fault costs, in degrees of difference between the loads that it must explain away."""

_CLEAR_DEG = 25.0
"""A way of wiring that fits by so much better than any other is likely, a closer one possible."""


class WiringFit(NamedTuple):
    """A way of wiring: the phase whose current each input has, which of them are turned, and how badly it fits, in degrees.

    With `reversed_order`, the phases of the voltages come in the order L1, L3, L2.
    """

    currents: tuple[int, ...]
    turned: tuple[int, ...]
    cost_deg: float
    reversed_order: bool = False


def judge_transformers(values: MeterValues, where: str) -> list[Cause]:
    """Return what is wrong with the wiring of a meter."""
    found = list(_dead(values.phases, where))
    loaded = [one for one in values.phases if _is_loaded(one)]
    angles = {one.number: angle for one in loaded if (angle := angle_deg(one)) is not None}
    if len(angles) == len(loaded) and angles:
        found += _from_angles(values, angles, where)
    else:
        found += _from_signs(loaded, where)
    if values.reversed_order and not any(one.kind is CauseKind.PHASES_SWAPPED for one in found):
        found.append(cause(CauseKind.PHASE_ORDER, "certain", where))
    return found


def angle_deg(phase: PhaseValues) -> float | None:
    """Return the angle by which the current of a phase lags its voltage, from -180 to 180; None if power alone does not say."""
    if phase.active_w is None or phase.reactive_var is None or (not phase.active_w and not phase.reactive_var):
        return None
    return math.degrees(math.atan2(phase.reactive_var, phase.active_w))


def fits(angles: dict[int, float], *, reversed_order: bool) -> list[WiringFit]:
    """Return the ways of wiring that leave every load with a usual angle, the best first."""
    numbers = sorted(angles)
    step_deg = 120.0 if reversed_order else -120.0
    found = []
    for currents, signs in product(permutations(numbers), product((False, True), repeat=len(numbers))):
        loads = [
            _wrapped(angles[number] - step_deg * (number - current) - (180.0 if is_turned else 0.0))
            for number, current, is_turned in zip(numbers, currents, signs, strict=True)
        ]
        if max(map(abs, loads)) > _MOST_DEG:
            continue
        turned = tuple(number for number, is_turned in zip(numbers, signs, strict=True) if is_turned)
        moved = sum(number != current for number, current in zip(numbers, currents, strict=True))
        spread_deg = statistics.pstdev(loads)
        cost_deg = spread_deg + _SWAP_DEG * max(moved - 1, 0) + _turn_cost_deg(len(turned), len(numbers))
        found.append(WiringFit(currents, turned, cost_deg, reversed_order))
    return sorted(found, key=lambda one: one.cost_deg)


def _distinct(ways: Iterable[WiringFit]) -> list[WiringFit]:
    """Return ways of wiring, the best first, those that fault nothing but the phase order only once."""
    found: list[WiringFit] = []
    for way in sorted(ways, key=lambda one: one.cost_deg):
        if not any((one.currents, one.turned) == (way.currents, way.turned) == (tuple(sorted(way.currents)), way.turned) for one in found):
            found.append(way)
    return found


def _wrapped(degrees: float) -> float:
    """Return an angle from -180 to 180 degrees."""
    return (degrees + 180.0) % 360.0 - 180.0


def _turn_cost_deg(turned: int, phases: int) -> float:
    return _ALL_TURNED_DEG if turned == phases > 1 else _TURN_DEG * turned


def _is_loaded(phase: PhaseValues) -> bool:
    return phase.current_a is not None and abs(phase.current_a) >= LEAST_A and (phase.voltage_v is None or phase.voltage_v >= DEAD_V)


def _dead(phases: Sequence[PhaseValues], where: str) -> Iterator[Cause]:
    """Yield the phases without current, if others have current."""
    known = [(one.number, abs(one.current_a)) for one in phases if one.current_a is not None and (one.voltage_v or 0.0) >= DEAD_V]
    largest = max((amperes for _, amperes in known), default=0.0)
    dead = [number for number, amperes in known if amperes < _DEAD_SHARE * largest]
    if largest >= 5 * LEAST_A and dead:
        shown = ", ".join(f"L{number} {amperes:.2f} A" for number, amperes in known)
        yield cause(CauseKind.CT_DEAD, "likely", where, [Sentence(shown, shown)], listed(dead))


def _from_angles(values: MeterValues, angles: dict[int, float], where: str) -> list[Cause]:
    """Return the causes that the best way of wiring stands for."""
    orders = (False, True) if values.reversed_order is None else (values.reversed_order,)
    ways = _distinct(way for order in orders for way in fits(angles, reversed_order=order))
    if not ways:
        return []
    best, numbers = ways[0], sorted(angles)
    margin_deg = ways[1].cost_deg - best.cost_deg if len(ways) > 1 else math.inf
    certainty: Certainty = "likely" if margin_deg >= _CLEAR_DEG else "possible"
    text = ", ".join(f"L{number} {angles[number]:.0f}°" for number in numbers)
    reasons = [Sentence(f"the angles of the loads are {text}", f"gli angoli dei carichi sono {text}")]
    found = []
    moved = [number for number, current in zip(numbers, best.currents, strict=True) if number != current]
    if moved:
        kind = CauseKind.PHASES_SWAPPED if best.reversed_order else CauseKind.CT_CROSSED
        found.append(cause(kind, certainty, where, reasons, listed(moved)))
    if best.turned and len(best.turned) == len(numbers) > 1:
        found.append(cause(CauseKind.ALL_CTS_TURNED, certainty, where, reasons))
    elif best.turned:
        found.append(cause(CauseKind.CT_TURNED, certainty, where, reasons, listed(best.turned)))
    return found


def _from_signs(loaded: Sequence[PhaseValues], where: str) -> list[Cause]:
    """Return the causes that the signs of the powers alone stand for, of a meter that does not measure reactive power."""
    negative = [one.number for one in loaded if one.active_w is not None and one.active_w < 0]
    if not negative:
        return []
    text = ", ".join(f"L{one.number} {one.active_w:.0f} W" for one in loaded if one.active_w is not None)
    if len(negative) == len(loaded) > 1:
        return [cause(CauseKind.ALL_CTS_TURNED, "likely", where, [Sentence(text, text)])]
    return [cause(CauseKind.CT_TURNED, "likely" if len(negative) == 1 else "possible", where, [Sentence(text, text)], listed(negative))]
