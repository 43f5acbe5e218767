"""Streams, and the schema documents that describe them.

A batch contains only the numbers of streams and values; the schema document that it refers to says what they mean. The name of a document
is an 8-byte BLAKE2b hash of its canonical JSON, so equal documents have equal names.
"""

import hashlib
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Annotated

import msgspec
import zstandard

from gateway.model.batch import Value
from gateway.model.canonical import MEASUREMENTS, FieldType
from gateway.model.topics import LABEL, LEVEL, NAME, UNIT, whole
from gateway.model.units import SCALE, Number, scale_of, scaler
from gateway.model.untrusted_json import json_reader

HASH_BYTES = 8

MOST_FIELDS = 1000
"""Per stream: no instrument has as many values of one kind, and a store creates a series for each."""

MOST_TAGS = 32
"""Per stream: every line of the store repeats them."""

MOST_STREAMS = 10_000
"""Per document: a thousand devices with ten streams each."""

MOST_NAME_CHARACTERS = 256
"""Of the name of a place."""

_LONGEST_EVERY_S = 3660 * 86400.0

_Level = Annotated[str, msgspec.Meta(pattern=whole(LEVEL))]
_Name = Annotated[str, msgspec.Meta(pattern=whole(NAME))]
_Label = Annotated[str, msgspec.Meta(pattern=whole(LABEL))]
_Unit = Annotated[str, msgspec.Meta(pattern=whole(UNIT))]
_Scale = Annotated[str, msgspec.Meta(pattern=whole(SCALE), max_length=81)]
"""Schema documents come from the network: everything that becomes part of a series' name, or a number, must have these forms."""


class StreamField(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field of a stream.

    With a `scale` ("numerator/denominator" or "n"), rows contain raw numbers. `digits` is set if the device sends a 32-bit float: the
    value is the shortest decimal number with at least that many significant digits that identifies the float, as further digits are only
    noise of the binary form. `wraps_at` is the raw number at which a counter starts again at 0; without it, a counter falls only when it is
    reset or replaced.
    """

    name: _Name
    type: FieldType
    unit: _Unit | None = None
    scale: _Scale | None = None
    digits: Annotated[int, msgspec.Meta(ge=1, le=17)] | None = None
    wraps_at: Annotated[int, msgspec.Meta(ge=2, le=2**63 - 1)] | None = None

    @property
    def exact_scale(self) -> Fraction:
        """The exact number by which raw numbers are multiplied."""
        return scale_of(self.scale) if self.scale else Fraction(1)

    def converter(self) -> Callable[[Number], Number]:
        """Return the function that converts a number of a row to the field's value in its unit and type."""
        scaled = scaler(self.exact_scale)
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
"""A 32-bit float has 24 binary digits: a number within half of the last one, relative to the value, identifies it."""


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
    """The position of an asset (WGS 84, degrees) and its name for people."""

    name: Annotated[str, msgspec.Meta(max_length=MOST_NAME_CHARACTERS, extra={"reader": "title", "limits": {}})] | None = None
    lat: float | None = None
    lon: float | None = None


class Stream(msgspec.Struct, frozen=True, omit_defaults=True):
    """One measurement of a device with fixed, ordered fields. A reading is due every `every_s` seconds."""

    asset: _Level
    device: _Level
    profile: _Name
    measurement: _Name
    fields: Annotated[tuple[StreamField, ...], msgspec.Meta(max_length=MOST_FIELDS)]
    every_s: Annotated[float, msgspec.Meta(ge=0, le=_LONGEST_EVERY_S)]
    tags: Annotated[dict[_Name, _Label], msgspec.Meta(max_length=MOST_TAGS)] = {}
    place: Place | None = None


class Schema(msgspec.Struct, frozen=True):
    """The streams of a gateway; batches refer to them by their position."""

    streams: tuple[Stream, ...]

    def document(self) -> bytes:
        """Return the canonical JSON of the document."""
        return msgspec.json.encode({"v": 1, "streams": self.streams}, order="deterministic")


class SchemaDocument(msgspec.Struct):
    """A schema document as it is sent; `v` is 1."""

    v: int
    streams: Annotated[tuple[Stream, ...], msgspec.Meta(max_length=MOST_STREAMS)]


_read = json_reader(SchemaDocument)


def hash_of(document: bytes) -> bytes:
    """Return the 8-byte name of a schema document."""
    return hashlib.blake2b(document, digest_size=HASH_BYTES).digest()


_MAGIC = b"\x28\xb5\x2f\xfd"
"""The start of a zstd frame (RFC 8878, section 3.1.1); JSON never starts like this."""

_PACKED_FROM_BYTES = 4096


def pack_document(document: bytes) -> bytes:
    """Return a schema document as it is sent: compressed if large, because it is repetitive and sent at every connection."""
    return zstandard.ZstdCompressor().compress(document) if len(document) >= _PACKED_FROM_BYTES else document


def unpack_document(payload: bytes, limit: int) -> bytes:
    """Return the schema document in a message.

    Raises:
        ValueError: It is larger than `limit` bytes, or can't be decompressed.
    """
    if not payload.startswith(_MAGIC):
        document = payload
    else:
        try:
            if zstandard.frame_content_size(payload) > limit:
                raise ValueError(f"the schema document is larger than {limit} bytes")
            document = zstandard.ZstdDecompressor().decompress(payload, max_output_size=limit)
        except zstandard.ZstdError as error:
            raise ValueError(f"the schema document can't be decompressed: {error}") from error
    if len(document) > limit:
        raise ValueError(f"the schema document has {len(document)} bytes; the limit is {limit}")
    return document


def decode_schema(document: bytes) -> Schema:
    """Decode a schema document.

    Raises:
        ValueError: The bytes are not a schema document of version 1, a name or number is invalid, or a canonical field has another type.
    """
    found = _read(document)
    if found.v != 1:
        raise ValueError(f"schema document of version {found.v}; this program reads version 1")
    for stream in found.streams:
        table = MEASUREMENTS.get(stream.measurement, {})
        for field in stream.fields if table else ():
            canonical = table.get(field.name)
            if canonical is not None and canonical.type is not field.type:
                raise ValueError(f"{stream.measurement}.{field.name} is a {canonical.type.value}, not a {field.type.value}")
    return Schema(found.streams)
