"""Profiles: what a product is. The structs are the YAML form of `device_profiles/`, in the order of a file."""

from typing import Annotated, Literal

import msgspec

from gateway.model.document import Duration, Exact, Identifier, Unit, whole

Address = Annotated[int, whole(0, 0xFFFF)]
ProfileKind = Literal[
    "lighting_meter", "lamp_controller", "dali_gateway", "relay", "cabinet", "ups", "digital_io",
    "traffic", "loop_detector", "presence", "parking", "air_quality", "noise", "weather",
]  # fmt: skip

PointType = Literal["bool", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "number", "text"]

WIDTH: dict[PointType, int] = {
    "bool": 1, "int16": 1, "uint16": 1, "int32": 2, "uint32": 2, "int64": 4, "uint64": 4, "float32": 2, "float64": 4,
}  # fmt: skip
"""How many registers (or, for `bool` in a bit table, how many bits) a value takes on Modbus."""


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a file: unknown keys are errors."""


class Source(_Document, frozen=True, kw_only=True):
    """Where a fact comes from."""

    ref: str
    what: str | None = None


class Serial(_Document, frozen=True, kw_only=True):
    """The serial settings that the product leaves the factory with."""

    baud: Annotated[int, whole(300, 1_000_000)] = 9600
    data_bits: Literal[7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stop_bits: Literal[1, 2] = 1


class Modbus(_Document, frozen=True, kw_only=True):
    """How the product speaks Modbus."""

    unit: Annotated[int, whole(0, 255)] | None = None
    tcp_port: Annotated[int, whole(1, 65535)] = 502
    longest_read: Annotated[int, whole(1, 125)] = 125
    word_order: Literal["big", "little"] = "big"
    timeout: Duration = 1.0


class Text(_Document, frozen=True, kw_only=True):
    """How a product that sends lines of text is set up, asked and read.

    `lines` are tried in order on every line that comes: `json`, or a regular expression whose groups are the keys.
    """

    terminator: Literal["CR", "LF", "CRLF"] = "LF"
    setup: list[str] = []
    ask: list[str] = []
    lines: list[str]
    timeout: Duration = 1.0


class Point(_Document, frozen=True, kw_only=True):
    """One named value. A Modbus point has one of `holding`, `input`, `coil`, `discrete`; a text point has a `key`.

    A point with a `stride` stands once for every channel, that many registers apart.
    """

    name: Identifier
    holding: Address | None = None
    input: Address | None = None
    coil: Address | None = None
    discrete: Address | None = None
    key: str | None = None
    type: PointType
    word_order: Literal["big", "little"] | None = None
    bit: Annotated[int, whole(0, 15)] | None = None
    stride: Annotated[int, whole(1, 0xFFFF)] | None = None
    scale: Exact | None = None
    offset: Exact | None = None
    unit: Unit | None = None
    enum: dict[int, str] | None = None
    invalid: list[int] = []
    min: Exact | None = None
    max: Exact | None = None
    collect: Literal["last", "mean"] = "last"
    alone: bool = False
    note: str | None = None


class Measurement(_Document, frozen=True, kw_only=True):
    """Which points make which canonical fields; fields of points with a stride make one stream a channel."""

    measurement: Identifier
    tags: dict[Identifier, str] = {}
    fields: dict[Identifier, Identifier]


class Example(_Document, frozen=True, kw_only=True):
    """A worked example from a source: bytes on the wire (hex) or characters, and what they mean."""

    desc: str
    origin: Literal["captured", "vendor_doc", "test_suite", "constructed"]
    source: str
    request: str | None = None
    response: str | None = None
    tx: str | None = None
    rx: str | None = None
    decoded: dict[Identifier, float | str] = {}


class Profile(_Document, frozen=True, kw_only=True):
    """One product."""

    profile: Identifier
    vendor: str
    model: str
    kind: ProfileKind
    confidence: Literal["high", "medium", "low"]
    sources: Annotated[list[Source], msgspec.Meta(min_length=1)]
    serial: Serial = Serial()
    modbus: Modbus | None = None
    text: Text | None = None
    every: Duration = 10.0
    channels: Annotated[int, whole(1, 256)] | None = None
    points: Annotated[list[Point], msgspec.Meta(min_length=1)]
    measurements: Annotated[list[Measurement], msgspec.Meta(min_length=1)]
    quirks: list[str] = []
    examples: list[Example] = []

    def point(self, name: str) -> Point:
        """Give a point by its name; a loaded profile refers to none that it lacks."""
        return next(point for point in self.points if point.name == name)


def table_of(point: Point) -> tuple[int, int] | None:
    """Give the Modbus function code that reads a point, and its address; None for a point that is not on Modbus."""
    for function, address in ((3, point.holding), (4, point.input), (1, point.coil), (2, point.discrete)):
        if address is not None:
            return function, address
    return None
