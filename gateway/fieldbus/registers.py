"""From the bytes of an answer to values: one permutation where words are swapped, one `struct` unpack, one check of limits."""

import struct
from collections.abc import Callable, Sequence
from operator import itemgetter, le
from typing import Any, NamedTuple

from gateway.fieldbus.binding import BoundDevice, Slot
from gateway.fieldbus.plan import Read, Span, span
from gateway.fieldbus.shape import shape
from gateway.model.batch import Value
from gateway.model.profile import WIDTH

_LETTER = {"bool": "H", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "int64": "q", "uint64": "Q", "float32": "f",
           "float64": "d"}  # fmt: skip


class Decoded(NamedTuple):
    """The values of a read in the order of its slots, and the codes of those that are not good, by position."""

    values: list[Value]
    quality: dict[int, int]


class _Item(NamedTuple):
    """One thing in the unpacked tuple: where it begins (registers from the read's first), its letter, its word order."""

    offset: int
    letter: str
    swapped: bool


class Decoder:
    """Turns the data bytes of one read's answer into values; compiled once for each read of a plan."""

    def __init__(self, device: BoundDevice, read: Read) -> None:
        spans = [span(number, device.slots[number]) for number in read.slots]
        self._shapes = [shape(device.slots[number]) for number in read.slots]
        bits = read.function in (1, 2)
        self._items = _bits(read, spans) if bits else _words(device, read, spans)
        self._low = [one.low for one in self._shapes]
        self._high = [one.high for one in self._shapes]
        self._make = [(position, one.make) for position, one in enumerate(self._shapes) if one.make is not None]

    def __call__(self, data: bytes) -> Decoded:
        """Decode the data of an answer, whose length the line has checked."""
        raw = self._items(data)
        values: list[Value] = list(raw)
        for position, make in self._make:
            values[position] = make(raw[position])
        if all(map(le, self._low, raw)) and all(map(le, raw, self._high)) and None not in values:
            return Decoded(values, {})
        return self._explained(raw, values)

    def _explained(self, raw: Sequence[Any], values: list[Value]) -> Decoded:
        quality: dict[int, int] = {}
        for position, one in enumerate(self._shapes):
            if values[position] is None or not one.low <= raw[position] <= one.high:
                quality[position] = one.explain(raw[position])
                values[position] = None
        return Decoded(values, quality)


def _bits(read: Read, spans: Sequence[Span]) -> Callable[[bytes], Sequence[Any]]:
    places = [divmod(one.address - read.address, 8) for one in spans]
    return lambda data: [data[byte] >> bit & 1 for byte, bit in places]


def _words(device: BoundDevice, read: Read, spans: Sequence[Span]) -> Callable[[bytes], Sequence[Any]]:
    """Compile the unpacking of a block of registers: distinct items in one struct, overlapping ones in further passes."""
    wanted = [_item(read, device.slots[one.slot], one, device) for one in spans]
    passes: list[list[_Item]] = []
    for item in sorted(set(wanted)):
        for items in passes:
            last = items[-1]
            if item.offset >= last.offset + struct.calcsize(">" + last.letter) // 2:
                items.append(item)
                break
        else:
            passes.append([item])
    order = [item for items in passes for item in items]
    unpacks = [_unpacker(items, read.quantity) for items in passes]
    take = [order.index(item) for item in wanted]
    if len(unpacks) == 1:
        unpack = unpacks[0]
        if take == list(range(len(order))):
            return unpack
        pick = itemgetter(*take) if len(take) > 1 else lambda items, only=take[0]: (items[only],)
        return lambda data: pick(unpack(data))

    def unpack_all(data: bytes) -> Sequence[Any]:
        found = [item for unpack in unpacks for item in unpack(data)]
        return [found[index] for index in take]

    return unpack_all


def _item(read: Read, slot: Slot, one: Span, device: BoundDevice) -> _Item:
    default = device.profile.modbus.word_order if device.profile.modbus else "big"
    swapped = WIDTH[slot.point.type] > 1 and (slot.point.word_order or default) == "little"
    return _Item(one.address - read.address, _LETTER[slot.point.type], swapped)


def _unpacker(items: Sequence[_Item], count: int) -> Callable[[bytes], tuple[Any, ...]]:
    form, place = ">", 0
    order = list(range(2 * count))
    for item in items:
        width = struct.calcsize(">" + item.letter) // 2
        form += "xx" * (item.offset - place) + item.letter
        place = item.offset + width
        if item.swapped:
            words = range(item.offset, place)
            for target, source in zip(words, reversed(words), strict=True):
                order[2 * target : 2 * target + 2] = [2 * source, 2 * source + 1]
    unpack = struct.Struct(form + "xx" * (count - place)).unpack
    if order == list(range(2 * count)):
        return unpack
    permute = itemgetter(*order)
    return lambda data: unpack(bytes(permute(data)))
