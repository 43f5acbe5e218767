"""The schema documents that gateways retain, kept ready for their batches."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from gateway.central.convert import Converter, converters, time_of
from gateway.model.batch import Batch, BatchError, Row
from gateway.model.stored import Origin, StoredRow, origin
from gateway.model.stream import decode_schema, hash_of
from gateway.model.topics import GatewayId

KEPT = 20_000
"""How many documents are kept; the one unused for longest goes first, and is asked for again when needed."""

DOCUMENT_LIMIT_BYTES = 4 << 20


class KnownStream(NamedTuple):
    """One stream of a document, ready for rows: whose it is, and how its values become what a store keeps."""

    origin: Origin
    converters: tuple[Converter, ...]


class Schemas:
    """Documents by their sender and hash. One that is wrong is remembered by the sentence that says why."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[GatewayId, bytes], tuple[KnownStream, ...] | str] = OrderedDict()

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

    def get(self, sender: GatewayId, document_hash: bytes) -> tuple[KnownStream, ...] | str | None:
        """Give the streams of a document, the sentence that says what is wrong with it, or None if it is unknown."""
        found = self._known.get((sender, document_hash))
        if found is not None:
            self._known.move_to_end((sender, document_hash))
        return found

    @staticmethod
    def _read(sender: GatewayId, document_hash: bytes, document: bytes) -> tuple[KnownStream, ...] | str:
        if len(document) > DOCUMENT_LIMIT_BYTES:
            return f"a schema document of {len(document)} bytes is larger than {DOCUMENT_LIMIT_BYTES}"
        if hash_of(document) != document_hash:
            return "the schema document is not the one that its topic names"
        try:
            schema = decode_schema(document)
        except (ValueError, ZeroDivisionError) as error:
            return f"the schema document can't be read: {error}"
        return tuple(KnownStream(origin(sender, stream), converters(stream)) for stream in schema.streams)


def stored_row(batch: Batch, row: Row, streams: Sequence[KnownStream]) -> StoredRow:
    """Give a row of a batch as a store keeps it.

    Raises:
        BatchError: it does not fit the schema document that its batch names.
    """
    if not 0 <= row.stream < len(streams) or len(row.values) != len(streams[row.stream].converters):
        raise BatchError("a row does not fit the schema document that its batch names")
    origin, converters = streams[row.stream]
    return StoredRow(origin, time_of(batch, row), [convert(value) for convert, value in zip(converters, row.values, strict=True)])
