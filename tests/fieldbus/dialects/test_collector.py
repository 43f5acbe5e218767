"""Raw values of one slot, collected between two readings."""

from fractions import Fraction
from typing import Any

import pytest

from gateway.fieldbus.binding.bound_device import Slot
from gateway.fieldbus.dialects.collector import Collector
from gateway.model.canonical import FieldType
from gateway.model.profile import Point
from gateway.model.quality import Quality
from gateway.model.stream import StreamField


def collector(**point: Any) -> Collector:
    fields: dict[str, Any] = {"name": "p", "key": "p", "type": "number"}
    return Collector(Slot(Point(**(fields | point)), 0, StreamField("p", FieldType.FLOAT), Fraction(1)))


def test_of_several_values_the_last_is_the_value() -> None:
    one = collector()
    for raw in (1, 2, 3):
        one.accept(raw)
    assert one.consume(Quality.BadNoData) == (3.0, Quality.Good)
    assert one.consume(Quality.BadNoData) == (None, Quality.BadNoData)


def test_a_mean_is_that_of_all_values_and_good_without_any() -> None:
    one = collector(collect="mean")
    for raw in (1, 2, 4.5):
        one.accept(raw)
    assert one.is_mean
    assert one.consume(Quality.BadTimeout) == (2.5, Quality.Good)
    assert one.consume(Quality.BadTimeout) == (None, Quality.GoodNoData)


def test_one_value_out_of_range_makes_a_mean_bad() -> None:
    one = collector(collect="mean", max=100)
    one.accept(50)
    one.accept(101)
    assert one.consume(Quality.BadTimeout) == (None, Quality.BadOutOfRange)


def test_a_bad_value_replaces_the_values_before_and_a_later_value_replaces_it() -> None:
    one = collector()
    one.accept(1)
    one.accept_bad(Quality.BadNoCommunication)
    assert not one.is_empty
    assert one.consume(Quality.BadNoData) == (None, Quality.BadNoCommunication)
    one.accept_bad(Quality.BadNoCommunication)
    one.accept(2)
    assert one.consume(Quality.BadNoData) == (2.0, Quality.Good)


@pytest.mark.parametrize("raw", ["fast", True])
def test_a_text_or_a_boolean_is_ignored_where_a_number_is_expected(raw: str | bool) -> None:
    one = collector()
    one.accept(7)
    one.accept(raw)
    assert one.consume(Quality.BadNoData) == (7.0, Quality.Good)


def test_a_cleared_collector_is_empty() -> None:
    one = collector()
    one.accept(7)
    one.clear()
    assert one.is_empty
