"""Decodes the bytes of a response: one permutation if bytes are swapped, one `struct` unpack, one check of limits. Pure.

Modbus registers and binary frames use the same compiler: positions are byte offsets.
"""

import math
import struct
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter, le
from typing import Any, Literal, NamedTuple

from gateway.fieldbus.binding.bound_device import Slot
from gateway.fieldbus.codec.value_rules import ValueRule, value_rule
from gateway.model.batch import Value
from gateway.model.profile import Point, size_bytes
from gateway.model.reading import ALL_GOOD
from gateway.model.units import Number

_LETTER = {"bool": "H", "int8": "b", "uint8": "B", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "int64": "q", "uint64": "Q",
           "float32": "f", "float64": "d"}  # fmt: skip

_WHOLE = frozenset({"int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"})

Order = Literal["big", "little"]
Unpack = Callable[[bytes], Sequence[Any]]


class PackedItem(NamedTuple):
    """One item to unpack: its byte offset and size, its `struct` letter, and the order of its bytes."""

    offset: int
    size: int
    letter: str
    order: tuple[int, ...]


class Decoder:
    """Decodes the data of a response into values; compiled once for each read of a plan."""

    def __init__(self, slots: Sequence[Slot], unpack: Unpack) -> None:
        self._rules = [value_rule(slot) for slot in slots]
        self._unpack = unpack
        self._ranges, shared = _shared_ranges(slots, self._rules)
        self._low, self._to_low = _checks([one.low for one in self._rules], -math.inf, shared)
        self._high, self._to_high = _checks([one.high for one in self._rules], math.inf, shared)
        self._make = [(position, one.make) for position, one in enumerate(self._rules) if one.make is not None]

    def __call__(self, data: bytes) -> tuple[Sequence[Value], Mapping[int, int]]:
        """Decode the data of a response, whose length must be right.

        Returns:
            The values in the order of the slots, and the quality codes of those that are not good, by position.
        """
        raw = self._unpack(data)
        values: Sequence[Value] = raw
        if self._make:
            values = list(raw)
            for position, make in self._make:
                values[position] = make(raw[position])
        for low, high, pick in self._ranges:
            some = pick(raw)
            if min(some) < low or max(some) > high:
                return self._without_bad(raw, list(values))
        if (
            all(map(le, self._low, self._to_low(raw)))
            and all(map(le, self._to_high(raw), self._high))
            and (values is raw or None not in values)
        ):
            return values, ALL_GOOD
        return self._without_bad(raw, list(values))

    def _without_bad(self, raw: Sequence[Any], values: list[Value]) -> tuple[list[Value], dict[int, int]]:
        """Replace bad values by None, and return the reasons by position."""
        quality: dict[int, int] = {}
        for position, one in enumerate(self._rules):
            if values[position] is None or not one.low <= raw[position] <= one.high:
                quality[position] = one.explain(raw[position])
                values[position] = None
        return values, quality


class _Range(NamedTuple):
    """Limits that several raw values share, and the function that picks these."""

    low: Number
    high: Number
    pick: Callable[[Sequence[Any]], Sequence[Any]]


_NO_LIMITS = (-math.inf, math.inf)

_WORTH_SHARING = 4
"""From so many values on, their least and greatest are found faster than each is compared."""


def _shared_ranges(slots: Sequence[Slot], rules: Sequence[ValueRule]) -> tuple[list[_Range], frozenset[int]]:
    """Return the limits that several whole numbers share, and the positions of these. NaN has no place among least and greatest."""
    sharing: dict[tuple[Number, Number], list[int]] = defaultdict(list)
    for position, (slot, (low, high, _, _)) in enumerate(zip(slots, rules, strict=True)):
        if slot.point.type in _WHOLE and not isinstance(low, bytes) and not isinstance(high, bytes) and (low, high) != _NO_LIMITS:
            sharing[low, high].append(position)
    shared = {limits: positions for limits, positions in sharing.items() if len(positions) >= _WORTH_SHARING}
    return [_Range(*limits, _picker(positions)) for limits, positions in shared.items()], frozenset().union(*shared.values())


def _checks(
    limits: Sequence[Number | bytes], without: float, checked: frozenset[int]
) -> tuple[list[Number | bytes], Callable[[Sequence[Any]], Sequence[Any]]]:
    """Return the limits that a value can exceed, without those checked already, and the function that picks the values to compare."""
    positions = [position for position, limit in enumerate(limits) if limit != without and position not in checked]
    return [limits[position] for position in positions], _picker(positions)


def _picker(positions: Sequence[int]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    if len(positions) > 1:
        return itemgetter(*positions)
    return lambda items: [items[position] for position in positions]


def register_item(point: Point, offset: int, words: Order, octets: Order) -> PackedItem:
    """Return the item of a point in registers, with its word order and the byte order within each word.

    A value of one byte is the low or high byte of its register. The words of a text are never swapped.
    """
    size = size_bytes(point, in_registers=True)
    order = list(range(size))
    if point.type not in _LETTER and not point.type.startswith("bcd"):
        words = "big"
    if words == "little":
        order = [byte for word in reversed(range(0, size, 2)) for byte in (word, word + 1)]
    if octets == "little":
        order = [byte for word in range(0, size, 2) for byte in (order[word + 1], order[word])]
    if size_bytes(point, in_registers=False) == 1:
        byte = order[0] if point.byte == "high" else order[1]
        return PackedItem(offset + byte, 1, _letter(point, 1), (0,))
    return PackedItem(offset, size, _letter(point, size), tuple(order))


def frame_item(point: Point, octets: Order, channel: int = 0) -> PackedItem:
    """Return the item of a point on a channel in a binary frame."""
    size = 1 if point.type == "bool" else size_bytes(point, in_registers=False)
    reverse = (point.byte_order or octets) == "little" and (point.type in _LETTER or point.type in ("int24", "uint24"))
    order = tuple(reversed(range(size))) if reverse else tuple(range(size))
    return PackedItem((point.at or 0) + (point.stride or 0) * channel, size, "B" if point.type == "bool" else _letter(point, size), order)


def _letter(point: Point, size: int) -> str:
    return _LETTER.get(point.type, f"{size}s")


def compile_items(wanted: Sequence[PackedItem], size: int) -> Unpack:
    """Compile the unpacking of `size` bytes: items that don't overlap in one `struct`, others in further passes."""
    passes: list[list[PackedItem]] = []
    for item in sorted(set(wanted)):
        for items in passes:
            if item.offset >= items[-1].offset + items[-1].size:
                items.append(item)
                break
        else:
            passes.append([item])
    order = [item for items in passes for item in items]
    unpacks = [_unpacker(items, size) for items in passes]
    indexes = [order.index(item) for item in wanted]
    if len(unpacks) == 1:
        unpack = unpacks[0]
        if indexes == list(range(len(order))):
            return unpack
        pick = _picker(indexes)
        return lambda data: pick(unpack(data))

    def unpack_all(data: bytes) -> Sequence[Any]:
        found = [item for unpack in unpacks for item in unpack(data)]
        return [found[index] for index in indexes]

    return unpack_all


def _unpacker(items: Sequence[PackedItem], size: int) -> Callable[[bytes], tuple[Any, ...]]:
    form, place = ">", 0
    order = list(range(size))
    for item in items:
        form += f"{item.offset - place}x{item.letter}"
        place = item.offset + item.size
        for target, source in enumerate(item.order):
            order[item.offset + target] = item.offset + source
    unpack = struct.Struct(form + f"{size - place}x").unpack
    if order == list(range(size)):
        return unpack
    permute = itemgetter(*order)
    return lambda data: unpack(bytes(permute(data)))
