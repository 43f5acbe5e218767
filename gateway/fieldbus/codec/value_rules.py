"""From what stands on the wire to the value of a field: sentinels, ranges, bits, enums, scales. Compiled once a slot."""

import math
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import Slot
from gateway.fieldbus.codec.packed_types import bit_field, unpacker
from gateway.model.batch import Value
from gateway.model.canonical import FieldType
from gateway.model.profile import SIZE_BYTES, Point
from gateway.model.quality import Quality
from gateway.model.units import Number, scaler

_LONGEST_TEXT = 256
"""A longer text is no state of a device but noise, and would be refused by the centre with all that came beside it."""

_LARGEST_INT = 2**63 - 1
_ABOVE_ALL_BYTES = b"\xff" * 256

Raw = int | float | str | bool | bytes


class ValueRule(NamedTuple):
    """How a slot's values are made. A raw value from `low` to `high` that `make` leaves alone is good as it is.

    `make` turns a raw value into the row's value (None: no change); `explain` says why a raw value outside of the
    limits, or one for which `make` gave None, is bad.
    """

    low: Number | bytes
    high: Number | bytes
    make: Callable[[Raw], Value] | None
    explain: Callable[[Raw], Quality]


def value_rule(slot: Slot) -> ValueRule:
    """Compile how a slot's raw values are checked and turned into values of its row."""
    point = slot.point
    first = _first_step(point)
    if first is not None:
        return _in_steps(slot, first)
    invalid = frozenset(_signed(code, point) for code in point.invalid)

    def explain(raw: Raw) -> Quality:
        return Quality.BadSensorFailure if raw in invalid else Quality.BadOutOfRange

    low, high = _limits(slot)
    inside = [code for code in invalid if low <= code <= high]
    make = _maker(slot)
    if inside:
        low, high, make = _narrowed(low, high, inside, make)
    return ValueRule(low, high, make, explain)


def _first_step(point: Point) -> Callable[[Raw], Raw | None] | None:
    """Give what turns the bytes or the register that hold a value into the value's own number or text; None where they are it."""
    unpack = unpacker(point)
    take = bit_field(point) if point.bit is not None or point.bits is not None else None
    if unpack is None:
        return (lambda raw: take(int(raw))) if take is not None else None
    if take is None:
        return unpack  # type: ignore[return-value]  # takes bytes, and bytes is what it gets

    def both(raw: Raw) -> Raw | None:
        number = unpack(raw)  # type: ignore[arg-type]  # the same
        return take(number) if isinstance(number, int) else None

    return both


def _in_steps(slot: Slot, first: Callable[[Raw], Raw | None]) -> ValueRule:
    """Compile a value that must be taken out of what holds it before it can be checked."""
    point = slot.point
    own = (
        frozenset(point.invalid)
        if point.bits or not point.type.startswith("int")
        else frozenset(_signed(code, point) for code in point.invalid)
    )
    low, high = _limits(slot)
    make = _maker(slot)
    checked = point.type in SIZE_BYTES

    def made(raw: Raw) -> Value:
        value = first(raw)
        if value is None or value in own or (checked and not low <= value <= high):  # type: ignore[operator]  # numbers, then
            return None
        return make(value) if make is not None else value  # type: ignore[return-value]  # no bytes any more

    def explain(raw: Raw) -> Quality:
        value = first(raw)
        return Quality.BadSensorFailure if value in own or (value is None and point.valid_bit is not None) else Quality.BadOutOfRange

    in_bytes = unpacker(point) is not None
    return ValueRule(b"" if in_bytes else -math.inf, _ABOVE_ALL_BYTES if in_bytes else math.inf, made, explain)


def _signed(code: int, point: Point) -> int:
    """Turn a sentinel as data sheets print it (0x8000) into what a signed register reads as (-32768)."""
    bits = 8 * SIZE_BYTES.get(point.type, 2)
    return code - (1 << bits) if point.type.startswith("int") and code >= 1 << (bits - 1) else code


def _limits(slot: Slot) -> tuple[Number, Number]:
    """Turn the point's limits, which are in its unit, into limits of its raw value; what a store can't keep is beyond them."""
    point = slot.point
    scale, offset = Fraction(point.scale or 1), Fraction(point.offset or 0)

    def raw(limit: Decimal | None, otherwise: float) -> Number:
        return otherwise if limit is None else float((Fraction(limit) - offset) / scale)

    # A float that is no number fails every comparison, and so does one that is infinite.
    largest: Number = {"float32": 3.4028235e38, "float64": sys.float_info.max, "number": sys.float_info.max}.get(point.type, math.inf)
    if slot.field.type is FieldType.INT:
        largest = min(largest, int(_LARGEST_INT / abs(scale * slot.factor)))
    low, high = raw(point.min, -largest), raw(point.max, largest)
    low, high = min(low, high), max(low, high)
    return low, min(high, point.wraps_at - 1) if point.wraps_at is not None else high


def _narrowed(
    low: Number, high: Number, inside: list[int], make: Callable[[Raw], Value] | None
) -> tuple[Number, Number, Callable[[Raw], Value] | None]:
    """Shut sentinels out that stand within the limits: by a limit where they are at an end, else one by one."""
    for code in sorted(inside, reverse=True):
        if code >= 0x7FFF and all(code <= other for other in inside):
            return low, code - 1, make
    shut = frozenset(inside)

    def checked(raw: Raw) -> Value:
        return None if raw in shut else make(raw) if make else raw  # type: ignore[return-value]  # registers hold no bytes here

    return low, high, checked


def _maker(slot: Slot) -> Callable[[Raw], Value] | None:
    """Give what turns a checked number or text into the row's value; None where they are the same."""
    zero_below, make = slot.point.zero_below, _maker_of(slot)
    if zero_below is None:
        return make

    def floored(raw: Raw) -> Value:
        kept = 0 if raw < zero_below else raw  # type: ignore[operator]  # a number
        return make(kept) if make is not None else kept  # type: ignore[return-value]

    return floored


def _maker_of(slot: Slot) -> Callable[[Raw], Value] | None:
    point = slot.point
    if point.enum is not None:
        words = point.enum
        return lambda raw: words.get(int(raw))
    if point.type == "bool":
        return bool
    if point.type not in SIZE_BYTES and point.type not in ("number", "hex"):
        return lambda raw: text if len(text := str(raw)) <= _LONGEST_TEXT else None
    if slot.field.type is FieldType.STRING and point.type in SIZE_BYTES:
        convert = scaler(Fraction(point.scale or 1))
        return lambda raw: str(convert(raw))  # type: ignore[arg-type]  # a number
    if point.type in ("number", "hex") or point.offset is not None:
        return _number(slot)
    return None


def _number(slot: Slot) -> Callable[[Raw], Value]:
    """Compute a value at the edge, where no scale travels: numbers in text, and whatever has an offset."""
    point = slot.point
    scale = Fraction(point.scale or 1) * slot.factor
    offset = Fraction(point.offset or 0) * slot.factor
    whole = slot.field.type is FieldType.INT
    if scale == 1 and offset == 0:
        return (lambda raw: round(float(raw))) if whole else float

    def computed(raw: Raw) -> Value:
        value = Fraction(raw) * scale + offset  # type: ignore[arg-type]  # a number
        return round(value) if whole else float(value)

    return computed
