"""Streams: what a gateway's readings are made of, and the schema documents that carry their names once.

A batch holds only stream numbers and values; the schema document that it refers to says what they are. The document's
name is the first 8 bytes of the BLAKE2b hash of its canonical JSON, so that equal documents have equal names.
"""

import hashlib
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Annotated

import msgspec
import zstandard

from gateway.model.batch import Value
from gateway.model.canonical import MEASUREMENTS, FieldType
from gateway.model.topics import LEVEL
from gateway.model.units import Number, scaler
from gateway.model.untrusted_json import json_reader

HASH_BYTES = 8

MOST_FIELDS = 1000
"""Of one stream: no instrument has so many values of one kind, and a store makes a series of each."""

_Level = Annotated[str, msgspec.Meta(pattern=f"^{LEVEL}$")]
_Name = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,63}$")]
_Label = Annotated[str, msgspec.Meta(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\\]+$")]
"""Schema documents come from the wire: what becomes a series' name is held to these forms."""


class StreamField(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field of a stream.

    Where `scale` is given (as "numerator/denominator" or "n"), rows carry raw numbers. `digits` is given for what was a 32-bit float:
    its value is the shortest decimal number of at least so many significant digits that no other 32-bit float is nearer to; further
    digits are the noise of its binary form. `wraps_at` is the
    raw number at which a counter begins at 0 again; one without it falls only when it is reset or replaced.
    """

    name: _Name
    type: FieldType
    unit: str | None = None
    scale: str | None = None
    digits: Annotated[int, msgspec.Meta(ge=1, le=17)] | None = None
    wraps_at: Annotated[int, msgspec.Meta(ge=2, le=2**63 - 1)] | None = None

    def converter(self) -> Callable[[Number], Number]:
        """Give the function from a row's number to the field's value in its unit and type."""
        scaled = scaler(Fraction(self.scale or 1))
        if self.type is FieldType.INT:
            return lambda raw: round(scaled(raw))
        if self.type is FieldType.FLOAT:
            if self.digits is not None:
                forms = [f".{digits}g" for digits in range(self.digits, _MOST_DIGITS + 1)]
                return lambda raw: _shortest(scaled(raw), forms)
            return lambda raw: float(scaled(raw))
        return scaled


_MOST_DIGITS = 9
HALF_STEP = 2.0**-25
"""A 32-bit float has 24 binary digits: what is nearer than half of the last one, relative to the number, is no other's."""


def _shortest(value: Number, forms: Sequence[str]) -> float:
    for form in forms:
        found = float(format(value, form))
        if abs(found - value) <= HALF_STEP * abs(value):
            return found
    return float(value)


def canonical_fields(measurement: str, *names: str) -> tuple[StreamField, ...]:
    """Return canonical fields of a measurement as stream fields: those named, or all of them."""
    table = MEASUREMENTS[measurement]
    return tuple(StreamField(name, table[name].type, table[name].unit) for name in names or table)


def value_in_unit(raw: Value, convert: Callable[[Number], Number]) -> Value:
    """Return a raw value in its unit: numbers are converted, texts, booleans and absent values pass unchanged."""
    return convert(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) else raw


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where an asset stands (WGS 84, degrees) and what people call it."""

    name: str | None = None
    lat: float | None = None
    lon: float | None = None


class Stream(msgspec.Struct, frozen=True, omit_defaults=True):
    """One device's measurement with its fixed, ordered fields; `every_s` is how often a reading is due."""

    asset: _Level
    device: _Level
    profile: _Name
    measurement: _Name
    fields: Annotated[tuple[StreamField, ...], msgspec.Meta(max_length=MOST_FIELDS)]
    every_s: float
    tags: dict[_Name, _Label] = {}
    place: Place | None = None


class Schema(msgspec.Struct, frozen=True):
    """The streams that a gateway's batches refer to by their position."""

    streams: tuple[Stream, ...]

    def document(self) -> bytes:
        """Give the canonical JSON of the document."""
        return msgspec.json.encode({"v": 1, "streams": self.streams}, order="deterministic")


class SchemaDocument(msgspec.Struct):
    """A schema document as it travels; `v` is 1."""

    v: int
    streams: tuple[Stream, ...]


_read = json_reader(SchemaDocument)


def hash_of(document: bytes) -> bytes:
    """Give the 8-byte name of a schema document."""
    return hashlib.blake2b(document, digest_size=HASH_BYTES).digest()


_MAGIC = b"\x28\xb5\x2f\xfd"
"""What a zstd frame begins with (RFC 8878, section 3.1.1), and no JSON."""

_PACKED_FROM_BYTES = 4096


def pack_document(document: bytes) -> bytes:
    """Give a schema document as it travels: a large one packed, as it goes out at every connection and says much the same many times."""
    return zstandard.ZstdCompressor().compress(document) if len(document) >= _PACKED_FROM_BYTES else document


def unpack_document(payload: bytes, limit: int) -> bytes:
    """Give the document that travelled so.

    Raises:
        ValueError: it is larger than `limit` bytes, or a frame that can't be read.
    """
    if not payload.startswith(_MAGIC):
        document = payload
    else:
        try:
            if zstandard.frame_content_size(payload) > limit:
                raise ValueError(f"a schema document of more than {limit} bytes")
            document = zstandard.ZstdDecompressor().decompress(payload, max_output_size=limit)
        except zstandard.ZstdError as error:
            raise ValueError(f"a schema document that can't be unpacked: {error}") from error
    if len(document) > limit:
        raise ValueError(f"a schema document of {len(document)} bytes is larger than {limit}")
    return document


def decode_schema(document: bytes) -> Schema:
    """Read a schema document.

    Raises:
        ValueError: the bytes are no schema document of version 1, a scale in it is no number, or a canonical field has
            another type.
    """
    found = _read(document)
    if found.v != 1:
        raise ValueError(f"schema document of version {found.v}; this program reads version 1")
    for stream in found.streams:
        for field in stream.fields:
            Fraction(field.scale or 1)
            canonical = MEASUREMENTS.get(stream.measurement, {}).get(field.name)
            if canonical is not None and canonical.type is not field.type:
                raise ValueError(f"{stream.measurement}.{field.name} is a {canonical.type.value}, not a {field.type.value}")
    return Schema(found.streams)
