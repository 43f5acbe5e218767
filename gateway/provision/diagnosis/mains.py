"""Judges voltages, frequency, sums, power factors and magnitudes of a meter's values. Pure.

Sources: EN 50160, section 4.2.2 (230 V within 10 %), section 4.2.1 (50 Hz, 47 to 52 Hz for all of the time).
"""

import math
from collections.abc import Iterable, Iterator, Sequence

from gateway.provision.diagnosis.cause import Cause, CauseKind, listed
from gateway.provision.diagnosis.cause_texts import cause
from gateway.provision.diagnosis.meter_values import MeterValues, PhaseValues
from gateway.provision.findings import Sentence

NOMINAL_V = 230.0
LOWEST_V, HIGHEST_V = 0.9 * NOMINAL_V, 1.1 * NOMINAL_V
LOWEST_HZ, HIGHEST_HZ = 47.0, 52.0

DEAD_V = 20.0
"""An open input picks up less than this from its neighbours."""

LEAST_A = 0.1
"""Below this, meters behind transformers measure too little to judge."""

_SUM_SHARE, _SUM_W = 0.03, 10.0
"""The values of one reading may be read at slightly different times."""

_MOST_RATIO = 1000
_POWERS = (1e-6, 1e-3, 1e-2, 1e-1, 1e1, 1e2, 1e3, 1e6)


def judge_mains(values: MeterValues, where: str) -> list[Cause]:
    """Return what is wrong with the mains, or with how the meter's values are read."""
    scale = _voltage_scale(values.phases)
    if scale is not None:
        return [cause(CauseKind.UNITS, "likely", where, [_voltages(values.phases)], f"{scale:g}")]
    found = [*_voltage_causes(values.phases, where), *_frequency_causes(values.frequency_hz, where)]
    magnitude = _magnitude_cause(values.phases or (values.total,), where)
    if magnitude is not None:
        return [*found, magnitude]
    return [*found, *_sum_causes(values, where), *_factor_causes(values, where)]


def _voltage_scale(phases: Sequence[PhaseValues]) -> float | None:
    """Return the power of ten by which all voltages are wrong; None if that is not the case."""
    measured = [one.voltage_v for one in phases if one.voltage_v is not None and one.voltage_v > 0]
    if not measured or len(measured) < len(phases):
        return None
    return next((power for power in _POWERS if all(LOWEST_V <= one / power <= HIGHEST_V for one in measured)), None)


def _voltage_causes(phases: Sequence[PhaseValues], where: str) -> Iterator[Cause]:
    known = [(one.number, one.voltage_v) for one in phases if one.voltage_v is not None]
    dead = [number for number, volts in known if volts < DEAD_V]
    fed = [(number, volts) for number, volts in known if volts >= DEAD_V]
    if dead:
        yield cause(CauseKind.NO_VOLTAGE, "certain" if fed else "likely", where, [_voltages(phases)], listed(dead))
    outside = [number for number, volts in fed if not LOWEST_V <= volts <= HIGHEST_V]
    if not outside:
        return
    mean = math.fsum(volts for _, volts in fed) / len(fed)
    both_ways = any(volts < LOWEST_V for _, volts in fed) and any(volts > HIGHEST_V for _, volts in fed)
    between_phases = len(fed) > 1 and all(LOWEST_V <= volts / math.sqrt(3) <= HIGHEST_V for _, volts in fed)
    if between_phases or (both_ways and len(fed) == 3 and 0.85 * NOMINAL_V <= mean <= 1.15 * NOMINAL_V):
        yield cause(CauseKind.NEUTRAL, "likely", where, [_voltages(phases)])
    else:
        yield cause(CauseKind.VOLTAGE_RANGE, "certain", where, [_voltages(phases)], listed(outside))


def _frequency_causes(frequency_hz: float | None, where: str) -> Iterator[Cause]:
    if frequency_hz is not None and not LOWEST_HZ <= frequency_hz <= HIGHEST_HZ and frequency_hz != 0:
        yield cause(CauseKind.FREQUENCY, "likely", where, [], f"{frequency_hz:g}")


def _magnitude_cause(phases: Iterable[PhaseValues], where: str) -> Cause | None:
    """Return the cause if power and the product of voltage and current differ by one factor on all phases."""
    factors = [factor for one in phases if (factor := _power_factor_of_units(one)) is not None]
    if not factors or max(factors) > 1.3 * min(factors):
        return None
    factor = math.exp(math.fsum(map(math.log, factors)) / len(factors))
    reason = Sentence(f"power is {factor:.3g} times voltage by current", f"la potenza è {factor:.3g} volte tensione per corrente")
    power = next((one for one in _POWERS if 0.5 <= factor / one <= 1.2 and not 0.5 < one < 5), None)
    if power is not None and (power >= 100 or power <= 0.01):
        return cause(CauseKind.UNITS, "likely", where, [reason], f"{power:g}")
    if 1.2 < factor <= _MOST_RATIO or 1 / _MOST_RATIO <= factor < 0.25:
        return cause(CauseKind.RATIO, "likely", where, [reason], f"{max(factor, 1 / factor):.0f}:1")
    return None


def _power_factor_of_units(one: PhaseValues) -> float | None:
    """Return apparent power over voltage by current; from active power if that is greater than it can be. None if it can't be judged."""
    volts, amperes = one.voltage_v, one.current_a
    if volts is None or amperes is None or volts < DEAD_V or abs(amperes) < LEAST_A:
        return None
    product = volts * abs(amperes)
    if one.apparent_va:
        return abs(one.apparent_va) / product
    if one.active_w is None:
        return None
    ratio = abs(one.active_w) / product
    return ratio if ratio > 1.2 or 0 < ratio < 0.01 else 1.0


def _sum_causes(values: MeterValues, where: str) -> Iterator[Cause]:
    for name, parts, total in (
        ("W", [one.active_w for one in values.phases], values.total.active_w),
        ("var", [one.reactive_var for one in values.phases], values.total.reactive_var),
    ):
        known = [one for one in parts if one is not None]
        if len(known) < 3 or total is None:
            continue
        added = math.fsum(known)
        allowed = _SUM_W + _SUM_SHARE * math.fsum(map(abs, known))
        if abs(added - total) > allowed:
            yield cause(CauseKind.SUMS, "likely", where, [], f"{added:.0f} {name}, {total:.0f} {name}")


def _factor_causes(values: MeterValues, where: str) -> Iterator[Cause]:
    """Yield what is wrong with power factors: greater than 1, or other than active over apparent power."""
    for one in (*values.phases, values.total):
        shown, watts, apparent = one.power_factor, one.active_w, one.apparent_va
        if shown is None:
            continue
        label = f"L{one.number}" if one.number else "total"
        large = one.number == 0 or (one.current_a is not None and abs(one.current_a) >= LEAST_A)
        expected = abs(watts / apparent) if watts is not None and apparent and large else None
        if abs(shown) > 1.01 or (expected is not None and abs(abs(shown) - expected) > 0.15):
            yield cause(CauseKind.POWER_FACTOR, "possible", where, [], f"{label} {shown:.2f}")
            return


def _voltages(phases: Sequence[PhaseValues]) -> Sentence:
    text = ", ".join(f"L{one.number} {one.voltage_v:.0f} V" for one in phases if one.voltage_v is not None)
    return Sentence(text, text)
