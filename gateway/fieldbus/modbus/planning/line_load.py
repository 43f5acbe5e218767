"""The share of a line's time that its devices take, predicted from their read plans. Pure."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.modbus.planning.read_cost import BusCost
from gateway.fieldbus.modbus.planning.read_plan import plan

WARN_ABOVE, REFUSE_ABOVE = 0.7, 1.0
"""Above the first, a line has little room left for retries, probes and commands; above the second, intervals can't be kept."""

_MOST_TICKS = 10_000
"""The most ticks of a common period to count one by one."""

_MOST_SUBSETS = 64
"""The most sets of groups that are due together to count by inclusion and exclusion."""


class DeviceLoad(NamedTuple):
    """The load of one device: its share of the line, and the seconds and reads that one reading of everything takes."""

    device: str
    share: float
    sweep_s: float
    reads: int


class PlannedCosts:
    """What plans cost. Devices of one product with the same points and channels have the same plans, which are made once.

    One object serves one set of loaded profiles.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], tuple[float, int]] = {}

    def of(self, device: BoundDevice, cost: BusCost) -> Callable[[tuple[int, ...] | None], tuple[float, int]]:
        """Return a function from groups of a device (None: all) to the seconds and the number of the reads that cover them."""
        alike = (id(device.profile), tuple((slot.point.name, slot.channel) for slot in device.slots), cost)

        def costs(groups: tuple[int, ...] | None) -> tuple[float, int]:
            wanted = None if groups is None else tuple(slot for group in groups for slot in device.slots_of(device.groups[group].streams))
            key = (*alike, wanted)
            if key not in self._known:
                reads = plan(device, cost, wanted)
                self._known[key] = sum(cost.read_s(read.function, read.quantity) for read in reads), len(reads)
            return self._known[key]

        return costs


def device_load(device: BoundDevice, cost: BusCost, planned: PlannedCosts | None = None) -> DeviceLoad:
    """Predict the load of a Modbus device on its line; the devices of a site can share what is `planned`."""
    costs = (planned or PlannedCosts()).of(device, cost)
    sweep_s, reads = costs(None)
    return DeviceLoad(device.id, share([group.every_s for group in device.groups], lambda groups: costs(groups)[0]), sweep_s, reads)


def share(intervals_s: Sequence[float], cost_s: Callable[[tuple[int, ...]], float]) -> float:
    """Return the share of a line's time that groups of points take at their intervals; an interval of 0 (as often as possible) counts as 0.

    Groups that are due together are read together. For a few groups, or over a short common period, that is counted exactly; otherwise
    each group counts by itself, which is an upper bound.
    """
    every_ms = {number: max(1, round(1000 * every_s)) for number, every_s in enumerate(intervals_s) if every_s > 0}
    if not every_ms:
        return 0.0
    if 1 << len(every_ms) <= _MOST_SUBSETS:
        return 1000 * sum(float(often) * cost_s(groups) for groups, often in _together(every_ms) if often)
    period, step = math.lcm(*every_ms.values()), math.gcd(*every_ms.values())
    if period // step > _MOST_TICKS:
        return sum(cost_s((number,)) / intervals_s[number] for number in every_ms)
    due = (tuple(number for number, every in every_ms.items() if tick % every == 0) for tick in range(0, period, step))
    return 1000 * sum(cost_s(groups) for groups in due if groups) / period


def _together(every_ms: Mapping[int, int]) -> Iterator[tuple[tuple[int, ...], Fraction]]:
    """Yield each set of groups and how often, per millisecond, exactly these are due together, by inclusion and exclusion."""
    numbers = tuple(every_ms)
    sets = [groups for size in range(1, len(numbers) + 1) for groups in combinations(numbers, size)]
    at_least = {groups: Fraction(1, math.lcm(*(every_ms[number] for number in groups))) for groups in sets}
    for groups in sets:
        larger = (other for other in sets if set(groups) <= set(other))
        yield groups, sum(((-1) ** (len(other) - len(groups)) * at_least[other] for other in larger), Fraction(0))
