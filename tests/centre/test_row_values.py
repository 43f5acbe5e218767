"""Values converted to the unit and type of their field."""

import math

import pytest

from gateway.centre.row_values import converters, time_of
from gateway.model.batch import LATEST_MS, BatchError, BatchRow, Value
from gateway.model.canonical import FieldType
from gateway.model.stream import StreamField
from tests.centre.readings import T, batch

FLOAT, INT = StreamField("f", FieldType.FLOAT, scale="1/10"), StreamField("i", FieldType.INT, scale="3")
BOOL, STRING = StreamField("b", FieldType.BOOL), StreamField("s", FieldType.STRING)


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        (FLOAT, 2312, 231.2),
        (INT, 7, 21),
        (BOOL, True, True),
        (STRING, "on", "on"),
        (FLOAT, None, None),
        (INT, None, None),
        (BOOL, None, None),
        (STRING, None, None),
    ],
)
def test_a_value_is_converted_to_its_unit_and_type(field: StreamField, raw: Value, value: Value) -> None:
    (convert,) = converters((field,))
    assert convert(raw) == value
    assert type(convert(raw)) is type(value)


@pytest.mark.parametrize(
    ("field", "raw"),
    [(FLOAT, math.nan), (FLOAT, math.inf), (FLOAT, "1"), (FLOAT, True), (INT, 2**63), (BOOL, 1), (STRING, 1), (STRING, "x" * 1025)],
)
def test_a_value_that_does_not_fit_its_field_is_an_error(field: StreamField, raw: Value) -> None:
    (convert,) = converters((field,))
    with pytest.raises(BatchError, match=f"is not a valid {field.type.value} for {field.name}"):
        convert(raw)


def test_times_are_those_that_stores_can_represent() -> None:
    assert time_of(batch(), BatchRow(0, -5, ())) == T - 5
    assert time_of(batch(), BatchRow(0, LATEST_MS - T, ())) == LATEST_MS
    for dt_ms in (-T - 1, LATEST_MS - T + 1):
        with pytest.raises(BatchError, match="out of range"):
            time_of(batch(), BatchRow(0, dt_ms, ()))
