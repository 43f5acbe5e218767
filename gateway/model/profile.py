"""Profiles: what a product is. The structs are the YAML form of `device_profiles/`, in the order of a file."""

from typing import Annotated, Literal

import msgspec

from gateway.model.scalar_types import Delay, Duration, Exact, HexBytes, Identifier, Unit, whole

Address = Annotated[int, whole(0, 0xFFFF)]
Table = Literal["holding", "input", "coil", "discrete"]
ProfileKind = Literal[
    "lighting_meter", "lamp", "dali_gateway", "relay", "cabinet", "traffic", "presence", "parking", "air_quality", "noise", "weather"
]

PointType = Literal[
    "bool", "int8", "uint8", "int16", "uint16", "int24", "uint24", "int32", "uint32", "int64", "uint64", "float32", "float64",
    "bcd8", "bcd16", "bcd32", "bcd64", "string", "wide_string", "datetime", "bcd_datetime", "number", "hex", "text",
]  # fmt: skip

SIZE_BYTES: dict[PointType, int] = {
    "bool": 2, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int24": 3, "uint24": 3, "int32": 4, "uint32": 4, "int64": 8, "uint64": 8,
    "float32": 4, "float64": 8, "bcd8": 1, "bcd16": 2, "bcd32": 4, "bcd64": 8,
}  # fmt: skip
"""How many bytes a value of a binary type takes; strings and date-times say it themselves."""

CheckKind = Literal[
    "crc8/smbus", "crc8/maxim", "crc8/nrsc5", "crc8/wavetronix", "crc16/modbus", "crc16/arc", "crc16/mcrf4xx", "crc16/ccitt-false",
    "crc16/xmodem", "crc16/kermit", "sum8", "sum8/inverted", "sum8/negated", "sum16", "xor8",
]  # fmt: skip
"""The checksums of binary frames."""

STRINGS = ("string", "wide_string")
DATETIMES = ("datetime", "bcd_datetime")
LAYOUT_PARTS = {"yyyy": 2, "yy": 1, "mo": 1, "dd": 1, "hh": 1, "mi": 1, "ss": 1, "__": 1}
"""The parts of a packed date-time and the bytes that each takes; `yy` counts from 2000, `__` is passed over."""

FUNCTION_OF: dict[Table, int] = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}
"""The function code that reads a table (Modbus Application Protocol V1.1b3, section 6)."""


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


class Stretch(_Document, frozen=True, kw_only=True):
    """A stretch of addresses of one table, both ends included."""

    table: Table
    first: Address
    last: Address


class VendorFunction(_Document, frozen=True, kw_only=True):
    """A function code of the vendor's own: its answer has so many bytes after the code, or says at which byte its length stands.

    `length_at` counts from the byte after the function code; that byte counts the bytes behind it.
    """

    code: Annotated[int, whole(1, 127)]
    answer_bytes: Annotated[int, whole(0, 252)] | None = None
    length_at: Annotated[int, whole(0, 250)] | None = None


class Modbus(_Document, frozen=True, kw_only=True):
    """How the product speaks Modbus.

    `turnaround` is how long it usually takes to begin an answer (on TCP: the round trip); `pause` is the silence that it
    needs before a request beyond the 3.5 characters of the specification.
    """

    unit: Annotated[int, whole(0, 255)] | None = None
    longest_read: Annotated[int, whole(1, 125)] = 125
    longest_bit_read: Annotated[int, whole(1, 2000)] = 2000
    unreadable: list[Stretch] = []
    undivided: list[Stretch] = []
    bridging: bool = True
    in_flight: Annotated[int, whole(1, 16)] = 1
    word_order: Literal["big", "little"] = "big"
    byte_order: Literal["big", "little"] = "big"
    timeout: Duration = 1.0
    turnaround: Delay = 0.01
    pause: Delay = 0.0
    vendor: dict[Identifier, VendorFunction] = {}


class ChecksumPlace(_Document, frozen=True, kw_only=True):
    """A checksum of a frame: over the bytes from `first` up to `end`, standing at `at`; negative positions count from the end."""

    kind: CheckKind
    first: int = 0
    end: int
    at: int
    order: Literal["big", "little"] = "big"


class LengthPlace(_Document, frozen=True, kw_only=True):
    """Where a frame says how long it is: `size` bytes at `at` count all bytes but `plus`."""

    at: Annotated[int, whole(0, 255)]
    size: Literal[1, 2] = 1
    order: Literal["big", "little"] = "big"
    plus: Annotated[int, whole(0, 255)] = 0


class Stuffing(_Document, frozen=True, kw_only=True):
    """Frames between two flags (`end`, where the last is another one). A byte that could be taken for one stands behind an escape.

    The bits of `turned` are turned over in it: its sixth, as HDLC has it, where the profile says nothing.
    """

    flag: Annotated[int, whole(0, 255)]
    end: Annotated[int, whole(0, 255)] | None = None
    escape: Annotated[int, whole(0, 255)]
    turned: Annotated[int, whole(1, 255)] = 0x20


class Channels(_Document, frozen=True, kw_only=True):
    """Where a message says which channel it is about; the number that stands for channel 0 is `first`."""

    at: Annotated[int, whole(0, 255)]
    first: Annotated[int, whole(0, 255)] = 0


class FrameMessage(_Document, frozen=True, kw_only=True):
    """One kind of frame: the bytes that tell it from others, by their place, and whether it is about one channel.

    A frame in which the bytes of `unless` stand says nothing, such as one of zeros while a sensor warms up.
    """

    match: dict[int, HexBytes] = {}
    unless: dict[int, HexBytes] = {}
    channel: Channels | None = None


class EachChannel(_Document, frozen=True, kw_only=True):
    """One question a channel, where answers do not say which channel they are about.

    In `ask`, `??` stands for the channel's number on the wire, two hexadecimal digits: `first` for channel 0, `step` more for each
    further one. `check` is put behind the question of a binary dialect.
    """

    ask: str
    first: Annotated[int, whole(0, 255)] = 0
    step: Annotated[int, whole(1, 255)] = 1
    check: CheckKind | None = None


class Frame(_Document, frozen=True, kw_only=True):
    """How a product that sends binary frames is set up, asked and read.

    A frame begins with `start` and is as long as `fixed` or `length` say, or stands between flags (`stuffing`). Every check
    must hold, and the bits of `marks` be set at their places. Points stand in the messages at places counted from the frame's
    first byte (behind the flag).
    """

    start: HexBytes | None = None
    fixed: Annotated[int, whole(2, 1024)] | None = None
    length: LengthPlace | None = None
    stuffing: Stuffing | None = None
    longest: Annotated[int, whole(2, 1024)] = 260
    end: HexBytes | None = None
    checks: list[ChecksumPlace] = []
    marks: dict[int, int] = {}
    messages: dict[Identifier, FrameMessage] = {}
    byte_order: Literal["big", "little"] = "big"
    setup: list[HexBytes] = []
    ask: list[HexBytes] = []
    each: EachChannel | None = None
    timeout: Duration = 1.0


class Umb(_Document, frozen=True, kw_only=True):
    """A station that speaks Lufft's UMB protocol: points name its channels, and each answer says its value's type."""

    device_class: Annotated[int, whole(1, 15)] = 7
    device: Annotated[int, whole(1, 255)] = 1
    timeout: Duration = 1.0


class Text(_Document, frozen=True, kw_only=True):
    """How a product that sends lines of text is set up, asked and read.

    `lines` are tried in order on every line that comes: `json`, `tokens` (name=value with a unit's letter), or a regular
    expression whose groups are the keys. `check` names a checksum that may end a line, and `checked` the lines that must have it.
    """

    terminator: Literal["CR", "LF", "CRLF", "ETX"] = "LF"
    setup: list[str] = []
    ask: list[str] = []
    each: EachChannel | None = None
    lines: list[str]
    check: Literal["wxt_crc"] | None = None
    checked: str | None = None
    timeout: Duration = 1.0


class WriteAccess(_Document, frozen=True, kw_only=True):
    """That a point may be written, and its safe range in its unit; a point with an enum takes the numbers of its words.

    `function` is the Modbus function where it is not the usual one (5 for a coil, 6 for one register, 16 for several). What is `only`
    written is never read.
    """

    min: Exact | None = None
    max: Exact | None = None
    function: Literal[5, 6, 15, 16] | None = None
    only: bool = False


class Point(_Document, frozen=True, kw_only=True):
    """One named value.

    A Modbus point has one of `holding`, `input`, `coil`, `discrete`; a text point a `key`; a point of a binary frame a place
    `at`, and the `message` where there are several; a UMB point a `channel`. A point with a `stride` stands once for every
    channel (or `repeats` times, such as for the groups of a DALI line), that many registers (in frames: bytes) apart; in a key
    `{n}` stands for the channel's number, counted from 1. `length` is in registers (in frames: in bytes). Raw values under
    `zero_below` mean 0. `uncertain` says what of the point no source confirms.
    """

    name: Identifier
    holding: Address | None = None
    input: Address | None = None
    coil: Address | None = None
    discrete: Address | None = None
    key: str | None = None
    at: Annotated[int, whole(0, 1023)] | None = None
    message: Identifier | None = None
    channel: Address | None = None
    type: PointType
    length: Annotated[int, whole(1, 125)] | None = None
    layout: str | None = None
    word_order: Literal["big", "little"] | None = None
    byte_order: Literal["big", "little"] | None = None
    byte: Literal["high", "low"] = "low"
    bit: Annotated[int, whole(0, 63)] | None = None
    bits: Annotated[int, whole(1, 63)] | None = None
    signed: bool = False
    valid_bit: Annotated[int, whole(0, 63)] | None = None
    stride: Annotated[int, whole(1, 0xFFFF)] | None = None
    repeats: Annotated[int, whole(1, 256)] | None = None
    scale: Exact | None = None
    offset: Exact | None = None
    unit: Unit | None = None
    enum: dict[int, str] | None = None
    invalid: list[int] = []
    min: Exact | None = None
    max: Exact | None = None
    wraps_at: Annotated[int, whole(2, 2**63 - 1)] | None = None
    collect: Literal["last", "mean"] = "last"
    alone: bool = False
    bridge: bool = True
    zero_below: Annotated[int, whole(1, 0xFFFF)] | None = None
    write: WriteAccess | None = None
    uncertain: str | None = None
    note: str | None = None


class Derived(_Document, frozen=True, kw_only=True):
    """A value that the gateway computes of others.

    It is the `sum` of points, the `difference` of a counter since the last reading, or whether a point is `below` a limit (in that
    point's unit; a site may override it).
    """

    name: Identifier
    sum: list[Identifier] = []
    difference: Identifier | None = None
    below: Identifier | None = None
    limit: Exact | None = None

    @property
    def inputs(self) -> list[str]:
        """The names of the points that it is computed of."""
        return [*self.sum, *(name for name in (self.difference, self.below) if name is not None)]


class Measurement(_Document, frozen=True, kw_only=True):
    """Which points make which canonical fields; fields of points with a stride make one stream a channel.

    `every` is how often they are wanted where that is not the profile's; 0s is as often as the line allows. `when` names points of the
    device's mode and the values under which the measurement holds; they are read with it. In a tag `{n}` stands for the
    channel's number counted from 1, `{channel}` for the number counted from 0.
    """

    measurement: Identifier
    every: Delay | None = None
    when: dict[Identifier, list[int | str]] = {}
    tags: dict[Identifier, str] = {}
    fields: dict[Identifier, Identifier]


class AlarmRule(_Document, frozen=True, kw_only=True):
    """A state that raises an event when it begins and when it ends.

    The point is true or not 0, or is one of some values, or is beyond a limit in its unit.
    """

    alarm: Identifier
    point: Identifier
    one_of: list[int | str] = []
    above: Exact | None = None
    below: Exact | None = None
    en: str
    it: str


class Identity(_Document, frozen=True, kw_only=True):
    """What tells the product from others: a point, or an object of Modbus function 43/14, and what it reads."""

    point: Identifier | None = None
    object: Literal["VendorName", "ProductCode", "MajorMinorRevision", "ProductName", "ModelName"] | None = None
    one_of: list[int | str] = []
    but_not: list[int | str] = []
    between: Annotated[list[Exact], msgspec.Meta(max_length=2)] = []
    contains: str | None = None


class Setting(_Document, frozen=True, kw_only=True):
    """What must be set on the device for its values to be true; with a point, whether it is set can be read."""

    point: Identifier | None = None
    one_of: list[int | str] = []
    en: str
    it: str


class Example(_Document, frozen=True, kw_only=True):
    """A worked example from a source: bytes on the wire (hex) or characters, and what they mean.

    `framing` is that of Modbus frames, `channel` the one that points with a stride are of. `written` names the point that the request
    writes and the value. `answer` names another way in which it ends: an answer without values, or one that must be refused.
    """

    desc: str
    origin: Literal["captured", "vendor_doc", "test_suite", "constructed"]
    source: str
    framing: Literal["rtu", "tcp"] = "rtu"
    request: str | None = None
    response: str | None = None
    tx: str | None = None
    rx: str | None = None
    decoded: dict[Identifier, float | str | bool | None] = {}
    written: dict[Identifier, float | str | bool] = {}
    channel: Annotated[int, whole(0, 255)] = 0
    answer: Literal["values", "nothing", "refused"] = "values"


class Profile(_Document, frozen=True, kw_only=True):
    """One product.

    A profile that `extends` another says only what is different: points of the same name take the place of the other's, those named
    under `without` are left out, and any other key that it has replaces the other's. `uncertain` are facts of the whole
    product that no source confirms.
    """

    profile: Identifier
    extends: Identifier | None = None
    without: list[Identifier] = []
    vendor: str
    model: str
    kind: ProfileKind
    confidence: Literal["high", "medium", "low"]
    sources: Annotated[list[Source], msgspec.Meta(min_length=1)]
    uncertain: list[str] = []
    serial: Serial = Serial()
    modbus: Modbus | None = None
    text: Text | None = None
    frame: Frame | None = None
    umb: Umb | None = None
    every: Delay = 10.0
    channels: Annotated[int, whole(1, 256)] | None = None
    identify: list[Identity] = []
    settings: list[Setting] = []
    points: Annotated[list[Point], msgspec.Meta(min_length=1)]
    derived: list[Derived] = []
    measurements: Annotated[list[Measurement], msgspec.Meta(min_length=1)]
    alarms: list[AlarmRule] = []
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


def size_bytes(point: Point, *, in_registers: bool) -> int:
    """Give how many bytes a binary point takes: in registers those of all registers that it touches."""
    if point.type in STRINGS or point.type in DATETIMES:
        return (point.length or 1) * (2 if in_registers else 1)
    size = SIZE_BYTES.get(point.type, 2)
    return size + size % 2 if in_registers else size


def width_of(point: Point) -> int:
    """Give how many registers (or, in a bit table, bits) a Modbus point takes."""
    return 1 if point.coil is not None or point.discrete is not None else size_bytes(point, in_registers=True) // 2


def is_channelled(profile: Profile, point: Point) -> bool:
    """Tell whether a point stands once for every channel.

    It has a stride, or its key or its message says which channel it is about, or every channel is asked for apart.
    """
    each = (profile.text and profile.text.each) or (profile.frame and profile.frame.each)
    if point.stride is not None or "{n}" in (point.key or "") or each:
        return True
    message = profile.frame.messages.get(point.message or "") if profile.frame else None
    return message is not None and message.channel is not None


def sources_of(profile: Profile, measurement: Measurement) -> list[str]:
    """Give the names of the points that a measurement's fields are, or are computed of."""
    derived = {one.name: one.inputs for one in profile.derived}
    return [name for source in measurement.fields.values() for name in derived.get(source, [source])]
