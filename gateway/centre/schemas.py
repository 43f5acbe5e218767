"""The schema documents that gateways retain, kept ready for their batches."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

import msgspec

from gateway.centre.row_values import KINDS_KEPT, ValueConverter, converters, time_of
from gateway.centre.series_rows import Origin, StoredRow, origin
from gateway.centre.stores.influx.line_protocol import head_of
from gateway.centre.stores.influx.line_templates import StreamLines, forms_of
from gateway.model.batch import Batch, BatchError, BatchRow, Value
from gateway.model.stream import Stream, StreamField, decode_schema, hash_of, unpack_document
from gateway.model.topics import GatewayId

KEPT = 20_000
"""How many documents are kept; the one unused for longest goes first, and is asked for again when needed."""

DOCUMENT_LIMIT_BYTES = 4 << 20
_COMBINATIONS_KEPT = 64


class SchemaStreams:
    """The streams of one document, whose they are, and, once a batch needs them, how their values are written."""

    def __init__(self, sender: GatewayId, streams: Sequence[Stream]) -> None:
        shared = [msgspec.structs.replace(stream, fields=_one_of_all(stream.fields)) for stream in streams]
        self.origins: tuple[Origin, ...] = tuple(origin(sender, stream) for stream in shared)

    @cached_property
    def lines(self) -> tuple[StreamLines, ...]:
        """How the streams' rows become lines."""
        return tuple(StreamLines(head_of(one), forms_of(one.stream.fields)) for one in self.origins)

    @cached_property
    def _converters(self) -> tuple[tuple[ValueConverter, ...], ...]:
        return tuple(converters(one.stream.fields) for one in self.origins)

    @cached_property
    def _fitting(self) -> tuple[set[tuple[type, ...]], ...]:
        return tuple(_fitting(one.stream.fields) for one in self.origins)

    def stored_row(self, batch: Batch, row: BatchRow) -> StoredRow:
        """Give a row of a batch as a store keeps it.

        Raises:
            BatchError: it does not fit this document.
        """
        values = self.values_of(row)
        return StoredRow(self.origins[row.stream], time_of(batch, row), values)

    def values_of(self, row: BatchRow) -> list[Value]:
        """Give a row's values in the units and types of its stream.

        Raises:
            BatchError: it does not fit this document.
        """
        if row.stream >= len(self.origins) or len(row.values) != len(self._converters[row.stream]):
            raise BatchError("a row does not fit the schema document that its batch names")
        return [convert(value) for convert, value in zip(self._converters[row.stream], row.values, strict=True)]

    def fits(self, row: BatchRow) -> bool:
        """Tell whether the types of a row's values are those of its stream; what the values are is not looked at."""
        types = tuple(map(type, row.values))
        known = self._fitting[row.stream]
        if types in known:
            return True
        try:
            self.values_of(row)
        except BatchError:
            return False
        if len(known) >= _COMBINATIONS_KEPT:
            known.clear()
        known.add(types)
        return True

    def stored_rows(self, batch: Batch, rows: Sequence[BatchRow], unfit: list[tuple[int, str]]) -> Iterator[StoredRow]:
        """Give the rows of a batch that fit; those that do not go to `unfit`, each with its place and why."""
        for place, row in enumerate(rows):
            try:
                yield self.stored_row(batch, row)
            except BatchError as error:
                unfit.append((place, str(error)))


@lru_cache(KINDS_KEPT)
def _one_of_all(fields: tuple[StreamField, ...]) -> tuple[StreamField, ...]:
    """Give the fields that stand for all that are equal: the same thousand times would fill the memory."""
    return fields


@lru_cache(KINDS_KEPT)
def _fitting(_fields: tuple[StreamField, ...]) -> set[tuple[type, ...]]:
    """Give the combinations of types that were seen to fit streams of this kind."""
    return set()


class Schemas:
    """Documents by their sender and hash. One that is wrong is remembered by the sentence that says why."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[GatewayId, bytes], SchemaStreams | str] = OrderedDict()

    def learn(self, sender: GatewayId, document_hash: bytes, document: bytes) -> str | None:
        """Take a document; gives a sentence if it is wrong. An empty one is forgotten: its retained message was cleared."""
        key = (sender, document_hash)
        if not document:
            self._known.pop(key, None)
            return None
        self._known[key] = known = self._read(sender, document_hash, document)
        self._known.move_to_end(key)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return known if isinstance(known, str) else None

    def get(self, sender: GatewayId, document_hash: bytes) -> SchemaStreams | str | None:
        """Give a document, the sentence that says what is wrong with it, or None if it is unknown."""
        found = self._known.get((sender, document_hash))
        if found is not None:
            self._known.move_to_end((sender, document_hash))
        return found

    @staticmethod
    def _read(sender: GatewayId, document_hash: bytes, document: bytes) -> SchemaStreams | str:
        try:
            document = unpack_document(document, DOCUMENT_LIMIT_BYTES)
            if hash_of(document) != document_hash:
                return "the schema document is not the one that its topic names"
            schema = decode_schema(document)
        except (ValueError, ZeroDivisionError) as error:
            return f"the schema document can't be read: {error}"
        return SchemaStreams(sender, schema.streams)
