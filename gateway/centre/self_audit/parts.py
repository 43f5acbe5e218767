"""What a worker confirmed of one gateway within ten minutes, and how far it was audited. Pure."""

from array import array
from typing import NamedTuple

import msgspec

from gateway.centre.schemas import SchemaStreams
from gateway.model.topics import GatewayId

PART_MS = 600_000
"""Counts are compared in parts of ten minutes."""

BATCHES_A_PART, CELLS_A_PART, DOCUMENTS_A_PART = 2000, 20_000, 32
"""More of one gateway in one part are not remembered, and so not audited. The ingest keeps as many documents of a gateway."""

_NUMBER = "I"


class Confirmed(msgspec.Struct, frozen=True):
    """What a stored batch contains: the time of its row in `uplink`, and the counts that it increases by one, by the part's beginning.

    `width` is the number of counts of its document.
    """

    sender: GatewayId
    row_ms: int
    schema: bytes
    width: int
    cells: dict[int, list[int]]


class Shortfall(NamedTuple):
    """What the store lacks of a part: batches whose row in `uplink` is absent, and values of series."""

    batches: int = 0
    values: int = 0


NOTHING = Shortfall()


class Part:
    """The batches and values confirmed in one part of time.

    `batches` has the times of their rows in `uplink`, relative to the part: one for each batch, the same if it arrives again. `counts` has
    the values by schema document: for each stream the number of complete rows, then for each field its values in incomplete ones.
    """

    __slots__ = ("asked_ms", "asks", "batches", "changed", "counts", "due_ms", "good", "missing", "newest")

    def __init__(self, due_ms: int) -> None:
        self.batches = array(_NUMBER)
        self.newest = -1
        """The last of `batches` in time: most batches are newer, and are not searched for."""
        self.counts: dict[bytes, array[int]] = {}
        self.due_ms = due_ms
        self.good = 0
        self.asks = 0
        self.asked_ms = 0
        self.missing = NOTHING
        self.changed = True

    @property
    def weight(self) -> int:
        """The memory of the part, in numbers of four bytes."""
        return OVERHEAD + len(self.batches) + sum(len(counts) + OVERHEAD for counts in self.counts.values())


OVERHEAD = 100
"""The memory of a part's objects, in numbers of four bytes (measured with tracemalloc)."""


class _Saved(msgspec.Struct, array_like=True):
    batches: bytes
    counts: dict[bytes, bytes]
    due_ms: int
    good: int
    asks: int
    asked_ms: int
    missing: Shortfall


_encoder, _decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(_Saved)


def encode_part(part: Part) -> bytes:
    """Return a part as bytes, for a file of this machine."""
    counts = {schema: numbers.tobytes() for schema, numbers in part.counts.items()}
    return _encoder.encode(_Saved(part.batches.tobytes(), counts, part.due_ms, part.good, part.asks, part.asked_ms, part.missing))


def decode_part(body: bytes) -> Part:
    """Return the part in bytes.

    Raises:
        ValueError: The bytes are not a part.
    """
    saved = _decoder.decode(body)
    part = Part(saved.due_ms)
    part.batches = numbers(saved.batches)
    part.newest = max(part.batches, default=-1)
    part.counts = {schema: numbers(counts) for schema, counts in saved.counts.items()}
    part.good, part.asks, part.asked_ms, part.missing = saved.good, saved.asks, saved.asked_ms, saved.missing
    part.changed = False
    return part


def numbers(content: bytes | int) -> "array[int]":
    """Return an array with some content, or of so many zeros."""
    return array(_NUMBER, bytes(array(_NUMBER).itemsize * content) if isinstance(content, int) else content)


def layout_of(document: SchemaStreams) -> tuple[int, ...]:
    """Return where the counts of each stream begin, and in the end how many there are: for each stream one, and one for each field."""
    first, found = 0, []
    for one in document.origins:
        found.append(first)
        first += 1 + len(one.stream.fields)
    return (*found, first)
