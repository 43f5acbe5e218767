"""The schema documents that gateways publish, cached for the batches that refer to them. Pure.

A document is decoded when the first batch needs it: until then it costs only the bytes of its message. What a gateway can make the centre
remember is limited, in documents, in memory and in series, so that no gateway takes what others need.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import msgspec

from gateway.centre.row_values import STRING_LIMIT, ValueConverter, converters, time_of, types_of
from gateway.centre.series_rows import Origin, StoredRow, origin
from gateway.model.batch import Batch, BatchError, BatchRow, Value
from gateway.model.stream import Stream, StreamField, decode_schema, hash_of, unpack_document
from gateway.model.topics import GatewayId

DOCUMENT_LIMIT_BYTES = 4 << 20
PACKET_LIMIT_BYTES = DOCUMENT_LIMIT_BYTES + (64 << 10)
"""The largest MQTT packet for a client that receives documents: a document, its topic and properties."""


class DocumentLimits(NamedTuple):
    """What is kept: documents of a gateway, their bytes in memory by gateway, operator and in all, and the series and fields of a gateway.

    The least recently used document of the same gateway goes first. The centre asks for it again when a batch needs it. So it does if a
    gateway's documents would take too much time: `decoded_bytes` are decoded at once, and then so many a second. 1 MiB takes 50 ms.
    """

    documents: int = 32
    gateway_bytes: int = 16 << 20
    operator_bytes: int = 256 << 20
    total_bytes: int = 512 << 20
    series: int = 10_000
    fields: int = 4_000
    decoded_bytes: int = 4 << 20
    decoded_bytes_s: int = 256 << 10


_STREAM_BYTES, _FIELD_BYTES, _ERROR_BYTES = 1024, 3072, 512
"""What a stream, a field of a combination and an error message take in memory, roughly."""

_TYPES_CACHED = 4096
"""Types of values that are remembered for a combination of fields, over all its combinations of types."""


def combinations_cached(fields: int) -> int:
    """Return how many combinations of types may be remembered for streams with so many fields."""
    return max(2, min(64, _TYPES_CACHED // max(1, fields)))


class Combination:
    """A combination of fields, and what depends on it alone. Thousands of streams share a few; each lives as long as something uses it."""

    def __init__(self, fields: tuple[StreamField, ...]) -> None:
        self.fields = fields
        self.fitting: dict[tuple[type, ...], bool] = {}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the fields."""
        return tuple(field.name for field in self.fields)

    @cached_property
    def converters(self) -> tuple[ValueConverter, ...]:
        """The converter of each field."""
        return converters(self.fields)

    def values_of(self, raw: Sequence[Value]) -> list[Value]:
        """Return the values of a row in their units and types.

        Raises:
            BatchError: They do not fit these fields.
        """
        if len(raw) != len(self.converters):
            raise BatchError("the row does not match the schema document of its batch")
        return [convert(value) for convert, value in zip(self.converters, raw, strict=True)]

    def fits(self, raw: Sequence[Value]) -> bool:
        """Return whether values have the types of these fields, and no text is too long; numbers are not checked."""
        types = tuple(map(type, raw))
        known = self.fitting.get(types)
        if known is None:
            if len(self.fitting) >= combinations_cached(len(types)):
                self.fitting.clear()
            known = self.fitting[types] = len(types) == len(self.fields) and all(
                one in types_of(field.type) for one, field in zip(types, self.fields, strict=True)
            )
        return known and (str not in types or all(len(one) <= STRING_LIMIT for one in raw if isinstance(one, str)))


_kinds = WeakValueDictionary[tuple[StreamField, ...], Combination]()


def _kind(fields: tuple[StreamField, ...]) -> Combination:
    found = _kinds.get(fields)
    if found is None:
        found = _kinds[fields] = Combination(fields)
    return found


class SchemaStreams:
    """The streams of one document with their gateway; converters are built when the first batch needs them."""

    def __init__(self, sender: GatewayId, streams: Sequence[Stream]) -> None:
        self._new_fields = sum(len(fields) for fields in {stream.fields for stream in streams} if fields not in _kinds)
        self.kinds = tuple(_kind(stream.fields) for stream in streams)
        shared = [msgspec.structs.replace(stream, fields=kind.fields) for stream, kind in zip(streams, self.kinds, strict=True)]
        self.origins: tuple[Origin, ...] = tuple(origin(sender, stream) for stream in shared)
        self.derived: dict[object, Any] = {}
        """What the users of the document make of it once, by user: to look up a weak key takes four times as long."""

    @property
    def size(self) -> int:
        """About how many bytes of memory the document takes. Combinations of fields count for the first document that has them."""
        return sum(_STREAM_BYTES + 3 * len(one.key) for one in self.origins) + _FIELD_BYTES * self._new_fields

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """About how many bytes a row of each stream takes in a store's form: its series, and the names and values of its fields."""
        return tuple(len(one.key) + 24 * len(one.stream.fields) for one in self.origins)

    @cached_property
    def widest(self) -> int:
        """The largest width."""
        return max(self.widths, default=0)

    def expanded_bytes(self, rows: Sequence[BatchRow]) -> int:
        """Return about how many bytes rows take in a store's form."""
        widths, count = self.widths, len(self.origins)
        return sum(widths[row.stream] for row in rows if row.stream < count)

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
        if row.stream >= len(self.origins):
            raise BatchError("the row does not match the schema document of its batch")
        return self.kinds[row.stream].values_of(row.values)

    def stored_rows(self, batch: Batch, rows: Sequence[BatchRow], unfit: list[tuple[int, str]]) -> Iterator[StoredRow]:
        """Yield the rows of a batch that fit; the others are added to `unfit` with their position and the reason."""
        for position, row in enumerate(rows):
            try:
                yield self.stored_row(batch, row)
            except BatchError as error:
                unfit.append((position, str(error)))


class _Kept(NamedTuple):
    """A document as it is kept: its message until a batch needs it, then its streams, or the reason why it is invalid."""

    document: bytes | SchemaStreams | str
    size: int


class _GatewayDocuments:
    """The documents of one gateway, the least recently used first, and the series and fields that it has described."""

    def __init__(self) -> None:
        self.kept = OrderedDict[bytes, _Kept]()
        self.size = 0
        self.series: set[int] = set()
        self.fields: set[int] = set()
        self._decoded_bytes, self._at_s = 0.0, float("-inf")

    def may_decode(self, limits: DocumentLimits, now_s: float) -> bool:
        if now_s > self._at_s:
            self._decoded_bytes = max(0.0, self._decoded_bytes - limits.decoded_bytes_s * (now_s - self._at_s))
        self._at_s = now_s
        return self._decoded_bytes < limits.decoded_bytes

    def decoded(self, size: int) -> None:
        self._decoded_bytes += size

    def put(self, name: bytes, kept: _Kept) -> None:
        self.drop(name)
        self.kept[name] = kept
        self.size += kept.size

    def drop(self, name: bytes) -> None:
        found = self.kept.pop(name, None)
        if found is not None:
            self.size -= found.size

    def drop_oldest(self) -> bytes:
        name = next(iter(self.kept))
        self.drop(name)
        return name


class Schemas:
    """Documents by sender and hash. For an invalid document the error message is stored instead.

    `dropped` is called with the sender and hash of each document that is dropped because of a limit.
    """

    def __init__(
        self,
        limits: DocumentLimits = DocumentLimits(),  # noqa: B008 — a constant
        dropped: Callable[[GatewayId, bytes], None] = lambda _sender, _name: None,
    ) -> None:
        self._limits, self._dropped = limits, dropped
        self._senders: dict[GatewayId, _GatewayDocuments] = {}
        self._sizes = Counter[str]()

    def update(self, sender: GatewayId, document_hash: bytes, document: bytes) -> None:
        """Store a document; an empty one (its retained message was cleared) is removed. One that is known stays unless it is invalid."""
        mine = self._senders.get(sender)
        if not document:
            if mine is not None:
                self._sizes[sender.operator] -= mine.size
                mine.drop(document_hash)
                self._sizes[sender.operator] += mine.size
            return
        if mine is None:
            mine = self._senders[sender] = _GatewayDocuments()
        known = mine.kept.get(document_hash)
        if known is None or (not isinstance(known.document, SchemaStreams) and known.document != document):
            kept: bytes | str = document if len(document) <= DOCUMENT_LIMIT_BYTES else _too_large(len(document))
            self._put(sender, mine, document_hash, _Kept(kept, len(kept) + _ERROR_BYTES))

    def get(self, sender: GatewayId, document_hash: bytes, now_s: float) -> SchemaStreams | str | None:
        """Return a document, the error message of an invalid one, or None if it is unknown, or its gateway had too many decoded."""
        mine = self._senders.get(sender)
        found = None if mine is None else mine.kept.get(document_hash)
        if mine is None or found is None:
            return None
        if not isinstance(found.document, bytes):
            mine.kept.move_to_end(document_hash)
            return found.document
        if not mine.may_decode(self._limits, now_s):
            return None
        decoded = self._decode(sender, mine, document_hash, found.document)
        self._put(sender, mine, document_hash, decoded)
        return decoded.document if not isinstance(decoded.document, bytes) else None

    def _put(self, sender: GatewayId, mine: _GatewayDocuments, name: bytes, kept: _Kept) -> None:
        """Keep a document, and drop others beyond the limits: of the same gateway, then of the operator's or site's that has most."""
        limits, before = self._limits, mine.size
        mine.put(name, kept)
        while len(mine.kept) > limits.documents or (mine.size > limits.gateway_bytes and len(mine.kept) > 1):
            self._dropped(sender, mine.drop_oldest())
        self._sizes[sender.operator] += mine.size - before
        if self._sizes[sender.operator] > limits.operator_bytes:
            self._make_room(sender, limits.operator_bytes, [key for key in self._senders if key.operator == sender.operator])
        if self._sizes.total() > limits.total_bytes:
            self._make_room(sender, limits.total_bytes, list(self._senders))

    def _make_room(self, sender: GatewayId, limit: int, some: Sequence[GatewayId]) -> None:
        """Drop documents of some gateways, of the one that has most first, but not the newest of the sender."""
        operators = {key.operator for key in some}
        while sum(self._sizes[one] for one in operators) > limit:
            largest = max(some, key=lambda key: self._senders[key].size)
            most = self._senders[largest]
            if largest == sender and len(most.kept) == 1:
                return
            before = most.size
            self._dropped(largest, most.drop_oldest())
            self._sizes[largest.operator] -= before - most.size

    def _decode(self, sender: GatewayId, mine: _GatewayDocuments, document_hash: bytes, payload: bytes) -> _Kept:
        try:
            document = unpack_document(payload, DOCUMENT_LIMIT_BYTES)
        except ValueError as error:
            mine.decoded(len(payload))
            return _invalid(f"invalid schema document: {error}")
        mine.decoded(len(document))
        if hash_of(document) != document_hash:
            return _invalid("the schema document does not match the hash in its topic")
        found = _decoded(sender, document_hash, document)
        if isinstance(found, str):
            return _invalid(found)
        if (size := found.size) > self._limits.gateway_bytes:
            return _invalid(f"the schema document takes {size} bytes of memory; the limit is {self._limits.gateway_bytes}")
        series = mine.series | {hash(one.key) for one in found.origins}
        alike = {(one.stream.measurement, kind) for one, kind in zip(found.origins, found.kinds, strict=True)}
        fields = mine.fields | {hash((measurement, name)) for measurement, kind in alike for name in kind.names}
        for what, count, limit in (("series", len(series), self._limits.series), ("fields", len(fields), self._limits.fields)):
            if count > limit:
                return _invalid(
                    f"this gateway has described {count} {what} since the ingest started; the limit is {limit};"
                    " restart the ingest if they are right"
                )
        mine.series, mine.fields = series, fields
        return _Kept(found, size)


_documents = WeakValueDictionary[tuple[GatewayId, bytes], SchemaStreams]()
_faults: dict[tuple[GatewayId, bytes], str] = {}
"""What the roles of a process need alike is decoded once: a large document takes a part of a second."""

_FAULTS_KEPT = 256


def _decoded(sender: GatewayId, document_hash: bytes, document: bytes) -> SchemaStreams | str:
    """Return a document's streams, or the error message of an invalid one."""
    key = sender, document_hash
    known = _documents.get(key) or _faults.get(key)
    if known is not None:
        return known
    try:
        found = _documents[key] = SchemaStreams(sender, decode_schema(document).streams)
    except ValueError as error:
        if len(_faults) >= _FAULTS_KEPT:
            _faults.clear()
        _faults[key] = f"invalid schema document: {error}"[:1000]
        return _faults[key]
    return found


def _invalid(reason: str) -> _Kept:
    return _Kept(reason[:1000], _ERROR_BYTES)


def _too_large(size: int) -> str:
    return f"the schema document has {size} bytes; the limit is {DOCUMENT_LIMIT_BYTES}"
