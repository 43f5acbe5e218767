"""Raw values of a row converted to their field's unit and type; values that don't fit are errors. Pure."""

import math
import sys
from collections.abc import Callable

from gateway.model.batch import LATEST_MS, Batch, BatchError, BatchRow, Value
from gateway.model.canonical import FieldType
from gateway.model.stream import StreamField

ValueConverter = Callable[[Value], Value]

STRING_LIMIT = 1024
LARGEST_INT = 2**63 - 1

_NUMBERS: frozenset[type] = frozenset((int, float, type(None)))
_TYPES: dict[FieldType, frozenset[type]] = {
    FieldType.BOOL: frozenset((bool, type(None))),
    FieldType.STRING: frozenset((str, type(None))),
}


def converters(fields: tuple[StreamField, ...]) -> tuple[ValueConverter, ...]:
    """Return a converter for each field; absent values stay absent.

    A converter raises BatchError if the value does not fit its field.
    """
    return tuple(map(_converter, fields))


def types_of(kind: FieldType) -> frozenset[type]:
    """Return the types that a raw value of a field may have."""
    return _TYPES.get(kind, _NUMBERS)


def _converter(field: StreamField) -> ValueConverter:
    if field.type is FieldType.BOOL:
        return lambda value: value if value is None or isinstance(value, bool) else _unfit(field, value)
    if field.type is FieldType.STRING:
        return lambda value: value if value is None or (isinstance(value, str) and len(value) <= STRING_LIMIT) else _unfit(field, value)
    scale = field.converter()
    low, high = (-LARGEST_INT - 1, LARGEST_INT) if field.type is FieldType.INT else (-sys.float_info.max, sys.float_info.max)

    def number(value: Value) -> Value:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return _unfit(field, value)
        try:
            scaled = scale(value)
        except (OverflowError, ValueError):  # beyond what a float can hold
            return _unfit(field, value)
        return scaled if low <= scaled <= high else _unfit(field, value)

    return number


def _unfit(field: StreamField, value: Value) -> Value:
    raise BatchError(f"{value!r:.40} is not a valid {field.type.value} for {field.name}")


def time_of(batch: Batch, row: BatchRow) -> int:
    """Return the time of a row in milliseconds since 1970.

    Raises:
        BatchError: The time is outside of what stores can represent.
    """
    t_ms = batch.t0_ms + row.dt_ms
    if not 0 <= t_ms <= LATEST_MS:
        raise BatchError(f"time {t_ms} ms is out of range (0 to {LATEST_MS})")
    return t_ms
