"""Batches: the readings of one flush, as they stand in the journal and travel over MQTT.

A batch is a zstd frame (with its content size, at most 1 MiB unpacked, and its checksum: cards rot) of the msgpack array
`[1, epoch, seq, schema, t0_ms, clock, flags, floor_ms, rows]`; a row is `[stream, dt_ms, values, quality?]`.
`docs/protocol.md` carries one batch byte by byte.
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
    """What kind of batch it is. What is withdrawn was sent with wrong times: the store is to forget it."""

    REPLAY = 1
    EVENTS = 2
    WITHDRAWN = 4


_REPLAY, _WITHDRAWN = int(Flag.REPLAY), int(Flag.WITHDRAWN)
"""A number and a flag are a microsecond's work together, two numbers are none."""


LATEST_MS = 9_000_000_000_000
"""About the year 2255: beyond it, nanoseconds no longer fit 64 bits, in which InfluxDB keeps times."""

_Ms = Annotated[int, msgspec.Meta(ge=0, le=LATEST_MS)]
_Uint = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Batch(msgspec.Struct, frozen=True, array_like=True):
    """One batch, its rows still unread: `rows` is their msgpack form."""

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
        """Whether the batch was held back and comes after newer ones may have come."""
        return bool(self.flags & _REPLAY)

    @property
    def withdrawn(self) -> bool:
        """Whether its readings are to be forgotten, as their times were wrong."""
        return bool(self.flags & _WITHDRAWN)


class BatchRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One row as it came: like `Row`, but what its values are nobody has looked at yet."""

    stream: Annotated[int, msgspec.Meta(ge=0)]
    dt_ms: int
    values: tuple[Any, ...]
    quality: dict[int, int] | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode_batch = msgspec.msgpack.Decoder(Batch).decode
_decode_rows = msgspec.msgpack.Decoder(list[BatchRow]).decode


_UNREADABLE = (UnicodeDecodeError, RecursionError)
"""What msgspec raises, beside its own errors, for texts that are no UTF-8 and for what is nested too deeply."""


class BatchError(ValueError):
    """The bytes are no batch of protocol v1: sending them again would not help."""


def encode_rows(rows: Iterable[tuple[int, int, Sequence[Value], Mapping[int, int] | None]]) -> bytes:
    """Give the msgpack form of rows; a row without qualities is three elements long."""
    return _encode([row if row[3] else row[:3] for row in rows])


def encode(*, epoch: bytes, seq: int, schema: bytes, t0_ms: int, clock: Clock, flags: int, floor_ms: int, rows: bytes) -> bytes:
    """Give the bytes of a batch; `rows` comes from `encode_rows`."""
    return pack(Batch(1, epoch, seq, schema, t0_ms, clock, flags, floor_ms, msgspec.Raw(rows)))


def pack(batch: Batch) -> bytes:
    """Give the bytes of a batch that was taken apart.

    Raises:
        BatchError: it would unpack to more than 1 MiB.
    """
    plain = _encode(batch)
    if len(plain) > UNPACKED_LIMIT_BYTES:
        raise BatchError(f"a batch of {len(plain)} bytes is larger than {UNPACKED_LIMIT_BYTES}")
    return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(plain)


class Unpacker:
    """Takes batches apart, rows excepted, one at a time: what zstd works with is made once, which costs more than a small batch."""

    def __init__(self) -> None:
        self._expand = zstandard.ZstdDecompressor().decompress

    def unpack(self, body: bytes) -> Batch:
        """Take a batch apart.

        Raises:
            BatchError: the bytes are no batch, or one of another version, or one that is too large.
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
    """Take one batch apart, as `Unpacker` does."""
    return Unpacker().unpack(body)


def rows_of(batch: Batch) -> list[BatchRow]:
    """Read a batch's rows. Whether their values fit their streams is for whoever knows these.

    Raises:
        BatchError: a row is not `[stream, dt_ms, values, quality?]`.
    """
    try:
        return _decode_rows(batch.rows)
    except (msgspec.MsgspecError, *_UNREADABLE) as error:
        raise BatchError(f"unreadable rows: {error}") from error
