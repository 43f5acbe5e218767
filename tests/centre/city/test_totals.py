"""Totals of values that say what was counted since the reading before."""

import msgspec
import pytest

from gateway.centre.city.latest import LatestValues, Pace
from gateway.centre.city.totals import Totals
from gateway.centre.schemas import SchemaStreams
from gateway.model.batch import BatchRow, Clock, Value
from gateway.model.canonical import FieldType
from gateway.model.stream import Stream, StreamField
from tests.centre.readings import ME, T, batch

RAIN = Stream("st-1", "gauge", "test", "weather", (StreamField("air_temperature", FieldType.FLOAT), StreamField("precipitation", FieldType.FLOAT, "mm", "1/100")), 10.0)  # fmt: skip
COUNTS = Stream("gw", "gauge", "test", "completeness", (StreamField("expected", FieldType.INT),), 3600.0)
DOCUMENT = SchemaStreams(ME, [RAIN, COUNTS])
KEY = DOCUMENT.origins[0].key


def rain(dt_ms: int, hundredths: Value, quality: dict[int, int] | None = None) -> BatchRow:
    return BatchRow(0, dt_ms, (20.5, hundredths), quality)


def total(totals: Totals) -> tuple[float, int] | None:
    found = totals.of(KEY).get(1)
    return None if found is None else (found.value, found.since_ms - T)


def test_every_reading_is_counted_once_whatever_the_order_in_a_batch() -> None:
    totals = Totals()
    totals.add(batch(), [rain(20_000, 5), rain(10_000, 2), BatchRow(1, 0, (7,), None)], DOCUMENT)
    assert total(totals) == (0.07, 10_000)
    totals.add(batch(), [rain(20_000, 5), rain(30_000, 7)], DOCUMENT)
    assert total(totals) == (0.14, 10_000), "a batch that arrives again is not counted again"
    totals.add(batch(), [rain(15_000, 9)], DOCUMENT)
    assert total(totals) == (0.14, 10_000), "nor is a late reading"
    assert set(totals.of(KEY)) == {1}, "gauges have no total"
    assert not totals.of(DOCUMENT.origins[1].key)


@pytest.mark.parametrize(
    "row", [rain(40_000, None), rain(40_000, 9, {1: 0x800A0000}), rain(40_000, "much"), rain(2**62, 9), BatchRow(0, 40_000, (1.0,), None)]
)
def test_what_is_absent_bad_or_invalid_is_not_counted(row: BatchRow) -> None:
    totals = Totals()
    totals.add(batch(), [rain(10_000, 2), row], DOCUMENT)
    assert total(totals) == (0.02, 10_000)


def test_a_reading_with_a_trusted_time_is_newer_than_any_without() -> None:
    totals = Totals()
    totals.add(msgspec.structs.replace(batch(), clock=Clock.UNSYNCED), [rain(90_000, 1)], DOCUMENT)
    totals.add(batch(), [rain(10_000, 2)], DOCUMENT)
    assert total(totals) == (0.03, 90_000)


def test_the_stream_that_was_silent_for_longest_begins_again_if_there_are_too_many() -> None:
    totals = Totals(most_streams=1)
    other = SchemaStreams(ME, [msgspec.structs.replace(RAIN, device="other")])
    for document in (DOCUMENT, other):
        totals.add(batch(), [rain(10_000, 2)], document)
    assert total(totals) is None
    assert totals.of(other.origins[0].key)


def test_messages_have_the_total_of_all_readings_though_they_have_only_the_latest() -> None:
    city, messages = LatestValues(Pace(5.0, 60.0)), []
    for second in range(8):
        city.add(ME, batch(), [rain(1000 * second, 2)], DOCUMENT, 0.0)
        messages += [msgspec.json.decode(payload) for _, payload in city.due_messages(float(second))]
    first, last = (message["readings"][0]["values"]["precipitation"] for message in messages)
    assert first == {"quality": "Good", "value": 0.02, "unit": "mm", "total": 0.02, "since": "2026-11-23T02:15:20.000Z"}
    assert round(last["total"] - first["total"], 6) == 5 * 0.02
    assert last["since"] == first["since"]
