"""The schema documents that gateways publish, decoded and cached for the batches that refer to them. Pure."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

import msgspec

from gateway.centre.row_values import KINDS_CACHED, ValueConverter, converters, time_of
from gateway.centre.series_rows import Origin, StoredRow, origin
from gateway.model.batch import Batch, BatchError, BatchRow, Value
from gateway.model.stream import Stream, StreamField, decode_schema, hash_of, unpack_document
from gateway.model.topics import GatewayId

DOCUMENTS_CACHED = 20_000
"""The least recently used document is dropped first; the centre asks for it again when a batch needs it."""

DOCUMENT_LIMIT_BYTES = 4 << 20
_COMBINATIONS_CACHED = 64


class SchemaStreams:
    """The streams of one document with their gateway; converters are built when the first batch needs them."""

    def __init__(self, sender: GatewayId, streams: Sequence[Stream]) -> None:
        shared = [msgspec.structs.replace(stream, fields=_shared(stream.fields)) for stream in streams]
        self.origins: tuple[Origin, ...] = tuple(origin(sender, stream) for stream in shared)

    @cached_property
    def _converters(self) -> tuple[tuple[ValueConverter, ...], ...]:
        return tuple(converters(one.stream.fields) for one in self.origins)

    @cached_property
    def _fitting(self) -> tuple[set[tuple[type, ...]], ...]:
        return tuple(_fitting(one.stream.fields) for one in self.origins)

    def stored_row(self, batch: Batch, row: BatchRow) -> StoredRow:
        """Return a row of a batch with its series, its time, and values in their units.

        Raises:
            BatchError: The row does not fit this document.
        """
        values = self.values_of(row)
        return StoredRow(self.origins[row.stream], time_of(batch, row), values)

    def values_of(self, row: BatchRow) -> list[Value]:
        """Return a row's values in the units and types of its stream.

        Raises:
            BatchError: The row does not fit this document.
        """
        if row.stream >= len(self.origins) or len(row.values) != len(self._converters[row.stream]):
            raise BatchError("the row does not match the schema document of its batch")
        return [convert(value) for convert, value in zip(self._converters[row.stream], row.values, strict=True)]

    def fits(self, row: BatchRow) -> bool:
        """Return whether a row's values have the types of its stream; the values themselves are not checked."""
        types = tuple(map(type, row.values))
        known = self._fitting[row.stream]
        if types in known:
            return True
        try:
            self.values_of(row)
        except BatchError:
            return False
        if len(known) >= _COMBINATIONS_CACHED:
            known.clear()
        known.add(types)
        return True

    def stored_rows(self, batch: Batch, rows: Sequence[BatchRow], unfit: list[tuple[int, str]]) -> Iterator[StoredRow]:
        """Yield the rows of a batch that fit; the others are added to `unfit` with their position and the reason."""
        for position, row in enumerate(rows):
            try:
                yield self.stored_row(batch, row)
            except BatchError as error:
                unfit.append((position, str(error)))


@lru_cache(KINDS_CACHED)
def _shared(fields: tuple[StreamField, ...]) -> tuple[StreamField, ...]:
    """Return one instance for all equal tuples of fields: thousands of copies would fill the memory."""
    return fields


@lru_cache(KINDS_CACHED)
def _fitting(_fields: tuple[StreamField, ...]) -> set[tuple[type, ...]]:
    """Return the combinations of types that are known to fit streams with these fields."""
    return set()


class Schemas:
    """Documents by sender and hash. For an invalid document the error message is stored instead."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[GatewayId, bytes], SchemaStreams | str] = OrderedDict()

    def update(self, sender: GatewayId, document_hash: bytes, document: bytes) -> str | None:
        """Store a document and return an error message if it is invalid; an empty one (its retained message was cleared) is removed."""
        key = (sender, document_hash)
        if not document:
            self._known.pop(key, None)
            return None
        self._known[key] = known = self._decode(sender, document_hash, document)
        self._known.move_to_end(key)
        if len(self._known) > DOCUMENTS_CACHED:
            self._known.popitem(last=False)
        return known if isinstance(known, str) else None

    def get(self, sender: GatewayId, document_hash: bytes) -> SchemaStreams | str | None:
        """Return a document, the error message of an invalid one, or None if it is unknown."""
        found = self._known.get((sender, document_hash))
        if found is not None:
            self._known.move_to_end((sender, document_hash))
        return found

    @staticmethod
    def _decode(sender: GatewayId, document_hash: bytes, document: bytes) -> SchemaStreams | str:
        try:
            document = unpack_document(document, DOCUMENT_LIMIT_BYTES)
            if hash_of(document) != document_hash:
                return "the schema document does not match the hash in its topic"
            schema = decode_schema(document)
        except ValueError as error:
            return f"invalid schema document: {error}"
        return SchemaStreams(sender, schema.streams)
