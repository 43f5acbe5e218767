"""Confirmed readings that are no longer in the store."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from gateway.audit.readings import cut_out
from gateway.centre.series_rows import origin, tags_of
from gateway.centre.stores.port import SelectedPoint, SelectedSeries, Series, Span
from gateway.journal.entries import BatchState
from gateway.journal.inspect import JournalRow
from gateway.model.batch import BatchRow
from gateway.model.canonical import FieldType
from gateway.model.stream import Stream, StreamField
from gateway.model.topics import GatewayId

ME = GatewayId("prato", "citelum", "gw-1")

STREAM = Stream("st-1", "ear", "test", "noise", (StreamField("las", FieldType.FLOAT),), 1.0)
TAGS = tuple(sorted(tags_of(origin(ME, STREAM)).items()))


class Store:
    """A store of one field of one series, by its times."""

    shows_within_s = 0.0

    def __init__(self, *times: int) -> None:
        self._times = set(times)

    def counts(
        self, of: GatewayId, measurement: str, from_ms: int, part_ms: int, to_ms: int | None = None
    ) -> Iterator[tuple[Series, int, int]]:
        assert of == ME
        for part, count in Counter(t_ms // part_ms * part_ms for t_ms in self._times if t_ms >= from_ms).items():
            yield Series(measurement, TAGS, "las"), part, count

    def select(
        self, measurement: str, fields: Sequence[str], where: Mapping[str, str], span: Span, step_ms: int | None = None
    ) -> Iterator[SelectedSeries]:
        assert (measurement, list(fields), where, step_ms) == ("noise", ["las"], dict(TAGS), None)
        points = [SelectedPoint(t_ms, (1.5,)) for t_ms in sorted(self._times) if span.from_ms <= t_ms < span.to_ms]
        yield SelectedSeries(TAGS, points)
        # Another series with one more tag: its points are not those asked for.
        yield SelectedSeries(
            (*TAGS, ("zone", "a")), [SelectedPoint(t_ms, (1.5,)) for t_ms in range(span.from_ms, span.from_ms + 9000, 1000)]
        )

    def latest(self, measurement: str, fields: Sequence[str], where: Mapping[str, str], since_ms: int) -> Iterator[SelectedSeries]:
        raise AssertionError("an audit needs no latest values")

    def close(self) -> None:
        raise AssertionError("an audit does not close the reader that it is given")

    def show(self, t_ms: int) -> None:
        self._times.add(t_ms)


def cut(rows: list[tuple[int, BatchState]], store: Store, since_ms: int = 0) -> list[tuple[int, int, int]]:
    held = [JournalRow(STREAM, t_ms, BatchRow(0, 0, (1.5,)), state) for t_ms, state in rows]
    return [(one.from_ms, one.to_ms, one.readings) for one in cut_out(lambda: held, ME, store, since_ms)]


def test_adjacent_missing_readings_are_one_cut_which_a_reading_between_them_ends() -> None:
    rows = [(t_ms, BatchState.STORED) for t_ms in range(1000, 9000, 1000)]
    assert cut(rows, Store(*range(1000, 9000, 1000))) == []
    assert cut(rows, Store(1000, 4000, 8000)) == [(2000, 3000, 2), (5000, 7000, 3)]


def test_a_reading_stored_without_a_receipt_hides_no_missing_one() -> None:
    assert cut([(1000, BatchState.STORED), (2000, BatchState.WAITING)], Store(2000)) == [(1000, 1000, 1)]
    assert cut([(1000, BatchState.STORED), (2000, BatchState.WAITING)], Store(1000)) == []


def test_a_reading_that_the_store_shows_late_is_not_missing() -> None:
    store = Store(1000)
    held = [JournalRow(STREAM, t_ms, BatchRow(0, 0, (1.5,)), BatchState.STORED) for t_ms in (1000, 2000, 3000)]
    found = cut_out(lambda: held, ME, store, 0, lambda: store.show(2000))
    assert [(one.from_ms, one.to_ms) for one in found] == [(3000, 3000)]


def test_a_reading_before_the_time_asked_for_hides_no_missing_one() -> None:
    assert cut([(5000, BatchState.STORED)], Store(1000), since_ms=4000) == [(5000, 5000, 1)]
