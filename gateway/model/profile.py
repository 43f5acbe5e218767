"""Device profiles. The structs mirror the YAML files of `device_profiles/`, in the order of a file."""

from typing import Annotated, Literal

import msgspec

from gateway.model.scalar_types import Delay, Duration, Exact, HexBytes, Identifier, Label, Unit, whole

Address = Annotated[int, whole(0, 0xFFFF)]
Table = Literal["holding", "input", "coil", "discrete"]
ProfileKind = Literal[
    "lighting_meter",
    "lamp",
    "dali_gateway",
    "relay",
    "cabinet",
    "traffic",
    "presence",
    "parking",
    "air_quality",
    "noise",
    "weather",
    "water",
]

PointType = Literal[
    "bool", "int8", "uint8", "int16", "uint16", "int24", "uint24", "int32", "uint32", "int64", "uint64", "float32", "float64",
    "bcd8", "bcd16", "bcd32", "bcd64", "string", "wide_string", "datetime", "bcd_datetime", "number", "hex", "text",
]  # fmt: skip

SIZE_BYTES: dict[PointType, int] = {
    "bool": 2, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int24": 3, "uint24": 3, "int32": 4, "uint32": 4, "int64": 8, "uint64": 8,
    "float32": 4, "float64": 8, "bcd8": 1, "bcd16": 2, "bcd32": 4, "bcd64": 8,
}  # fmt: skip
"""The size of each binary type; strings and date-times have a `length`."""

CheckKind = Literal[
    "crc8/smbus", "crc8/maxim", "crc8/nrsc5", "crc8/wavetronix", "crc16/modbus", "crc16/arc", "crc16/mcrf4xx", "crc16/ccitt-false",
    "crc16/xmodem", "crc16/kermit", "sum8", "sum8/inverted", "sum8/negated", "sum16", "xor8",
]  # fmt: skip
"""The checksums of binary frames and serial queries."""

FirmwareProtocol = Literal["wirenboard", "modbus_file", "xmodem", "ymodem", "stm32", "smp"]
"""The protocols by which firmware is updated: one driver of `firmware_tools.drivers` each."""

STRINGS = ("string", "wide_string")
DATETIMES = ("datetime", "bcd_datetime")
LAYOUT_PARTS = {"yyyy": 2, "yy": 1, "mo": 1, "dd": 1, "hh": 1, "mi": 1, "ss": 1, "__": 1}
"""The parts of a packed date-time and their sizes in bytes; `yy` counts from 2000, `__` is skipped."""

FUNCTION_OF: dict[Table, int] = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}
"""The function code that reads a table (Modbus Application Protocol V1.1b3, section 6)."""


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Part of a profile; unknown keys are errors."""


class Source(_Document, frozen=True, kw_only=True):
    """Where facts of the profile come from."""

    ref: str
    what: str | None = None


class Serial(_Document, frozen=True, kw_only=True):
    """The factory serial settings."""

    baud: Annotated[int, whole(300, 1_000_000)] = 9600
    data_bits: Literal[7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stop_bits: Literal[1, 2] = 1


class Stretch(_Document, frozen=True, kw_only=True):
    """A range of addresses in one table, inclusive."""

    table: Table
    first: Address
    last: Address


class VendorFunction(_Document, frozen=True, kw_only=True):
    """A vendor-specific function code. Its response has `answer_bytes` bytes after the code, or contains its own length.

    `length_at` is the position of the length byte, counted from the byte after the function code; it counts the bytes after it.
    """

    code: Annotated[int, whole(1, 127)]
    answer_bytes: Annotated[int, whole(0, 252)] | None = None
    length_at: Annotated[int, whole(0, 250)] | None = None


class Readdress(_Document, frozen=True, kw_only=True):
    """How the product's Modbus address is changed: the new one is written to a `point`. `source` says where that is known from."""

    point: Identifier
    source: str


class Modbus(_Document, frozen=True, kw_only=True):
    """How the product speaks Modbus.

    `unreadable` ranges are never read, not even as part of a larger read; `undivided` ranges are always read in one request. `bridging:
    false` forbids reading unused addresses between points. `turnaround` is how long the product usually takes before it responds (on TCP:
    the round trip). `pause` is the silence that it needs before a request if more than the 3.5 characters of the specification.
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
    readdress: Readdress | None = None


class ChecksumPlace(_Document, frozen=True, kw_only=True):
    """A checksum of a frame, at `at`, over the bytes from `first` up to but not including `end`. Negative positions count from the end."""

    kind: CheckKind
    first: int = 0
    end: int
    at: int
    order: Literal["big", "little"] = "big"


class LengthPlace(_Document, frozen=True, kw_only=True):
    """The length field of a frame: `size` bytes at `at`, which count all bytes of the frame except `plus`."""

    at: Annotated[int, whole(0, 255)]
    size: Literal[1, 2] = 1
    order: Literal["big", "little"] = "big"
    plus: Annotated[int, whole(0, 255)] = 0


class Stuffing(_Document, frozen=True, kw_only=True):
    """Byte stuffing of frames between two flags; `end` is the closing flag if it differs from `flag`.

    A byte with the value of a flag or of `escape` is sent after an `escape` byte, with the bits of `turned` inverted (by default the sixth,
    as in HDLC).
    """

    flag: Annotated[int, whole(0, 255)]
    end: Annotated[int, whole(0, 255)] | None = None
    escape: Annotated[int, whole(0, 255)]
    turned: Annotated[int, whole(1, 255)] = 0x20


class Channels(_Document, frozen=True, kw_only=True):
    """The position of the channel number in a message; `first` is the number of channel 0."""

    at: Annotated[int, whole(0, 255)]
    first: Annotated[int, whole(0, 255)] = 0


class FrameMessage(_Document, frozen=True, kw_only=True):
    """One kind of frame. `match` maps positions to the bytes that identify it.

    A frame that contains the bytes of `unless` at their positions is ignored, such as one of zeros while a sensor warms up. `channel` is
    set if the frame is about one channel.
    """

    match: dict[int, HexBytes] = {}
    unless: dict[int, HexBytes] = {}
    channel: Channels | None = None


class EachChannel(_Document, frozen=True, kw_only=True):
    """One query for each channel, for products whose messages do not contain the channel.

    In `ask`, `??` is the number of the channel as two hexadecimal digits: `first` for channel 0, and `step` more for each further channel.
    `check` is the checksum appended to a binary query.
    """

    ask: str
    first: Annotated[int, whole(0, 255)] = 0
    step: Annotated[int, whole(1, 255)] = 1
    check: CheckKind | None = None


class Frame(_Document, frozen=True, kw_only=True):
    """How to set up, query and decode a product that sends binary frames.

    A frame starts with `start` and its length is `fixed` or given by `length`; or it is between flags (`stuffing`). All checksums must
    match, and the bits of `marks` must be set at their positions. The positions of points count from the first byte of the frame (after the
    flag). `setup` is sent once after the port is opened, `ask` for each reading; without `ask` and `each`, the product sends by itself, at
    least once in `expected_within`, if that is known.
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
    expected_within: Duration | None = None
    timeout: Duration = 1.0


class Umb(_Document, frozen=True, kw_only=True):
    """A station that speaks Lufft's UMB protocol. Points give its channels; each response contains the type of the value."""

    device_class: Annotated[int, whole(1, 15)] = 7
    device: Annotated[int, whole(1, 255)] = 1
    timeout: Duration = 1.0


class Text(_Document, frozen=True, kw_only=True):
    """How to set up, query and decode a product that sends lines of text.

    `lines` are tried in order on every received line: `json`, `tokens` (name=value with the letter of a unit), or a regular
    expression whose groups are the keys. `check` is a checksum that lines can end with; lines that match `checked` must have it. Without
    `ask` and `each`, the product sends by itself, at least once in `expected_within`, if that is known.
    """

    terminator: Literal["CR", "LF", "CRLF", "ETX"] = "LF"
    setup: list[str] = []
    ask: list[str] = []
    each: EachChannel | None = None
    lines: list[str]
    check: Literal["wxt_crc"] | None = None
    checked: str | None = None
    expected_within: Duration | None = None
    timeout: Duration = 1.0


class WriteAccess(_Document, frozen=True, kw_only=True):
    """Makes a point writable, with its safe range in its unit; a point with an enum accepts the numbers of its words.

    `function` is the Modbus function if it is not the usual one (5 for a coil, 6 for one register, 16 for several). A point that is `only`
    written is never read.
    """

    min: Exact | None = None
    max: Exact | None = None
    function: Literal[5, 6, 15, 16] | None = None
    only: bool = False


class Point(_Document, frozen=True, kw_only=True):
    """One named value.

    A Modbus point has one of `holding`, `input`, `coil`, `discrete`; a text point has a `key`; a point of a binary frame has a position
    `at`, and a `message` if there are several; a UMB point has a `channel`. A point with a `stride` exists once for every channel (or
    `repeats` times, e.g. for the groups of a DALI line), that many registers (in frames: bytes) apart. In a key, `{n}` is the number
    of the channel, counted from 1. `length` is in registers (in frames: in bytes). `alone` points are read in a request of their own, and
    a point with `bridge: false` is never read just because it is between others. Raw values below `zero_below` mean 0. `uncertain`
    says which fact no source confirms.
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
    """A value that the gateway computes from others.

    It is the `sum` of points, the `difference` of a counter since the last reading, or whether a point is `below` a `limit` (in the unit of
    that point; a site can override it).
    """

    name: Identifier
    sum: list[Identifier] = []
    difference: Identifier | None = None
    below: Identifier | None = None
    limit: Exact | None = None

    @property
    def inputs(self) -> list[str]:
        """The names of the points that it is computed from."""
        return [*self.sum, *(name for name in (self.difference, self.below) if name is not None)]


class Measurement(_Document, frozen=True, kw_only=True):
    """A measurement: which points become which canonical fields. Points with a stride make one stream for each channel.

    `every` is the interval if it is not the profile's; 0s means as often as the line allows. `when` maps points, read with the measurement,
    to the values under which it is valid, such as the mode of the device. In a tag, `{n}` is the number of the channel counted from 1,
    `{channel}` the number counted from 0.
    """

    measurement: Identifier
    every: Delay | None = None
    when: dict[Identifier, list[int | str]] = {}
    tags: dict[Identifier, Label] = {}
    fields: dict[Identifier, Identifier]


class AlarmRule(_Document, frozen=True, kw_only=True):
    """An alarm: an event when it becomes active and when it is cleared.

    It is active while the point is true or not 0, or is `one_of` some values, or is `above` or `below` a limit in its unit.
    """

    alarm: Identifier
    point: Identifier
    one_of: list[int | str] = []
    above: Exact | None = None
    below: Exact | None = None
    en: str
    it: str


class Identity(_Document, frozen=True, kw_only=True):
    """How to identify the product: a point, or an object of Modbus function 43/14, and its expected value."""

    point: Identifier | None = None
    object: Literal["VendorName", "ProductCode", "MajorMinorRevision", "ProductName", "ModelName"] | None = None
    one_of: list[int | str] = []
    but_not: list[int | str] = []
    between: Annotated[list[Exact], msgspec.Meta(max_length=2)] = []
    contains: str | None = None


class PointValue(_Document, frozen=True, kw_only=True):
    """A value that is written to a `point`: in its unit, or a word of its enum."""

    point: Identifier
    value: float | str | bool


class FileRecords(_Document, frozen=True, kw_only=True):
    """How firmware is written as Modbus file records (function 21), from file `number` on.

    A file has `records` registers (10000 by the specification); a longer image goes on in the next file. A request writes at most
    `longest` registers. Before, `begin` is written, which erases, and the image's length in bytes is written to the point `size`. After,
    `commit` is written, which verifies. In between, the point `state` is read until it is no longer `busy`; values of `refused` mean that
    the image is refused.
    """

    number: Annotated[int, whole(1, 0xFFFF)]
    records: Annotated[int, whole(1, 10_000)] = 10_000
    longest: Annotated[int, whole(1, 122)] = 122
    begin: PointValue | None = None
    size: Identifier | None = None
    commit: PointValue | None = None
    state: Identifier | None = None
    busy: list[int | str] = []
    refused: list[int | str] = []


class FirmwarePoints(_Document, frozen=True, kw_only=True):
    """The points in which a product says what it is and which firmware it has."""

    model: Identifier | None = None
    hardware: Identifier | None = None
    version: Identifier | None = None
    bootloader: Identifier | None = None


class FirmwareUpdate(_Document, frozen=True, kw_only=True):
    """How the product's firmware is updated; `source` says where that is known from.

    `points` are what the product says of itself; the driver `wirenboard` knows them. Writing `enter` starts the bootloader, whose port
    has the settings `serial`, if they are not those of the line. It answers after `reboot` at the latest, and `erase` is the longest that
    it takes to erase. `block` is the size of blocks of `xmodem`, in bytes, and `address` is where `stm32` writes. `file` is needed by
    `modbus_file`.
    """

    driver: FirmwareProtocol
    source: str
    points: FirmwarePoints = FirmwarePoints()
    enter: PointValue | None = None
    serial: Serial | None = None
    reboot: Duration = 5.0
    erase: Duration = 30.0
    block: Literal[128, 1024] = 128
    address: Annotated[int, whole(0, 0xFFFFFFFF)] = 0x0800_0000
    file: FileRecords | None = None


class Setting(_Document, frozen=True, kw_only=True):
    """A setting that the device needs for correct values. With a point, the gateway can read whether it is set."""

    point: Identifier | None = None
    one_of: list[int | str] = []
    en: str
    it: str


class Example(_Document, frozen=True, kw_only=True):
    """A worked example from a source: the bytes (in hex) or characters of an exchange, and their meaning.

    `request` and `response` are Modbus frames with this `framing`; `tx` and `rx` are what is sent and received on other lines. `channel`
    is the channel of points with a stride. `written` is the point that the request writes, and the value. `answer` is `nothing` for a
    response without values, and `refused` for one that must be discarded.
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

    A profile that `extends` another contains only the differences: points with the same name replace the other's, points listed under
    `without` are removed, and any other key replaces the other's. `uncertain` lists facts about the whole product that no source confirms.
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
    firmware: FirmwareUpdate | None = None
    points: Annotated[list[Point], msgspec.Meta(min_length=1)]
    derived: list[Derived] = []
    measurements: Annotated[list[Measurement], msgspec.Meta(min_length=1)]
    alarms: list[AlarmRule] = []
    quirks: list[str] = []
    examples: list[Example] = []

    def point(self, name: str) -> Point:
        """Return a point by its name; a loaded profile only refers to existing points."""
        return next(point for point in self.points if point.name == name)


def table_of(point: Point) -> tuple[int, int] | None:
    """Return the Modbus function code that reads a point, and its address, or None if the point is not a Modbus point."""
    for function, address in ((3, point.holding), (4, point.input), (1, point.coil), (2, point.discrete)):
        if address is not None:
            return function, address
    return None


def size_bytes(point: Point, *, in_registers: bool) -> int:
    """Return the size of a binary point; in registers, the size of all registers that it uses."""
    if point.type in STRINGS or point.type in DATETIMES:
        return (point.length or 1) * (2 if in_registers else 1)
    size = SIZE_BYTES.get(point.type, 2)
    return size + size % 2 if in_registers else size


def width_of(point: Point) -> int:
    """Return the number of registers (or bits, in a bit table) of a Modbus point."""
    return 1 if point.coil is not None or point.discrete is not None else size_bytes(point, in_registers=True) // 2


def is_channelled(profile: Profile, point: Point) -> bool:
    """Return whether a point exists once for every channel.

    That is if it has a stride, if its key or its message contains the channel, or if every channel has its own query.
    """
    each = (profile.text and profile.text.each) or (profile.frame and profile.frame.each)
    if point.stride is not None or "{n}" in (point.key or "") or each:
        return True
    message = profile.frame.messages.get(point.message or "") if profile.frame else None
    return message is not None and message.channel is not None


def listens(profile: Profile) -> bool:
    """Return whether the product sends by itself, without being queried."""
    return any(way is not None and not way.ask and way.each is None for way in (profile.text, profile.frame))


def expected_within_of(profile: Profile) -> float | None:
    """Return how long a product that sends by itself is silent at most, in seconds; None if that is not known."""
    return next((way.expected_within for way in (profile.text, profile.frame) if way is not None), None)


def sources_of(profile: Profile, measurement: Measurement) -> list[str]:
    """Return the names of the points that a measurement's fields are read or computed from."""
    derived = {one.name: one.inputs for one in profile.derived}
    return [name for source in measurement.fields.values() for name in derived.get(source, [source])]


def filled_tags(measurement: Measurement, channel: int) -> dict[str, str]:
    """Return the tags of a measurement with the number of a channel filled in."""
    numbers = {"{n}": str(channel + 1), "{channel}": str(channel)}
    tags = {}
    for name, text in measurement.tags.items():
        for mark, number in numbers.items():
            text = text.replace(mark, number)  # noqa: PLW2901 — the same text, filled in
        tags[name] = text
    return tags
