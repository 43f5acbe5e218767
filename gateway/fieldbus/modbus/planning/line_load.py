"""The share of a line's time that its devices take, predicted from their read plans. Pure."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.modbus.planning.read_cost import BusCost
from gateway.fieldbus.modbus.planning.read_plan import plan

WARN_ABOVE, REFUSE_ABOVE = 0.7, 1.0
"""Above the first, a line has little room left for retries, probes and commands; above the second, intervals can't be kept."""

_MOST_TICKS = 10_000
"""The most ticks of a common period to count one by one."""


class DeviceLoad(NamedTuple):
    """The load of one device: its share of the line, and the seconds and reads that one reading of everything takes."""

    device: str
    share: float
    sweep_s: float
    reads: int


def device_load(device: BoundDevice, cost: BusCost) -> DeviceLoad:
    """Predict the load of a Modbus device on its line."""

    @cache
    def cost_s(groups: tuple[int, ...]) -> float:
        wanted = [slot for group in groups for slot in device.slots_of(device.groups[group].streams)]
        return sum(cost.read_s(read.function, read.quantity) for read in plan(device, cost, wanted))

    everything = plan(device, cost)
    sweep_s = sum(cost.read_s(read.function, read.quantity) for read in everything)
    return DeviceLoad(device.id, share([group.every_s for group in device.groups], cost_s), sweep_s, len(everything))


def share(intervals_s: Sequence[float], cost_s: Callable[[tuple[int, ...]], float]) -> float:
    """Return the share of a line's time that groups of points take at their intervals; an interval of 0 (as often as possible) counts as 0.

    Groups that are due together are read together. Over a short common period that is counted exactly; otherwise each group
    counts by itself, which is an upper bound.
    """
    every_ms = {number: round(1000 * every_s) for number, every_s in enumerate(intervals_s) if every_s > 0}
    if not every_ms:
        return 0.0
    period, step = math.lcm(*every_ms.values()), math.gcd(*every_ms.values())
    if period // step > _MOST_TICKS:
        return sum(cost_s((number,)) / intervals_s[number] for number in every_ms)
    due = (tuple(number for number, every in every_ms.items() if tick % every == 0) for tick in range(0, period, step))
    return 1000 * sum(cost_s(groups) for groups in due if groups) / period
