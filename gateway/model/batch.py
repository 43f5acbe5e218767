"""Batches: the readings of one flush, in the form in which they are journaled and sent over MQTT.

A batch is a zstd frame (with its content size, at most 1 MiB unpacked, and a checksum, because SD cards corrupt data) of the msgpack array
`[1, epoch, seq, schema, t0_ms, clock, flags, floor_ms, rows]`; a row is `[stream, dt_ms, values, quality?]`.
`docs/protocol.md` shows one batch byte by byte.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum, IntFlag
from typing import Annotated, Any

import msgspec
import zstandard

UNPACKED_LIMIT_BYTES = 1 << 20
_LEVEL = 3

Value = int | float | str | bool | None


class Clock(IntEnum):
    """How far the time stamps of a batch can be trusted."""

    SYNCED = 0
    HOLDOVER = 1
    UNSYNCED = 2


class Flag(IntFlag):
    """The kind of a batch. A withdrawn batch was sent with wrong times, so the store must delete its readings."""

    REPLAY = 1
    EVENTS = 2
    WITHDRAWN = 4


_REPLAY, _WITHDRAWN = int(Flag.REPLAY), int(Flag.WITHDRAWN)
"""`int & IntFlag` costs about 1 µs; `int & int` almost nothing."""


LATEST_MS = 9_000_000_000_000
"""About the year 2255: later times in nanoseconds do not fit into 64 bits, which InfluxDB uses."""

_Ms = Annotated[int, msgspec.Meta(ge=0, le=LATEST_MS)]
_LARGEST_INT = 2**63 - 1
_Uint = Annotated[int, msgspec.Meta(ge=0, le=_LARGEST_INT)]


class Batch(msgspec.Struct, frozen=True, array_like=True):
    """A batch with its rows not yet decoded: `rows` contains them as msgpack."""

    version: int
    epoch: bytes
    seq: _Uint
    schema: bytes
    t0_ms: _Ms
    clock: Clock
    flags: Annotated[int, msgspec.Meta(ge=0, le=255)]
    floor_ms: _Ms
    rows: msgspec.Raw

    @property
    def replay(self) -> bool:
        """Whether the batch is part of a backlog, so newer batches may already have been received."""
        return bool(self.flags & _REPLAY)

    @property
    def withdrawn(self) -> bool:
        """Whether the readings must be deleted, because their times were wrong."""
        return bool(self.flags & _WITHDRAWN)


class BatchRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A decoded row: the number of its stream, its time relative to the batch's t0, and its values, whose types are not checked yet.

    A value is None if absent, and a raw number if the stream's field has a scale. `rows_of` makes floats of integers that 64 bits do not
    hold. `quality` maps the index of a field to an OPC UA status code; fields that are not in it are Good.
    """

    stream: Annotated[int, msgspec.Meta(ge=0)]
    dt_ms: int
    values: tuple[Annotated[int, msgspec.Meta(le=_LARGEST_INT)] | float | str | bool | None, ...]
    quality: dict[int, int] | None = None


class _OddRow(msgspec.Struct, array_like=True):
    """A row with a value that no field can have."""

    stream: Annotated[int, msgspec.Meta(ge=0)]
    dt_ms: int
    values: tuple[Any, ...]
    quality: dict[int, int] | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode_batch = msgspec.msgpack.Decoder(Batch).decode
_decode_rows = msgspec.msgpack.Decoder(list[BatchRow]).decode
_decode_odd_rows = msgspec.msgpack.Decoder(list[_OddRow]).decode


_UNREADABLE = (UnicodeDecodeError, RecursionError)
"""What msgspec raises, besides its own errors, for text that is not UTF-8 and for data that is nested too deeply."""


class BatchError(ValueError):
    """The bytes are not a batch of protocol v1. Sending them again would not help."""


def encode_rows(rows: Iterable[tuple[int, int, Sequence[Value], Mapping[int, int] | None]], t0_ms: int = 0, first: int = 0) -> bytes:
    """Return rows as msgpack, times as offsets from `t0_ms` and streams from number `first`.

    A row whose values are all Good has three elements, without `quality`.
    """
    return _encode(
        [
            (stream - first, t_ms - t0_ms, values, quality) if quality else (stream - first, t_ms - t0_ms, values)
            for stream, t_ms, values, quality in rows
        ]
    )


def encode(*, epoch: bytes, seq: int, schema: bytes, t0_ms: int, clock: Clock, flags: int, floor_ms: int, rows: bytes) -> bytes:
    """Return the bytes of a batch; `rows` comes from `encode_rows`."""
    return pack(Batch(1, epoch, seq, schema, t0_ms, clock, flags, floor_ms, msgspec.Raw(rows)))


def pack(batch: Batch) -> bytes:
    """Return the bytes of an unpacked batch.

    Raises:
        BatchError: It is larger than 1 MiB unpacked.
    """
    plain = _encode(batch)
    if len(plain) > UNPACKED_LIMIT_BYTES:
        raise BatchError(f"a batch of {len(plain)} bytes is larger than {UNPACKED_LIMIT_BYTES}")
    return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(plain)


class Unpacker:
    """Unpacks batches, except their rows. It reuses one zstd context, as making one costs more than unpacking a small batch."""

    def __init__(self) -> None:
        self._expand = zstandard.ZstdDecompressor().decompress

    def unpack(self, body: bytes) -> Batch:
        """Unpack a batch.

        Raises:
            BatchError: The bytes are not a batch, or are one of another version, or one that is too large.
        """
        try:
            if not 0 < zstandard.frame_content_size(body) <= UNPACKED_LIMIT_BYTES:
                raise BatchError(f"a batch must state its size, at most {UNPACKED_LIMIT_BYTES} bytes")
            batch = _decode_batch(self._expand(body, max_output_size=UNPACKED_LIMIT_BYTES))
        except (zstandard.ZstdError, msgspec.MsgspecError, *_UNREADABLE) as error:
            raise BatchError(f"not a batch: {error}") from error
        if batch.version != 1 or len(batch.epoch) != 8 or len(batch.schema) != 8:
            raise BatchError("not a batch of version 1 with an epoch and a schema of 8 bytes each")
        return batch


def unpack(body: bytes) -> Batch:
    """Unpack one batch, as `Unpacker` does."""
    return Unpacker().unpack(body)


MOST_ROWS = 10_000
"""In one batch. A gateway puts at most 2000 into one; small rows would otherwise make a megabyte ten times as large in memory."""

_SMALLEST_ROW_BYTES = 4


def _row_count(rows: msgspec.Raw) -> int:
    """Return how many elements a msgpack array says that it has; 0 for anything else (msgpack specification, "array format family")."""
    head = bytes(memoryview(rows)[:5])
    if head[:1] in (b"\xdc", b"\xdd"):
        return int.from_bytes(head[1:3] if head[0] == 0xDC else head[1:5])
    return head[0] & 0x0F if head and head[0] & 0xF0 == 0x90 else 0


def rows_of(batch: Batch) -> list[BatchRow]:
    """Decode the rows of a batch. The types of values are not checked: they depend on the stream.

    Raises:
        BatchError: A row is not `[stream, dt_ms, values, quality?]`, or there are too many.
    """
    if len(memoryview(batch.rows)) > _SMALLEST_ROW_BYTES * MOST_ROWS and (count := _row_count(batch.rows)) > MOST_ROWS:
        raise BatchError(f"a batch of {count} rows; the limit is {MOST_ROWS}")
    try:
        try:
            return _decode_rows(batch.rows)
        except msgspec.ValidationError:  # a value that no field can have makes only its own row invalid
            return list(map(_with_int64, _decode_odd_rows(batch.rows)))
    except (msgspec.MsgspecError, *_UNREADABLE) as error:
        raise BatchError(f"unreadable rows: {error}") from error


def _with_int64(row: _OddRow) -> BatchRow:
    values = tuple(float(value) if isinstance(value, int) and value > _LARGEST_INT else value for value in row.values)
    return BatchRow(row.stream, row.dt_ms, values, row.quality)
