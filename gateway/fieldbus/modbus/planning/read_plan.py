"""Read planning: of all sets of reads that cover a device's wanted points, the one that takes the least time. Pure.

A point that lies within another needs no read of its own. The rest, sorted by address, have rising starts and rising ends, so
in the cheapest set each read covers a run of neighbours, and dynamic programming over the starts of the runs is exact.
"""

import math
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate, groupby
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice, Slot
from gateway.fieldbus.modbus.planning.read_cost import BusCost
from gateway.model.profile import FUNCTION_OF, Modbus, table_of, width_of

LONGEST_READ = 125
LONGEST_BIT_READ = 2000
"""Modbus Application Protocol V1.1b3, sections 6.1 to 6.4."""


class Read(NamedTuple):
    """One read: function code, first address, number of registers (or bits), and the slots that it serves."""

    function: int
    address: int
    quantity: int
    slots: tuple[int, ...]


class RegisterSpan(NamedTuple):
    """The registers (or bits) of one slot; `alone` means that it gets a read of its own."""

    function: int
    alone: bool
    address: int
    width: int
    slot: int

    @property
    def end(self) -> int:
        """The address after the last one."""
        return self.address + self.width


class Hole(NamedTuple):
    """Addresses from `first` up to `end`, exclusive, that no read may span. An empty hole is a boundary that no read may cross."""

    function: int
    first: int
    end: int


class ReadLimits(NamedTuple):
    """What a device allows: the longest reads, holes that no read may span, and whether a read may bridge unwanted registers."""

    longest: int = LONGEST_READ
    longest_bits: int = LONGEST_BIT_READ
    holes: frozenset[Hole] = frozenset()
    bridging: bool = True

    def of(self, function: int) -> int:
        """Return the longest read of a function."""
        return self.longest_bits if function in (1, 2) else self.longest


class _Item(NamedTuple):
    """Addresses that must be in one read together, and the slots that they serve."""

    address: int
    end: int
    slots: tuple[int, ...]


def span(number: int, slot: Slot) -> RegisterSpan:
    """Return where a slot of a Modbus profile is.

    Raises:
        ValueError: the slot's point is not in a Modbus table.
    """
    table = table_of(slot.point)
    if table is None:
        raise ValueError(f"point '{slot.point.name}' has no address")
    address = table[1] + (slot.point.stride or 0) * slot.channel
    return RegisterSpan(table[0], slot.point.alone, address, width_of(slot.point), number)


def limits_of(modbus: Modbus) -> ReadLimits:
    """Return the limits that a profile states."""
    holes = frozenset(Hole(FUNCTION_OF[one.table], one.first, one.last + 1) for one in modbus.unreadable)
    return ReadLimits(modbus.longest_read, modbus.longest_bit_read, holes, modbus.bridging)


def plan(
    device: BoundDevice,
    cost: BusCost,
    wanted: Iterable[int] | None = None,
    learned: Collection[Hole] = (),
    apart: Collection[int] = (),
) -> list[Read]:
    """Return the cheapest reads that cover the wanted slots of a device, in the order of their addresses.

    Points that must never be bridged are holes unless they are wanted.

    Args:
        device: the device, which speaks Modbus.
        cost: the cost model of its line.
        wanted: the slots to cover; None for all.
        learned: holes that the device itself has shown.
        apart: slots that each get a read of their own.

    Raises:
        ValueError: the device does not speak Modbus.
    """
    modbus = device.profile.modbus
    if modbus is None:
        raise ValueError(f"'{device.profile.profile}' does not speak Modbus")
    chosen = set(range(len(device.slots)) if wanted is None else wanted)
    spans = in_whole([span(number, device.slots[number]) for number in sorted(chosen)], device)
    spans = [one._replace(alone=one.alone or one.slot in apart) for one in spans]
    limits = limits_of(modbus)
    return plan_spans(spans, limits._replace(holes=limits.holes | frozenset(learned) | _unbridged(device, spans)), cost)


def in_whole(spans: Sequence[RegisterSpan], device: BoundDevice) -> list[RegisterSpan]:
    """Widen spans to the stretches around them that can only be read whole."""
    stretches = device.profile.modbus.undivided if device.profile.modbus else ()
    whole = [(FUNCTION_OF[one.table], one.first, one.last + 1) for one in stretches]
    widened = []
    for one in spans:
        found = next((w for w in whole if w[0] == one.function and w[1] <= one.address and one.end <= w[2]), None)
        widened.append(one._replace(address=found[1], width=found[2] - found[1]) if found and not one.alone else one)
    return widened


def _unbridged(device: BoundDevice, wanted: Sequence[RegisterSpan]) -> frozenset[Hole]:
    """Return the points that no read may bridge, as holes, except those that are wanted; this includes points that the site left out."""
    wanted_places = {(one.function, one.address) for one in wanted}
    holes = set()
    for point in device.profile.points:
        table = table_of(point)
        if table is None or point.bridge:
            continue
        for channel in range((point.repeats or device.profile.channels or 1) if point.stride else 1):
            address = table[1] + (point.stride or 0) * channel
            if (table[0], address) not in wanted_places:
                holes.add(Hole(table[0], address, address + width_of(point)))
    return frozenset(holes)


def plan_spans(spans: Iterable[RegisterSpan], limits: ReadLimits, cost: BusCost) -> list[Read]:
    """Return the cheapest reads that cover spans of any tables within limits."""
    reads: list[Read] = []
    for (function, alone), group in groupby(sorted(spans), key=lambda one: (one.function, one.alone)):
        items = _items(group)
        if alone:
            reads.extend(Read(function, item.address, item.end - item.address, item.slots) for item in items)
        else:
            reads.extend(_cheapest(function, _undominated(items), limits, cost))
    return reads


def _items(spans: Iterable[RegisterSpan]) -> list[_Item]:
    """Join slots at the same addresses."""
    slots: dict[tuple[int, int], list[int]] = {}
    for one in spans:
        slots.setdefault((one.address, one.end), []).append(one.slot)
    return [_Item(address, end, tuple(served)) for (address, end), served in sorted(slots.items())]


def _undominated(items: Sequence[_Item]) -> list[_Item]:
    """Merge items that lie within another into it. Of the remaining items, sorted, both starts and ends rise."""
    left: list[_Item] = []
    for item in sorted(items, key=lambda one: (one.address, -one.end)):
        if left and item.end <= left[-1].end:
            left[-1] = left[-1]._replace(slots=left[-1].slots + item.slots)
        else:
            left.append(item)
    return left


def _cheapest(function: int, items: Sequence[_Item], limits: ReadLimits, cost: BusCost) -> list[Read]:
    """Find the runs of neighbours whose reads cost the least; ties go to fewer reads, then to fewer registers."""
    holes = _nearest_ends(hole for hole in limits.holes if hole.function == function)
    best: list[tuple[float, int, int]] = [(0.0, 0, 0)]
    begins = [0]
    for last in range(len(items)):
        found, begin = (math.inf, 0, 0), last
        for first in range(last, -1, -1):
            quantity = items[last].end - items[first].address
            if first < last and not _may_join(items, first, last, quantity, limits, limits.of(function), holes):
                break
            before = best[first]
            whole = (before[0] + cost.read_s(function, quantity), before[1] + 1, before[2] + quantity)
            if whole < found:
                found, begin = whole, first
        best.append(found)
        begins.append(begin)
    runs = []
    last = len(items)
    while last > 0:
        runs.append((begins[last], last))
        last = begins[last]
    return [_read(function, items[first:last]) for first, last in reversed(runs)]


def _may_join(
    items: Sequence[_Item],
    first: int,
    last: int,
    quantity: int,
    limits: ReadLimits,
    longest: int,
    holes: tuple[Sequence[int], Sequence[int]],
) -> bool:
    """Return whether one read may cover a run; if not, no longer run may be covered either."""
    if quantity > longest:
        return False
    if not limits.bridging and items[first].end < items[first + 1].address:
        return False
    address, end = items[first].address, items[last].end
    firsts, nearest_ends = holes
    after = bisect_right(firsts, address)
    return after == len(firsts) or nearest_ends[after] >= end


def _nearest_ends(holes: Iterable[Hole]) -> tuple[list[int], list[int]]:
    """Return the firsts of holes, sorted, and for each the lowest end of it and all later ones."""
    ordered = sorted((hole.first, hole.end) for hole in holes)
    lowest = list(accumulate((end for _, end in reversed(ordered)), min))
    return [first for first, _ in ordered], lowest[::-1]


def _read(function: int, items: Sequence[_Item]) -> Read:
    slots = tuple(slot for item in items for slot in item.slots)
    return Read(function, items[0].address, items[-1].end - items[0].address, slots)


def gaps(read: Read, spans: Iterable[RegisterSpan]) -> list[Hole]:
    """Return the stretches that a read bridges: registers read but not wanted."""
    found, at = [], read.address
    for one in sorted((one for one in spans if one.function == read.function), key=lambda one: one.address):
        if at < one.address < read.address + read.quantity:
            found.append(Hole(read.function, at, one.address))
        if one.address < read.address + read.quantity:
            at = max(at, one.end)
    return found
