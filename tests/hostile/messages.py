"""Messages of the protocol, made without the project's own code, so that they can break every rule of it."""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import zstandard

Json = dict[str, Any]


def field(name: str, kind: str = "float", unit: str | None = None, **more: object) -> Json:
    """Return a field of a stream."""
    return {"name": name, "type": kind, **({"unit": unit} if unit else {}), **more}


def stream(asset: str, device: str, measurement: str, fields: Sequence[Json], **more: object) -> Json:
    """Return a stream of a schema document."""
    return {
        "asset": asset,
        "device": device,
        "profile": "hostile",
        "measurement": measurement,
        "fields": list(fields),
        "every_s": 1.0,
        **more,
    }


def document_of(streams: Sequence[Json], v: object = 1) -> bytes:
    """Return a schema document."""
    return msgspec.json.encode({"v": v, "streams": list(streams)})


def name_of(document: bytes) -> bytes:
    """Return the name of a schema document."""
    return hashlib.blake2b(document, digest_size=8).digest()


def packed(content: bytes) -> bytes:
    """Return content as a zstd frame that states its size."""
    return zstandard.ZstdCompressor(level=3, write_checksum=True).compress(content)


def batch(
    schema: bytes,
    rows: object,
    *,
    epoch: bytes = b"hostile8",
    seq: int = 1,
    t0_ms: int | None = None,
    clock: int = 0,
    flags: int = 0,
    floor_ms: int | None = None,
) -> bytes:
    """Return a batch."""
    t0_ms = time.time_ns() // 1_000_000 if t0_ms is None else t0_ms
    rows = msgspec.Raw(rows) if isinstance(rows, bytes) else rows
    return packed(msgspec.msgpack.encode([1, epoch, seq, schema, t0_ms, clock, flags, t0_ms if floor_ms is None else floor_ms, rows]))


def repeated_rows(row: bytes, count: int) -> bytes:
    """Return one encoded row so many times, as msgpack."""
    return b"\xdd" + count.to_bytes(4, "big") + row * count


def json_of(content: Mapping[str, object]) -> bytes:
    """Return JSON."""
    return json.dumps(content).encode()
