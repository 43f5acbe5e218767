"""Streams keep their numbers while readings of an earlier schema wait."""

from gateway.journal.numbered_streams import StreamNumbers
from gateway.journal.pending import PendingRow
from gateway.model.stream import decode_schema
from tests.journal.journals import EVENTS, TELEMETRY


def test_numbers_go_on_behind_those_of_the_schema_before() -> None:
    numbers = StreamNumbers()
    assert numbers.present.add([TELEMETRY, EVENTS]) == 0
    assert numbers.present.events == {1}
    numbers.begin()
    assert numbers.present.add([EVENTS]) == 2
    assert (numbers.present.first, numbers.present.end, numbers.present.events) == (2, 3, {2})
    assert [numbers.table_of(stream).first for stream in (0, 1, 2)] == [0, 0, 2]
    assert decode_schema(numbers.present.document()[1]).streams == (EVENTS,)
    assert list(numbers.earlier_numbers()) == [(1, 2)]


def test_a_batch_has_rows_of_one_schema() -> None:
    numbers = StreamNumbers()
    numbers.present.add([TELEMETRY])
    numbers.begin()
    numbers.present.add([TELEMETRY])
    rows: list[PendingRow] = [(0, 1000, [1], {}), (0, 1001, [2], {}), (1, 1002, [3], {})]
    table, first = numbers.next_batch(rows, 100)
    assert (table.first, first) == (0, rows[:2])
    assert numbers.next_batch(rows, 1).rows == rows[:1]
    assert numbers.next_batch(rows[2:], 100) == (numbers.present, rows[2:])


def test_a_table_is_forgotten_when_its_rows_are_written() -> None:
    numbers = StreamNumbers()
    numbers.present.add([TELEMETRY])
    numbers.begin()
    numbers.present.add([TELEMETRY])
    numbers.forget_written(([], [(0, 1000, [1], {})]))
    assert len(numbers.tables) == 2
    numbers.forget_written(([], [(1, 1000, [1], {})]))
    assert numbers.tables == [numbers.present]


def test_documents_of_earlier_tables_are_stored_again_in_a_new_journal() -> None:
    numbers = StreamNumbers()
    numbers.begin()
    for table in numbers.tables:
        table.hash = b"12345678"
    assert numbers.unstored == []
    numbers.store_earlier_again()
    assert numbers.unstored == numbers.tables[:1]
