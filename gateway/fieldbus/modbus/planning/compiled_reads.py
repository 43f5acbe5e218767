"""Compiled plans: which reads feed which streams, and the decoder of each. Devices that are alike share them."""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice, Slot
from gateway.fieldbus.codec.unpacking import Decoder, compile_items, register_item
from gateway.fieldbus.modbus.planning.read_cost import BusCost
from gateway.fieldbus.modbus.planning.read_plan import Hole, Read, plan, span


class CompiledRead(NamedTuple):
    """A read and its decoder; `place` is where its values go in the device's row of slots, where they stand side by side."""

    read: Read
    decode: Decoder
    place: slice | None


class StreamReads(NamedTuple):
    """One stream: its position in the device, the range of its slots, and the positions of the reads that feed it."""

    stream: int
    first: int
    last: int
    reads: tuple[int, ...]


class CompiledStreams(NamedTuple):
    """The reads for some of a device's streams, and which of their slots are left out because the device refuses them."""

    reads: tuple[CompiledRead, ...]
    feeds: tuple[StreamReads, ...]
    left_out: frozenset[int]


class PlanConstraints(NamedTuple):
    """What a device has shown that its plan must respect."""

    holes: frozenset[Hole]
    left_out: frozenset[int]
    apart: frozenset[int]


class CompiledReads:
    """Compiles the reads of devices, once for all that share their slots and have shown the same."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[int, tuple[int, ...], BusCost, PlanConstraints], CompiledStreams] = {}
        self._slots: dict[int, tuple[Slot, ...]] = {}
        """Keeps what the identities above stand for."""

    def get(self, device: BoundDevice, streams: Sequence[int], cost: BusCost, learnt: PlanConstraints) -> CompiledStreams:
        """Give the compiled reads of some of a device's streams."""
        key = (id(device.slots), tuple(streams), cost, learnt)
        found = self._compiled.get(key)
        if found is None:
            found = compile_streams(device, streams, cost, learnt)
            if not learnt.apart:
                self._slots[id(device.slots)] = device.slots
                self._compiled[key] = found
        return found


def compile_streams(device: BoundDevice, streams: Sequence[int], cost: BusCost, learnt: PlanConstraints) -> CompiledStreams:
    """Plan and compile the reads of some of a device's streams."""
    wanted = set(device.slots_of(streams))
    reads = plan(device, cost, wanted - learnt.left_out, learnt.holes, learnt.apart)
    feeds = []
    for number in streams:
        bound = device.streams[number]
        serving = tuple(n for n, read in enumerate(reads) if any(bound.first <= slot < bound.last for slot in read.slots))
        feeds.append(StreamReads(number, bound.first, bound.last, serving))
    return CompiledStreams(tuple(compile_read(device, read) for read in reads), tuple(feeds), learnt.left_out & wanted)


def compile_read(device: BoundDevice, read: Read) -> CompiledRead:
    """Compile one read."""
    first, last = read.slots[0], read.slots[-1]
    side_by_side = read.slots == tuple(range(first, last + 1))
    return CompiledRead(read, decoder_of(device, read), slice(first, last + 1) if side_by_side else None)


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
