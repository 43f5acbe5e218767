"""The rules of a profile that span several keys: what a schema can't say."""

import re
from decimal import Decimal
from fractions import Fraction

from yaml import Node

from gateway.config.problems import Problems, suggest
from gateway.config.profile_uses import check_uses
from gateway.config.tree_to_struct import entry, key_node
from gateway.model.profile import (
    DATETIMES,
    FUNCTION_OF,
    LAYOUT_PARTS,
    SIZE_BYTES,
    STRINGS,
    EachChannel,
    Frame,
    Modbus,
    Point,
    Profile,
    WriteAccess,
    size_bytes,
    table_of,
    width_of,
)

_WAYS = ("modbus", "text", "frame", "umb")
_HEX_QUESTION = re.compile(r"(?:(?:[0-9A-Fa-f]{2}|\?\?) ?)+")


def check_profile(profile: Profile, root: Node, stem: str, problems: Problems) -> None:
    """Note all that is wrong with a profile that was read."""
    if profile.profile != stem:
        problems.add(
            entry(root, "profile"),
            f"'{profile.profile}' stands in a file named {stem}.yaml",
            f"write '{stem}', or rename the file",
        )
    if sum(getattr(profile, way) is not None for way in _WAYS) != 1:
        problems.add(root, "a profile has one way to speak", "write one of: modbus, text, frame, umb")
        return
    if profile.text is not None:
        _check_lines(profile, root, problems)
    if profile.modbus is not None:
        _check_modbus(profile.modbus, entry(root, "modbus"), problems)
    if profile.frame is not None:
        _check_frame(profile.frame, entry(root, "frame"), problems)
    _check_content(profile, root, problems)


def _check_content(profile: Profile, root: Node, problems: Problems) -> None:
    seen: set[str] = set()
    for number, point in enumerate(profile.points):
        node = entry(root, "points", number)
        if point.name in seen:
            problems.add(entry(node, "name"), f"point '{point.name}' stands here twice", "give one of them another name")
        seen.add(point.name)
        _check_point(profile, point, node, problems)
    if profile.modbus is not None:
        _check_overlaps(profile, root, problems)
    check_uses(profile, root, problems)
    for number, example in enumerate(profile.examples):
        for name in example.decoded.keys() - seen:
            node = key_node(root, "examples", number, "decoded", name)
            problems.add(node, f"there is no point '{name}'", suggest(name, seen))


def _check_lines(profile: Profile, root: Node, problems: Problems) -> None:
    text = profile.text
    patterns: list[tuple[str, tuple[str | int, ...]]] = []
    if text is not None:
        patterns += [(line, ("lines", number)) for number, line in enumerate(text.lines) if line not in ("json", "tokens")]
        patterns += [(text.checked, ("checked",))] if text.checked is not None else []
    for pattern, path in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            instead = "write 'json', 'tokens', or an expression with (?P<key>…) groups"
            problems.add(entry(root, "text", *path), f"not a regular expression: {error}", instead)
    if text is not None and text.each is not None:
        _check_each(text.each, entry(root, "text", "each"), problems, binary=False)


def _check_modbus(modbus: Modbus, node: Node, problems: Problems) -> None:
    for key in ("unreadable", "undivided"):
        for number, stretch in enumerate(getattr(modbus, key)):
            if stretch.first > stretch.last:
                problems.add(entry(node, key, number), "a stretch ends before it begins", "write its lower address as 'first'")
    for number, stretch in enumerate(modbus.undivided):
        longest = modbus.longest_bit_read if stretch.table in ("coil", "discrete") else modbus.longest_read
        if stretch.last - stretch.first >= longest:
            problems.add(entry(node, "undivided", number), f"a stretch longer than the longest read ({longest})", "shorten it")
    for name, function in modbus.vendor.items():
        if (function.answer_bytes is None) == (function.length_at is None):
            instead = "write either 'answer_bytes' or 'length_at'"
            problems.add(entry(node, "vendor", name), f"how long an answer to '{name}' is must be said once", instead)


def _check_frame(frame: Frame, node: Node, problems: Problems) -> None:
    lengths = [way for way in ("fixed", "length", "stuffing") if getattr(frame, way) is not None]
    if len(lengths) != 1:
        problems.add(node, "how long a frame is must be said once", "write one of: fixed, length, stuffing")
    unmarked = frame.fixed is not None and frame.end is None and frame.checks and (frame.ask or frame.each)
    if frame.stuffing is None and frame.start is None and not unmarked:
        problems.add(node, "a frame without flags begins with something", "write 'start: …', its first bytes")
    if frame.each is not None:
        _check_each(frame.each, entry(node, "each"), problems, binary=True)


def _check_each(each: EachChannel, node: Node, problems: Problems, *, binary: bool) -> None:
    at = entry(node, "ask")
    if "??" not in each.ask:
        problems.add(at, "the question says no channel", "write '??' where the channel's number stands")
    elif binary and not _HEX_QUESTION.fullmatch(each.ask):
        problems.add(at, "not a row of bytes with '??' for the channel", "write for example 'A3 ?? 90 00'")


def _check_point(profile: Profile, point: Point, node: Node, problems: Problems) -> None:
    _check_place(profile, point, node, problems)
    _check_type(profile, point, node, problems)
    _check_bits(profile, point, node, problems)
    if point.stride is not None and profile.channels is None:
        problems.add(
            entry(node, "stride"),
            "a stride repeats a point for every channel, and there are none",
            "write 'channels: …' above",
        )
    if point.write is not None:
        _check_write(point, point.write, entry(node, "write"), problems)
    if point.wraps_at is not None and not (point.type.startswith(("uint", "bcd")) and point.type not in DATETIMES):
        problems.add(entry(node, "wraps_at"), "only a whole number without sign wraps around", "use an unsigned type, or remove it")
    if profile.modbus is not None:
        _check_addresses(profile, profile.modbus, point, node, problems)


def _check_write(point: Point, write: WriteAccess, node: Node, problems: Problems) -> None:
    """What may be written has a safe range that its type can hold."""
    if point.input is not None or point.discrete is not None:
        problems.add(node, f"point '{point.name}' stands where nothing is written", "write holding or coil, or remove 'write'")
    elif point.type != "bool" and point.enum is None and (write.min is None or write.max is None):
        problems.add(node, f"point '{point.name}' may be written without a safe range", "write 'write: {min: …, max: …}'")
    elif write.min is not None and write.max is not None and not _fits(point, write.min, write.max):
        problems.add(node, f"the range {write.min} to {write.max} does not fit {point.type}", "correct min and max, in the point's unit")


def _fits(point: Point, low: Decimal, high: Decimal) -> bool:
    scale, offset = Fraction(point.scale or 1), Fraction(point.offset or 0)
    raw = sorted((Fraction(limit) - offset) / scale for limit in (low, high))
    bits = 8 * SIZE_BYTES.get(point.type, 8)
    lowest, highest = (-(1 << bits - 1), (1 << bits - 1) - 1) if not point.type.startswith("uint") else (0, (1 << bits) - 1)
    return low <= high and lowest <= raw[0] and raw[1] <= highest


def _check_place(profile: Profile, point: Point, node: Node, problems: Problems) -> None:
    """A point says once where it stands, in the way of its profile."""
    addresses = sum(address is not None for address in (point.holding, point.input, point.coil, point.discrete))
    others = {"text": point.key, "frame": point.at, "umb": point.channel}
    way = next(way for way in _WAYS if getattr(profile, way) is not None)
    astray = any(value is not None for other, value in others.items() if other != way) or (addresses > 0 and way != "modbus")
    if way == "modbus":
        if addresses != 1 or astray:
            problems.add(node, f"point '{point.name}' needs one address", "write one of: holding, input, coil, discrete")
    elif others[way] is None or astray:
        what, instead = {
            "text": ("a key", "write 'key: …', the name that the value has in the line"),
            "frame": ("a place", "write 'at: …', its first byte counted from the frame's, which is 0"),
            "umb": ("a channel", "write 'channel: …', its number in the station's list"),
        }[way]
        problems.add(node, f"point '{point.name}' needs {what}", instead)
    messages = profile.frame.messages if profile.frame else {}
    if (point.message is not None or messages) and point.message not in messages:
        at = entry(node, "message")
        problems.add(at, f"point '{point.name}' stands in no known message", suggest(point.message or "", messages))


def _check_type(profile: Profile, point: Point, node: Node, problems: Problems) -> None:
    at = entry(node, "type")
    in_lines, in_words = profile.text is not None, point.holding is not None or point.input is not None
    if point.type == "text" and not in_lines:
        problems.add(at, "'text' is for lines of text", "write a register type, such as uint16")
    if point.type == "hex" and not in_lines:
        problems.add(at, "'hex' is for lines of text", "write a register type, such as uint16")
    if point.type == "number" and not (in_lines or profile.umb is not None):
        problems.add(at, "'number' is for lines of text", "write a register type, such as uint16")
    if (in_lines or profile.umb is not None) and point.type not in ("number", "hex", "text", "bool"):
        problems.add(at, f"'{point.type}' is for registers", "write number, text or bool")
    if point.type in ("int24", "uint24") and profile.modbus is not None:
        problems.add(at, f"'{point.type}' is for frames", "use a 32-bit type, or a bit field of one")
    if in_words and point.type == "bool" and point.bit is None:
        problems.add(node, f"point '{point.name}' is one bit of a register", "write 'bit: …', 0 being the lowest")
    if (point.coil is not None or point.discrete is not None) and point.type != "bool":
        problems.add(at, "coils and discrete inputs are single bits", "write 'type: bool'")
    if (point.type in STRINGS or point.type in DATETIMES) != (point.length is not None):
        problems.add(node, f"point '{point.name}' is a text or date-time with a length, or neither", "write or remove 'length: …'")
    elif point.type in DATETIMES:
        _check_layout(profile, point, node, problems)


def _check_layout(profile: Profile, point: Point, node: Node, problems: Problems) -> None:
    parts = (point.layout or "").split()
    unknown = [part for part in parts if part not in LAYOUT_PARTS]
    at = entry(node, "layout")
    if unknown or not parts:
        problems.add(at, "no layout of a date-time", f"write its bytes in order, with: {' '.join(LAYOUT_PARTS)}")
    elif sum(LAYOUT_PARTS[part] for part in parts) != size_bytes(point, in_registers=profile.modbus is not None):
        problems.add(at, "the layout is not as long as the point", "count its bytes: yyyy takes two, all others one")


def _check_bits(profile: Profile, point: Point, node: Node, problems: Problems) -> None:
    if point.bit is None and point.bits is None and not point.signed and point.valid_bit is None:
        return
    size = 64 if profile.text is not None else 8 * (1 if point.type == "bool" and profile.frame else SIZE_BYTES.get(point.type, 0))
    whole = point.type in ("bool", "hex") or point.type.startswith(("int", "uint"))
    in_words = point.holding is not None or point.input is not None or point.at is not None or point.key is not None
    last = max((point.bit or 0) + (point.bits or 1), (point.valid_bit or 0) + 1)
    if not whole or not in_words or last > size:
        key = "bit" if point.bit is not None else "bits" if point.bits is not None else "valid_bit"
        problems.add(
            entry(node, key),
            "bits are taken from a register that has them",
            "use type bool or a whole number in holding or input registers",
        )
    elif (point.signed or point.valid_bit is not None) and point.bits is None:
        problems.add(node, f"point '{point.name}' takes no bit field", "write 'bits: …', how many there are")


def _check_overlaps(profile: Profile, root: Node, problems: Problems) -> None:
    """Two points share registers only where they are read alike, or take bits; what is read alone may stand anywhere."""
    placed: list[tuple[int, int, int, Point]] = []
    for number, point in enumerate(profile.points):
        table = table_of(point)
        if table is None or point.alone or (point.write is not None and point.write.only):
            continue
        first, end = table[1], table[1] + width_of(point)
        for function, other_first, other_end, other in placed:
            alike = (first, end) == (other_first, other_end) and (point.type == other.type or _takes_bits(point) or _takes_bits(other))
            if function == table[0] and first < other_end and other_first < end and not alike:
                what = f"point '{point.name}' ({point.type} at {first}) overlaps '{other.name}' ({other.type} at {other_first})"
                problems.add(
                    entry(root, "points", number), what, "correct an address or a type, or write 'alone: true' if it is read apart"
                )
                break
        placed.append((table[0], first, end, point))


def _takes_bits(point: Point) -> bool:
    return point.bit is not None or point.bits is not None or SIZE_BYTES.get(point.type) == 1


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
            problems.add(node, f"point '{point.name}' stands in a stretch that can't be read", "correct 'unreadable', or leave it out")
