"""The streams that a recorder numbers: those of its schema, and those of earlier schemas whose readings are not written yet. Pure."""

from collections.abc import Iterator, Sequence
from itertools import islice, takewhile
from typing import NamedTuple

import msgspec

from gateway.journal.pending import PendingRow
from gateway.model.stream import Schema, Stream, hash_of


class StreamTable:
    """The streams of one schema. Their numbers in a recorder count from `first`; in the schema document they count from 0."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.streams: list[Stream] = []
        self.events: set[int] = set()
        """The numbers of the streams whose readings do not wait for the next flush."""
        self.gaps: int | None = None
        """The number of the stream in which the journal's gaps are reported."""
        self.hash = b""
        """The name of the schema document, once it is in the journal."""

    @property
    def end(self) -> int:
        """The number behind that of the last stream."""
        return self.first + len(self.streams)

    def add(self, streams: Sequence[Stream]) -> int:
        """Add streams. Return the number of the first."""
        first = self.end
        self.streams.extend(streams)
        self.events.update(first + number for number, stream in enumerate(streams) if stream.measurement == "event")
        return first

    def document(self) -> tuple[bytes, bytes]:
        """Return the name of the schema document, and the document."""
        document = Schema(tuple(self.streams)).document()
        return hash_of(document), document


class SchemaBatch(NamedTuple):
    """The next rows to be written as one batch, and the table that numbers their streams."""

    table: StreamTable
    rows: list[PendingRow]


class StreamNumbers:
    """The tables of a recorder, the present one last."""

    def __init__(self) -> None:
        self.tables = [StreamTable(0)]

    @property
    def present(self) -> StreamTable:
        """The table of the streams that are recorded now."""
        return self.tables[-1]

    def begin(self) -> None:
        """Begin a new table. Readings that wait to be written belong to earlier ones."""
        self.tables.append(StreamTable(self.present.end))

    @property
    def unstored(self) -> list[StreamTable]:
        """The tables whose schema documents are not in the journal."""
        return [table for table in self.tables if not table.hash]

    def store_earlier_again(self) -> None:
        """Count the documents of earlier tables as not stored: the journal is a new one, which has only the present document."""
        for table in self.tables[:-1]:
            table.hash = b""

    def table_of(self, stream: int) -> StreamTable:
        """Return the table with a stream."""
        return next(table for table in reversed(self.tables) if stream >= table.first)

    def next_batch(self, rows: Sequence[PendingRow], most: int) -> SchemaBatch:
        """Return the first rows, at most so many, that are of one schema."""
        table = self.table_of(rows[0][0])
        if table is self.present:
            return SchemaBatch(table, list(rows[:most]))
        return SchemaBatch(table, list(takewhile(lambda row: row[0] < table.end, islice(rows, most))))

    def earlier_numbers(self) -> Iterator[tuple[int, int]]:
        """Yield the numbers of the streams that are the same as in the table before: there, and now."""
        if len(self.tables) < 2:
            return
        before = {msgspec.json.encode(stream): number for number, stream in enumerate(self.tables[-2].streams, self.tables[-2].first)}
        for number, stream in enumerate(self.present.streams, self.present.first):
            same = before.get(msgspec.json.encode(stream))
            if same is not None:
                yield same, number

    def forget_written(self, waiting: Sequence[Sequence[PendingRow]]) -> None:
        """Forget earlier tables to which no waiting row belongs."""
        oldest = min((rows[0][0] for rows in waiting if rows), default=self.present.first)
        self.tables = [table for table in self.tables if table is self.present or table.end > oldest]
