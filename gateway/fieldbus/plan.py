"""Which registers to read: a device's points merged into as few reads as stand side by side."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from gateway.fieldbus.binding import BoundDevice, Slot
from gateway.model.profile import WIDTH, table_of

LONGEST_BIT_READ = 2000
"""Modbus Application Protocol V1.1b3, sections 6.1 and 6.2."""


class Read(NamedTuple):
    """One read: function code, first address, number of registers (or bits), and the slots that it serves."""

    function: int
    address: int
    quantity: int
    slots: tuple[int, ...]


class Span(NamedTuple):
    """Where one slot stands."""

    function: int
    alone: bool
    address: int
    width: int
    slot: int


def span(number: int, slot: Slot) -> Span:
    """Give the table, the address and the width of a slot of a Modbus profile.

    Raises:
        ValueError: the slot's point is on no Modbus table.
    """
    table = table_of(slot.point)
    if table is None:
        raise ValueError(f"point '{slot.point.name}' has no address")
    address = table[1] + (slot.point.stride or 0) * slot.channel
    return Span(table[0], slot.point.alone, address, WIDTH[slot.point.type], number)


def plan(device: BoundDevice) -> list[Read]:
    """Give the reads of one device, in the order of their function codes and addresses."""
    longest = device.profile.modbus.longest_read if device.profile.modbus else 125
    spans = sorted(span(number, slot) for number, slot in enumerate(device.slots))
    reads: list[Read] = []
    for (function, alone), group in groupby(spans, key=lambda one: (one.function, one.alone)):
        limit = 0 if alone else LONGEST_BIT_READ if function in (1, 2) else longest
        reads.extend(_merged(function, list(group), limit))
    return reads


def _merged(function: int, spans: Sequence[Span], limit: int) -> list[Read]:
    """Join spans that touch or overlap while a read stays within the limit; a limit of 0 joins only equal spans."""
    reads: list[Read] = []
    for one in spans:
        end = one.address + one.width
        if reads:
            last = reads[-1]
            joined = max(last.address + last.quantity, end) - last.address
            same = (one.address, one.width) == (last.address, last.quantity)
            if same or (one.address <= last.address + last.quantity and joined <= limit):
                reads[-1] = Read(function, last.address, joined, (*last.slots, one.slot))
                continue
        reads.append(Read(function, one.address, one.width, (one.slot,)))
    return reads
