"""Confirmed readings of which the store has other values."""

from collections.abc import Iterator, Mapping, Sequence

import pytest

from gateway.audit import values
from gateway.audit.values import altered
from gateway.centre.series_rows import origin, tags_of
from gateway.centre.stores.port import SelectedPoint, SelectedSeries, Span
from gateway.journal.entries import BatchState
from gateway.journal.inspect import JournalRow
from gateway.model.batch import BatchRow, Value
from gateway.model.canonical import FieldType
from gateway.model.stream import Stream, StreamField
from gateway.model.topics import GatewayId
from tests.audit.test_readings import Store as CountingStore

ME = GatewayId("prato", "citelum", "gw-1")
FIELDS = (
    StreamField("voltage_l1", FieldType.FLOAT, "V", "1/10"),
    StreamField("relay_state", FieldType.BOOL),
    StreamField("mode", FieldType.STRING),
)
STREAM = Stream("qe-1", "meter", "test", "lighting_cabinet", FIELDS, 1.0)
TAGS = tuple(sorted(tags_of(origin(ME, STREAM)).items()))


class Store(CountingStore):
    """A store of one series, by its times."""

    def __init__(self, points: Mapping[int, tuple[Value, ...]]) -> None:
        super().__init__()
        self._points = points
        self.spans: list[Span] = []

    def select(
        self, measurement: str, fields: Sequence[str], where: Mapping[str, str], span: Span, step_ms: int | None = None
    ) -> Iterator[SelectedSeries]:
        assert (measurement, list(fields)) == ("lighting_cabinet", ["mode", "relay_state", "voltage_l1"])
        assert where == {"operator": "citelum", "gateway": "gw-1"}
        self.spans.append(span)
        found = [SelectedPoint(t_ms, one[::-1]) for t_ms, one in self._points.items() if span.from_ms <= t_ms < span.to_ms]
        yield SelectedSeries((*TAGS, ("zone", "a")), [SelectedPoint(t_ms, ("x", False, 0.0)) for t_ms, _ in found])
        yield SelectedSeries(TAGS, found)


def row(t_ms: int, *raw: Value, state: BatchState = BatchState.STORED) -> JournalRow:
    return JournalRow(STREAM, t_ms, BatchRow(0, 0, raw), state)


def test_the_same_values_are_fine_in_whatever_form_a_store_has_them() -> None:
    rows = [row(1000, 2312, True, "auto"), row(2000, 2312, True, "auto"), row(3000, None, None, None)]
    assert altered(rows, ME, Store({1000: (231.2, True, "auto"), 2000: (231.20000000000002, 1, None), 3000: (None, None, None)})) == []


def test_other_values_are_listed_by_field_with_their_span_and_the_first_of_them() -> None:
    rows = [row(t_ms, 2312, True, "auto") for t_ms in (1000, 2000, 3000)]
    store = Store({1000: (231.2, True, "auto"), 2000: (99.5, True, "auto"), 3000: (99.5, True, "manual")})
    volts, mode = altered(rows, ME, store)
    assert (volts.asset, volts.device, volts.field, volts.from_ms, volts.to_ms, volts.readings) == (
        "qe-1",
        "meter",
        "voltage_l1",
        2000,
        3000,
        2,
    )
    assert (volts.confirmed, volts.stored) == (231.2, 99.5)
    assert (mode.field, mode.readings, mode.confirmed, mode.stored) == ("mode", 1, "auto", "manual")


def test_of_two_streams_that_write_the_same_series_one_is_found() -> None:
    """Each value is there, so counting them finds nothing."""
    assert len(altered([row(1000, 2312, True, "a"), row(1000, 995, True, "a")], ME, Store({1000: (99.5, True, "a")}))) == 1


def test_what_is_not_confirmed_or_missing_is_not_compared() -> None:
    rows = [row(1000, 1, True, "a", state=BatchState.WAITING), row(2000, 1, True, "a"), row(3000, "text", True, "a")]
    assert altered(rows, ME, Store({1000: (9.0, True, "a"), 3000: (9.0, True, "a")})) == []


def test_few_rows_are_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "_PARTS_AT_ONCE", 2)
    store = Store({})
    assert altered([row(600_000 * number, 1, True, "a") for number in range(5)], ME, store) == []
    assert [span.from_ms for span in store.spans] == [600_000 * number for number in range(5)]
