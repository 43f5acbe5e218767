"""The rules of one point of a profile that involve several keys."""

from fractions import Fraction
from typing import NamedTuple

from yaml import Node

from gateway.config.problems import Problems, suggest
from gateway.config.rules.rule import Rule, check
from gateway.config.tree_to_struct import entry
from gateway.model.profile import (
    DATETIMES,
    FUNCTION_OF,
    LAYOUT_PARTS,
    SIZE_BYTES,
    STRINGS,
    Modbus,
    Point,
    Profile,
    size_bytes,
    table_of,
    width_of,
)

WAYS = ("modbus", "text", "frame", "umb")
"""The keys of a profile that say how the product communicates; a profile has exactly one."""

_REGISTER_TYPE = "write a register type, such as uint16"


class _Subject(NamedTuple):
    """A point in its profile."""

    profile: Profile
    point: Point

    @property
    def name(self) -> str:
        return self.point.name

    @property
    def type(self) -> str:
        return self.point.type

    @property
    def way(self) -> str:
        return next(way for way in WAYS if getattr(self.profile, way) is not None)

    @property
    def addresses(self) -> int:
        return sum(address is not None for address in (self.point.holding, self.point.input, self.point.coil, self.point.discrete))

    def misplaced(self, way: str) -> bool:
        """Return whether the profile communicates in this way, and the point has not exactly the place that belongs to it."""
        if way != self.way:
            return False
        places = {"modbus": self.addresses or None, "text": self.point.key, "frame": self.point.at, "umb": self.point.channel}
        return places[way] is None or self.addresses > 1 or sum(place is not None for place in places.values()) != 1

    @property
    def in_registers(self) -> bool:
        return self.point.holding is not None or self.point.input is not None

    @property
    def in_bit_table(self) -> bool:
        return self.point.coil is not None or self.point.discrete is not None

    @property
    def as_text(self) -> bool:
        return self.profile.text is not None

    @property
    def self_describing(self) -> bool:
        """Whether values come as text, or with their type."""
        return self.as_text or self.profile.umb is not None

    @property
    def has_length(self) -> bool:
        return self.point.length is not None

    @property
    def needs_length(self) -> bool:
        return self.point.type in STRINGS or self.point.type in DATETIMES

    @property
    def layout(self) -> list[str]:
        return (self.point.layout or "").split()


_PLACE = (
    Rule[_Subject](
        lambda s: s.misplaced("modbus"), "", "point '{s.name}' needs exactly one address", "write one of: holding, input, coil, discrete"
    ),
    Rule[_Subject](lambda s: s.misplaced("text"), "", "point '{s.name}' needs a key", "write 'key: …', the name of the value in the line"),
    Rule[_Subject](
        lambda s: s.misplaced("frame"), "", "point '{s.name}' needs a position", "write 'at: …', its first byte; that of the frame is 0"
    ),
    Rule[_Subject](lambda s: s.misplaced("umb"), "", "point '{s.name}' needs a channel", "write 'channel: …', as in the station's list"),
)

_TYPE = (
    Rule[_Subject](
        lambda s: s.type in ("text", "hex") and not s.as_text, "type", "type '{s.type}' is only for lines of text", _REGISTER_TYPE
    ),
    Rule[_Subject](
        lambda s: s.type == "number" and not s.self_describing, "type", "type 'number' is only for lines of text and UMB", _REGISTER_TYPE
    ),
    Rule[_Subject](
        lambda s: s.self_describing and s.type not in ("number", "hex", "text", "bool"),
        "type",
        "type '{s.type}' is only for registers and frames",
        "write number, text or bool",
    ),
    Rule[_Subject](
        lambda s: s.type in ("int24", "uint24") and s.profile.modbus is not None,
        "type",
        "type '{s.type}' is only for frames",
        "use a 32-bit type, or a bit field of one",
    ),
    Rule[_Subject](
        lambda s: s.in_registers and s.type == "bool" and s.point.bit is None,
        "",
        "point '{s.name}' is one bit of a register",
        "write 'bit: …'; 0 is the lowest",
    ),
    Rule[_Subject](
        lambda s: s.in_bit_table and s.type != "bool", "type", "coils and discrete inputs are single bits", "write 'type: bool'"
    ),
    Rule[_Subject](lambda s: s.needs_length and not s.has_length, "", "point '{s.name}' needs a length", "write 'length: …'"),
    Rule[_Subject](
        lambda s: s.has_length and not s.needs_length, "", "only strings and date-times have a length", "remove 'length: …' of '{s.name}'"
    ),
)

_LAYOUT = (
    Rule[_Subject](
        lambda s: not s.layout or set(s.layout) - LAYOUT_PARTS.keys(),
        "layout",
        "not a layout of a date-time",
        f"list its bytes in order, with: {' '.join(LAYOUT_PARTS)}",
    ),
    Rule[_Subject](
        lambda s: sum(LAYOUT_PARTS.get(part, 0) for part in s.layout) != size_bytes(s.point, in_registers=s.profile.modbus is not None),
        "layout",
        "the layout and the point differ in length",
        "count the bytes: yyyy is two, all others are one",
    ),
)

_WRITE = (
    Rule[_Subject](
        lambda s: s.point.input is not None or s.point.discrete is not None,
        "write",
        "point '{s.name}' is in a read-only table",
        "write holding or coil, or remove 'write'",
    ),
    Rule[_Subject](
        lambda s: s.type != "bool" and s.point.enum is None and not _has_range(s.point),
        "write",
        "point '{s.name}' is writable without a safe range",
        "write 'write: {{min: …, max: …}}'",
    ),
    Rule[_Subject](
        lambda s: _has_range(s.point) and not _range_fits(s.point),
        "write",
        "the range {s.point.write.min} to {s.point.write.max} does not fit into {s.type}",
        "correct min and max, in the unit of the point",
    ),
)

_REPEATS = (
    Rule[_Subject](
        lambda s: s.point.stride is not None and s.profile.channels is None,
        "stride",
        "a stride repeats a point for every channel, but the profile has no channels",
        "write 'channels: …' above",
    ),
    Rule[_Subject](
        lambda s: s.point.wraps_at is not None and (s.type in DATETIMES or not s.type.startswith(("uint", "bcd"))),
        "wraps_at",
        "only an unsigned whole number can wrap around",
        "use an unsigned type, or remove it",
    ),
)


def check_point(profile: Profile, point: Point, node: Node, problems: Problems) -> None:
    """Check one point of a profile."""
    subject = _Subject(profile, point)
    check(_PLACE, subject, node, problems)
    _check_message(profile, point, node, problems)
    check(_TYPE, subject, node, problems)
    if point.type in DATETIMES and subject.has_length:
        check(_LAYOUT, subject, node, problems)
    _check_bits(subject, node, problems)
    check(_REPEATS, subject, node, problems)
    if point.write is not None:
        check(_WRITE, subject, node, problems)
    if profile.modbus is not None:
        _check_addresses(profile, profile.modbus, point, node, problems)


def _check_message(profile: Profile, point: Point, node: Node, problems: Problems) -> None:
    messages = profile.frame.messages if profile.frame else {}
    if (point.message is not None or messages) and point.message not in messages:
        what = f"the profile has no message '{point.message}'" if point.message else f"point '{point.name}' needs a message"
        problems.add(entry(node, "message"), what, suggest(point.message or "", messages))


def _has_range(point: Point) -> bool:
    return point.write is not None and point.write.min is not None and point.write.max is not None


def _range_fits(point: Point) -> bool:
    if point.write is None or point.write.min is None or point.write.max is None:
        return True
    low, high = point.write.min, point.write.max
    scale, offset = Fraction(point.scale or 1), Fraction(point.offset or 0)
    raw = sorted((Fraction(limit) - offset) / scale for limit in (low, high))
    bits = 8 * SIZE_BYTES.get(point.type, 8)
    lowest, highest = (-(1 << bits - 1), (1 << bits - 1) - 1) if not point.type.startswith("uint") else (0, (1 << bits) - 1)
    return low <= high and lowest <= raw[0] and raw[1] <= highest


def _check_bits(subject: _Subject, node: Node, problems: Problems) -> None:
    profile, point = subject
    if point.bit is None and point.bits is None and not point.signed and point.valid_bit is None:
        return
    size = 64 if subject.as_text else 8 * (1 if point.type == "bool" and profile.frame else SIZE_BYTES.get(point.type, 0))
    whole = point.type in ("bool", "hex") or point.type.startswith(("int", "uint"))
    has_bits = subject.in_registers or point.at is not None or point.key is not None
    last = max((point.bit or 0) + (point.bits or 1), (point.valid_bit or 0) + 1)
    if not whole or not has_bits or last > size:
        key = "bit" if point.bit is not None else "bits" if point.bits is not None else "valid_bit"
        instead = "use type bool or a whole number in holding or input registers"
        problems.add(entry(node, key), "a register does not have these bits", instead)
    elif (point.signed or point.valid_bit is not None) and point.bits is None:
        problems.add(node, f"point '{point.name}' is not a bit field", "write 'bits: …', the number of bits")


def _check_addresses(profile: Profile, modbus: Modbus, point: Point, node: Node, problems: Problems) -> None:
    table = table_of(point)
    if table is None:
        return
    function, address = table
    width = width_of(point)
    last = address + (point.stride or 0) * ((point.repeats or profile.channels or 1) - 1) + width - 1
    if last > 0xFFFF:
        problems.add(node, f"point '{point.name}' ends at address {last}", "addresses end at 65535")
    if function in (3, 4) and width > modbus.longest_read:
        problems.add(node, f"point '{point.name}' is longer than the longest read ({modbus.longest_read})", "correct one of them")
    for stretch in modbus.unreadable:
        if FUNCTION_OF[stretch.table] == function and address <= stretch.last and address + width - 1 >= stretch.first:
            problems.add(node, f"point '{point.name}' is in an unreadable range", "correct 'unreadable', or remove the point")
