"""Several meters of one panel, and the lamps behind it. Pure.

Sources: EN 50160, section 4.2.4 (the voltages of the phases differ by 2 % in usual networks, 3 % in some).
"""

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations

from gateway.provision.diagnosis.cause import Cause, CauseKind
from gateway.provision.diagnosis.cause_texts import cause
from gateway.provision.diagnosis.mains import DEAD_V
from gateway.provision.diagnosis.meter_values import METER
from gateway.provision.findings import Sentence
from gateway.provision.plausibility.latest_values import DeviceReading

LAMP = "lamp"

_APART_SHARE = 0.05
"""More than phases differ in a usual network, and meters of class 1 with it."""

_CLEAR_V = 1.5
"""Phases that are closer to each other can't be told apart: meters of class 0.5 differ by as much."""

_LAMPS_SHARE, _LAMPS_W = 0.1, 20.0
"""Lamps estimate their power to a few percent, and are read one after the other."""


def judge_voltages(meters: Sequence[DeviceReading], asset: str) -> Iterator[Cause]:
    """Yield the meters of a panel whose voltage differs from that of the others, which measure the same supply."""
    volts = [(one.device, mean) for one in meters if (mean := _mean_voltage(one)) is not None and mean >= DEAD_V]
    if len(volts) < 2:
        return
    usual = statistics.median(mean for _, mean in volts)
    # Of two, the median is in the middle: each is only half as far from it as from the other.
    allowed_v = _APART_SHARE * usual / (2 if len(volts) == 2 else 1)
    apart = [device for device, mean in volts if abs(mean - usual) > allowed_v]
    if apart:
        named = ", ".join(apart if len(volts) > 2 else [device for device, _ in volts])
        yield cause(CauseKind.METERS_DISAGREE, "likely", asset, [_listed(volts, "V")], named)


def judge_phases(meters: Sequence[DeviceReading], phases: Mapping[str, int], asset: str) -> Iterator[Cause]:
    """Yield the single-phase meters of a panel that are on each other's phases, as a three-phase meter of the same panel shows.

    `phases` has the phase that each single-phase meter is said to be on.
    """
    reference = next((one for one in meters if all(one.number(f"voltage_l{number}") is not None for number in (1, 2, 3))), None)
    single = [one for one in meters if one.device in phases and one is not reference and _mean_voltage(one) is not None]
    if reference is None or len(single) < 2 or len({phases[one.device] for one in single}) < len(single):
        return
    known = {number: reference.number(f"voltage_l{number}") or 0.0 for number in (1, 2, 3)}
    said = tuple(phases[one.device] for one in single)
    volts = [_mean_voltage(one) or 0.0 for one in single]
    costs = {way: math.fsum(abs(own - known[number]) for own, number in zip(volts, way, strict=True)) for way in permutations(said)}
    best, next_best = sorted(costs, key=costs.__getitem__)[:2]
    if best == said or costs[said] - costs[best] < 2 * _CLEAR_V or costs[next_best] - costs[best] < _CLEAR_V:
        return
    moved = [f"{one.device} (L{number})" for one, number, told in zip(single, best, said, strict=True) if number != told]
    shown = f"{reference.device}: " + ", ".join(f"L{number} {supplied:.1f} V" for number, supplied in known.items())
    seen = [Sentence(shown, shown), _listed(list(zip((one.device for one in single), volts, strict=True)), "V")]
    yield cause(CauseKind.METERS_SWAPPED, "likely", asset, seen, ", ".join(moved))


def judge_lamps(panel: Sequence[DeviceReading], lamps: Sequence[DeviceReading], asset: str) -> Iterator[Cause]:
    """Yield that the lamps behind a panel use more power than the panel."""
    totals = [watts for one in panel if (watts := _power(one)) is not None]
    used = [watts for one in lamps if (watts := one.number("active_power")) is not None]
    if not totals or not used:
        return
    # Several meters of a panel measure parts of it, or one measures what the others do: the sum is the most that it can be.
    total_w, lamps_w = math.fsum(map(abs, totals)), math.fsum(used)
    if lamps_w > total_w * (1 + _LAMPS_SHARE) + _LAMPS_W:
        yield cause(CauseKind.LAMPS_ABOVE_PANEL, "likely", asset, [], f"{lamps_w:.0f} W, {total_w:.0f} W")


def is_meter(reading: DeviceReading) -> bool:
    """Return whether a reading is a meter's."""
    return reading.measurement == METER


def _mean_voltage(one: DeviceReading) -> float | None:
    """Return the voltage of a meter; of one with several phases, the mean of those that have voltage."""
    names = ("voltage", "voltage_l1", "voltage_l2", "voltage_l3")
    known = [volts for name in names if (volts := one.number(name)) is not None and volts >= DEAD_V]
    return statistics.fmean(known) if known else None


def _power(one: DeviceReading) -> float | None:
    total = one.number("active_power")
    if total is not None:
        return total
    parts = [watts for number in (1, 2, 3) if (watts := one.number(f"active_power_l{number}")) is not None]
    return math.fsum(parts) if parts else None


def _listed(values: Sequence[tuple[str, float]], unit: str) -> Sentence:
    text = ", ".join(f"{device} {value:.1f} {unit}" for device, value in values)
    return Sentence(text, text)
