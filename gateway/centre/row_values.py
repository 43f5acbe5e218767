"""From a row's values to what a store keeps: scaled, in the field's type, and nothing that is not."""

import math
from collections.abc import Callable
from functools import lru_cache

from gateway.model.batch import LATEST_MS, Batch, BatchError, BatchRow, Value
from gateway.model.canonical import FieldType
from gateway.model.stream import StreamField

KINDS_KEPT = 1024
"""Thousands of streams are of few kinds: what is made of their fields alone is made, and kept, once for all of a kind."""

ValueConverter = Callable[[Value], Value]

_STRING_LIMIT = 1024
LARGEST_INT = 2**63 - 1


@lru_cache(KINDS_KEPT)
def converters(fields: tuple[StreamField, ...]) -> tuple[ValueConverter, ...]:
    """Give what turns a row's values into the stream's, field by field; absent values stay absent."""
    return tuple(map(_converter, fields))


def _converter(field: StreamField) -> ValueConverter:
    if field.type is FieldType.BOOL:
        return lambda value: value if value is None or isinstance(value, bool) else _unfit(field, value)
    if field.type is FieldType.STRING:
        return lambda value: value if value is None or (isinstance(value, str) and len(value) <= _STRING_LIMIT) else _unfit(field, value)
    scale = field.converter()
    exact = field.type is FieldType.INT

    def number(value: Value) -> Value:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return _unfit(field, value)
        scaled = scale(value)
        return _unfit(field, value) if exact and abs(scaled) > LARGEST_INT else scaled

    return number


def _unfit(field: StreamField, value: Value) -> Value:
    raise BatchError(f"{value!r:.40} is no value of {field.name}, a {field.type.value}")


def time_of(batch: Batch, row: BatchRow) -> int:
    """Give the time of a row in milliseconds.

    Raises:
        BatchError: it is no time that a store can keep.
    """
    t_ms = batch.t0_ms + row.dt_ms
    if not 0 <= t_ms <= LATEST_MS:
        raise BatchError(f"{t_ms} ms is no time")
    return t_ms
