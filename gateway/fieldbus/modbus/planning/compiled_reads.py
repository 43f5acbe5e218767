"""Compiled plans: which reads feed which streams, and the decoder of each read. Identical devices share them. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice, Slot
from gateway.fieldbus.codec.unpacking import Decoder, compile_items, register_item
from gateway.fieldbus.modbus.planning.read_cost import BusCost
from gateway.fieldbus.modbus.planning.read_plan import Hole, Read, plan, span


class CompiledRead(NamedTuple):
    """A read and its decoder; `place` is the slice of the device's slots that it fills, or None if they are not contiguous."""

    read: Read
    decode: Decoder
    place: slice | None


class StreamReads(NamedTuple):
    """One stream: its index in the device, the range of its slots, and the indexes of the reads that feed it."""

    stream: int
    first: int
    last: int
    reads: tuple[int, ...]


class CompiledStreams(NamedTuple):
    """The reads for some of a device's streams, and the slots left out because the device refuses them."""

    reads: tuple[CompiledRead, ...]
    feeds: tuple[StreamReads, ...]
    left_out: frozenset[int]


class PlanConstraints(NamedTuple):
    """What a device has shown that its plan must respect: holes, slots to leave out, slots to read apart from others."""

    holes: frozenset[Hole]
    left_out: frozenset[int]
    apart: frozenset[int]


class CompiledReads:
    """Compiles reads, once for all devices that share their slots and constraints."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[int, tuple[int, ...], BusCost, PlanConstraints], CompiledStreams] = {}
        self._slots: dict[int, tuple[Slot, ...]] = {}
        """Keeps the slots alive whose ids are in the keys above."""

    def get(self, device: BoundDevice, streams: Sequence[int], cost: BusCost, constraints: PlanConstraints) -> CompiledStreams:
        """Return the compiled reads of some of a device's streams."""
        key = (id(device.slots), tuple(streams), cost, constraints)
        found = self._compiled.get(key)
        if found is None:
            found = compile_streams(device, streams, cost, constraints)
            if not constraints.apart:
                self._slots[id(device.slots)] = device.slots
                self._compiled[key] = found
        return found


def compile_streams(device: BoundDevice, streams: Sequence[int], cost: BusCost, constraints: PlanConstraints) -> CompiledStreams:
    """Plan and compile the reads of some of a device's streams."""
    wanted = set(device.slots_of(streams))
    reads = plan(device, cost, wanted - constraints.left_out, constraints.holes, constraints.apart)
    feeds = []
    for number in streams:
        bound = device.streams[number]
        serving = tuple(n for n, read in enumerate(reads) if any(bound.first <= slot < bound.last for slot in read.slots))
        feeds.append(StreamReads(number, bound.first, bound.last, serving))
    return CompiledStreams(tuple(compile_read(device, read) for read in reads), tuple(feeds), constraints.left_out & wanted)


def compile_read(device: BoundDevice, read: Read) -> CompiledRead:
    """Compile one read."""
    first, last = read.slots[0], read.slots[-1]
    contiguous = read.slots == tuple(range(first, last + 1))
    return CompiledRead(read, decoder_of(device, read), slice(first, last + 1) if contiguous else None)


def decoder_of(device: BoundDevice, read: Read) -> Decoder:
    """Compile the decoder of one Modbus read."""
    slots = [device.slots[number] for number in read.slots]
    spans = [span(number, device.slots[number]) for number in read.slots]
    if read.function in (1, 2):
        places = [divmod(one.address - read.address, 8) for one in spans]
        return Decoder(slots, lambda data: [data[byte] >> bit & 1 for byte, bit in places])
    modbus = device.profile.modbus
    words, octets = (modbus.word_order, modbus.byte_order) if modbus else ("big", "big")
    items = [
        register_item(slot.point, 2 * (one.address - read.address), slot.point.word_order or words, slot.point.byte_order or octets)
        for slot, one in zip(slots, spans, strict=True)
    ]
    return Decoder(slots, compile_items(items, 2 * read.quantity))
