"""Rules that turn raw values into field values: sentinels, ranges, bits, enums, scales. Compiled once for each slot. Pure."""

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
"""A longer text is noise rather than the state of a device, and the centre would reject the whole batch because of it."""

_LARGEST_INT = 2**63 - 1
_ABOVE_ALL_BYTES = b"\xff" * 256

Raw = int | float | str | bool | bytes


class ValueRule(NamedTuple):
    """How to turn a slot's raw values into values. Without `make`, a raw value from `low` to `high` is the value.

    A limit that no raw value of the type exceeds is infinite.
    `make` turns a raw value into the value, or None if it is bad; `explain` returns why a raw value is bad that is outside the
    limits, or for which `make` returned None.
    """

    low: Number | bytes
    high: Number | bytes
    make: Callable[[Raw], Value] | None
    explain: Callable[[Raw], Quality]


def value_rule(slot: Slot) -> ValueRule:
    """Compile the rule of a slot."""
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
    return ValueRule(*_whole(point, low, high), make, explain)


def _first_step(point: Point) -> Callable[[Raw], Raw | None] | None:
    """Return the function that extracts a value's number or text from the bytes or register that contain it; None if not needed."""
    unpack = unpacker(point)
    extract = bit_field(point) if point.bit is not None or point.bits is not None else None
    if unpack is None:
        return (lambda raw: extract(int(raw))) if extract is not None else None
    if extract is None:
        return unpack  # type: ignore[return-value]  # it takes bytes, and its raw values are bytes

    def both(raw: Raw) -> Raw | None:
        number = unpack(raw)  # type: ignore[arg-type]  # bytes, as above
        return extract(number) if isinstance(number, int) else None

    return both


def _in_steps(slot: Slot, first: Callable[[Raw], Raw | None]) -> ValueRule:
    """Compile the rule of a value that must be extracted before it can be checked."""
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
        if value is None or value in own or (checked and not low <= value <= high):  # type: ignore[operator]  # `checked` types are numbers
            return None
        return make(value) if make is not None else value  # type: ignore[return-value]  # extracted, so not bytes

    def explain(raw: Raw) -> Quality:
        value = first(raw)
        return Quality.BadSensorFailure if value in own or (value is None and point.valid_bit is not None) else Quality.BadOutOfRange

    in_bytes = unpacker(point) is not None
    return ValueRule(b"" if in_bytes else -math.inf, _ABOVE_ALL_BYTES if in_bytes else math.inf, made, explain)


def _signed(code: int, point: Point) -> int:
    """Convert a sentinel as data sheets print it (0x8000) to the value that a signed register reads as (-32768)."""
    bits = 8 * SIZE_BYTES.get(point.type, 2)
    return code - (1 << bits) if point.type.startswith("int") and code >= 1 << (bits - 1) else code


def _limits(slot: Slot) -> tuple[Number, Number]:
    """Convert the point's limits from its unit to raw values; values that a database can't store are outside them."""
    point = slot.point
    scale, offset = Fraction(point.scale or 1), Fraction(point.offset or 0)

    def raw(limit: Decimal | None, otherwise: float) -> Number:
        return otherwise if limit is None else float((Fraction(limit) - offset) / scale)

    # NaN and infinity fail every comparison with these.
    largest: Number = {"float32": 3.4028235e38, "float64": sys.float_info.max, "number": sys.float_info.max}.get(point.type, math.inf)
    if slot.field.type is FieldType.INT:
        largest = min(largest, int(_LARGEST_INT / abs(scale * slot.factor)))
    low, high = raw(point.min, -largest), raw(point.max, largest)
    low, high = min(low, high), max(low, high)
    return low, min(high, point.wraps_at - 1) if point.wraps_at is not None else high


def _whole(point: Point, low: Number, high: Number) -> tuple[Number, Number]:
    """Return the limits of an integer as integers, which compare twice as fast with it, or as infinite where its type is narrower."""
    if not point.type.startswith(("int", "uint")):
        return low, high
    bits = 8 * SIZE_BYTES[point.type]
    least, most = (0, (1 << bits) - 1) if point.type.startswith("uint") else (-1 << bits - 1, (1 << bits - 1) - 1)
    return -math.inf if low <= least else math.ceil(low), math.inf if high >= most else math.floor(high)


def _narrowed(
    low: Number, high: Number, inside: list[int], make: Callable[[Raw], Value] | None
) -> tuple[Number, Number, Callable[[Raw], Value] | None]:
    """Exclude sentinels within the limits: by moving a limit if they are at the upper end, otherwise one by one."""
    for code in sorted(inside, reverse=True):
        if code >= 0x7FFF and all(code <= other for other in inside):
            return low, code - 1, make
    excluded = frozenset(inside)

    def checked(raw: Raw) -> Value:
        return None if raw in excluded else make(raw) if make else raw  # type: ignore[return-value]  # sentinels are numbers

    return low, high, checked


def _maker(slot: Slot) -> Callable[[Raw], Value] | None:
    """Return the function from a checked number or text to the value, or None if they are the same."""
    zero_below, make = slot.point.zero_below, _maker_of(slot)
    if zero_below is None:
        return make

    def floored(raw: Raw) -> Value:
        number = 0 if raw < zero_below else raw  # type: ignore[operator]  # a number
        return make(number) if make is not None else number  # type: ignore[return-value]

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
    """Return the function that scales a value at the edge: the scale in a schema serves neither numbers in text nor offsets."""
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
