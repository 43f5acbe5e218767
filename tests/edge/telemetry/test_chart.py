"""The points of one field, from the batches of a journal."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.edge.telemetry.chart import ChartedField, ChartPoint, UnknownField, read_chart, thinned, with_gaps
from gateway.model.batch import Clock, Flag, Value, encode_rows
from gateway.model.canonical import FieldType
from gateway.model.stream import Schema, Stream, StreamField, hash_of
from tests.journal.journals import NOW_MS, Now, opened

LAMP = Stream("pl-1", "dali-1", "intesis_ibmbsdal", "lamp", (
    StreamField("dim_level", FieldType.INT, "%"), StreamField("power", FieldType.FLOAT, "W", "1/10"), StreamField("lamp_failure", FieldType.BOOL)), 10.0)  # fmt: skip
OTHER = Stream("pl-2", "dali-1", "intesis_ibmbsdal", "lamp", LAMP.fields, 10.0)


def journal_with(folder: Path, batches: list[list[tuple[int, int, list[Value]]]], streams: tuple[Stream, ...] = (OTHER, LAMP)) -> Path:
    """Return the file of a journal with batches of rows: stream, time, values."""
    journal = opened(folder, Now())
    document = Schema(streams).document()
    journal.keep_schema(hash_of(document), document)
    for rows in batches:
        t0_ms = min(row[1] for row in rows)
        encoded = encode_rows([(*row, {}) for row in rows], t0_ms)
        journal.append(schema=hash_of(document), t0_ms=t0_ms, clock=Clock.SYNCED, flags=Flag(0), readings=len(rows), rows=encoded)
    path = journal.file.path
    journal.close()
    return path


def field(name: str) -> ChartedField:
    return ChartedField("dali-1", "pl-1", "lamp", name)


def test_the_points_of_a_field_have_its_unit_and_are_in_order(tmp_path: Path) -> None:
    path = journal_with(
        tmp_path,
        [
            [(1, NOW_MS + 2000, [40, 125, True]), (0, NOW_MS + 2000, [99, 990, False])],
            [(1, NOW_MS + 1000, [30, 120, False]), (1, NOW_MS + 3000, [50, None, True])],
        ],
    )
    chart = read_chart(path, field("power"), NOW_MS)
    assert (chart.unit, chart.every_s) == ("W", 10.0)
    assert chart.points == [(NOW_MS + 1000, 12.0), (NOW_MS + 2000, 12.5), (NOW_MS + 3000, None)]
    assert read_chart(path, field("dim_level"), NOW_MS).points == [(NOW_MS + 1000, 30), (NOW_MS + 2000, 40), (NOW_MS + 3000, 50)]
    assert [value for _, value in read_chart(path, field("lamp_failure"), NOW_MS).points] == [0.0, 1.0, 1.0]


def test_only_batches_since_a_time_are_read(tmp_path: Path) -> None:
    path = journal_with(tmp_path, [[(1, NOW_MS - 5000, [1, 1, True])], [(1, NOW_MS, [2, 2, True])]])
    assert read_chart(path, field("dim_level"), NOW_MS - 1000).points == [(NOW_MS, 2)]


def test_a_field_that_moved_in_a_later_schema_is_one_chart(tmp_path: Path) -> None:
    journal_with(tmp_path, [[(1, NOW_MS, [10, 100, True])]])
    path = journal_with(tmp_path, [[(0, NOW_MS + 1000, [20, 200, True])]], (LAMP, OTHER))
    assert read_chart(path, field("dim_level"), NOW_MS).points == [(NOW_MS, 10), (NOW_MS + 1000, 20)]


def test_a_damaged_batch_is_left_out(tmp_path: Path) -> None:
    path = journal_with(tmp_path, [[(1, NOW_MS, [10, 100, True])], [(1, NOW_MS + 1000, [20, 200, True])]])
    journal = opened(tmp_path, Now())
    with journal.file.transaction() as database:
        database.execute("UPDATE batches SET body = x'00' WHERE id = 1")
    journal.close()
    assert read_chart(path, field("dim_level"), NOW_MS).points == [(NOW_MS + 1000, 20)]


@pytest.mark.parametrize("wanted", [field("nothing"), ChartedField("dali-2", "pl-1", "lamp", "power")])
def test_an_unknown_field_is_said(wanted: ChartedField, tmp_path: Path) -> None:
    with pytest.raises(UnknownField):
        read_chart(journal_with(tmp_path, [[(1, NOW_MS, [1, 1, True])]]), wanted, 0)


def test_reading_pauses_as_long_as_it_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.edge.telemetry.chart._PIECE_S", 0.0)
    pauses: list[float] = []
    path = journal_with(tmp_path, [[(1, NOW_MS + number, [1, 1, True])] for number in range(20)])
    read_chart(path, field("power"), 0, pauses.append)
    assert len(pauses) == 20
    assert all(pause_s > 0 for pause_s in pauses)


def test_where_readings_are_missing_a_gap_begins() -> None:
    assert with_gaps([(0, 1.0), (10_000, 2.0), (50_000, 3.0)], 10.0) == [(0, 1.0), (10_000, 2.0), (10_001, None), (50_000, 3.0)]
    assert with_gaps([(0, None), (1, 1.0), (2, None), (3, None), (4, 2.0)], 1.0) == [(1, 1.0), (2, None), (4, 2.0)]


POINTS = st.lists(st.tuples(st.integers(0, 10**8), st.none() | st.floats(-1e6, 1e6)), unique_by=lambda one: one[0]).map(
    lambda found: sorted(found, key=lambda one: one[0])
)


@settings(max_examples=60)
@given(POINTS, st.integers(3, 60))
def test_thinning_keeps_the_extremes_in_order_within_the_bound(points: list[ChartPoint], most: int) -> None:
    found = thinned(points, most)
    assert len(found) <= max(len(points) if len(points) <= most else 0, most + 6)
    assert found == sorted(found, key=lambda one: one[0])
    assert set(found) <= set(points)
    values = [value for _, value in points if value is not None]
    if values:
        kept = [value for _, value in found if value is not None]
        assert (min(kept), max(kept)) == (min(values), max(values))
