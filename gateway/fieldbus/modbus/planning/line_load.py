"""How much of a line its devices take: predicted from the plan before anything is plugged in. Pure."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.modbus.planning.read_cost import BusCost
from gateway.fieldbus.modbus.planning.read_plan import plan

WARN_ABOVE, REFUSE_ABOVE = 0.7, 1.0
"""Above the first a line has no room left for repeats, probes and commands; above the second the intervals can't be kept."""

_MOST_TICKS = 10_000
"""How many ticks of a common period are counted one by one."""


class DeviceLoad(NamedTuple):
    """What one device takes: its share of the line, and one reading of everything in seconds."""

    device: str
    share: float
    sweep_s: float
    reads: int


def device_load(device: BoundDevice, cost: BusCost) -> DeviceLoad:
    """Predict what a Modbus device takes of its line."""

    @cache
    def cost_s(groups: tuple[int, ...]) -> float:
        wanted = [slot for group in groups for slot in device.slots_of(device.groups[group].streams)]
        return sum(cost.read_s(read.function, read.quantity) for read in plan(device, cost, wanted))

    everything = plan(device, cost)
    sweep_s = sum(cost.read_s(read.function, read.quantity) for read in everything)
    return DeviceLoad(device.id, share([group.every_s for group in device.groups], cost_s), sweep_s, len(everything))


def share(intervals_s: Sequence[float], cost_s: Callable[[tuple[int, ...]], float]) -> float:
    """Give the share of a line that groups of points take that are due so often; 0 is as often as possible and counts as nothing.

    Groups that fall due together are planned together. That is counted exactly over their common period where it is short;
    elsewhere each group counts by itself, which is the most that it can be.
    """
    every_ms = {number: round(1000 * every_s) for number, every_s in enumerate(intervals_s) if every_s > 0}
    if not every_ms:
        return 0.0
    period, step = math.lcm(*every_ms.values()), math.gcd(*every_ms.values())
    if period // step > _MOST_TICKS:
        return sum(cost_s((number,)) / intervals_s[number] for number in every_ms)
    due = (tuple(number for number, every in every_ms.items() if tick % every == 0) for tick in range(0, period, step))
    return 1000 * sum(cost_s(groups) for groups in due if groups) / period
