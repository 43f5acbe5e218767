"""The rules of a profile that involve several keys, which a schema can't express."""

import re

from yaml import Node

from gateway.config.problems import Problems, suggest
from gateway.config.rules.firmware_rules import check_firmware
from gateway.config.rules.point_rules import WAYS, check_point
from gateway.config.rules.profile_uses import check_uses
from gateway.config.rules.rule import Rule, check
from gateway.config.tree_to_struct import entry, key_node
from gateway.model.profile import SIZE_BYTES, EachChannel, Frame, Modbus, Point, Profile, Text, VendorFunction, table_of, width_of

_HEX_QUERY = re.compile(r"(?:(?:[0-9A-Fa-f]{2}|\?\?) ?)+")

_LONGEST_PATTERN = 1000

_MOST = {"points": 1000, "measurements": 250, "derived": 250, "alarms": 250, "identify": 250, "settings": 250, "examples": 250}
"""The most items of a profile's lists; the richest profile in the library has fewer than 100 points."""

_FRAME = (
    Rule[Frame](
        lambda frame: sum(way is not None for way in (frame.fixed, frame.length, frame.stuffing)) != 1,
        "",
        "the length of a frame must be given exactly once",
        "write one of: fixed, length, stuffing",
    ),
    Rule[Frame](
        lambda frame: frame.stuffing is None and frame.start is None and not _delimited_by_silence(frame),
        "",
        "a frame without flags needs a start",
        "write 'start: …', its first bytes",
    ),
)

_VENDOR = (
    Rule[VendorFunction](
        lambda function: (function.answer_bytes is None) == (function.length_at is None),
        "",
        "the length of the response must be given exactly once",
        "write either 'answer_bytes' or 'length_at'",
    ),
)

_EACH = (
    Rule[EachChannel](
        lambda each: "??" not in each.ask, "ask", "the query does not contain the channel", "write '??' in place of the channel's number"
    ),
)
_EACH_BINARY = (
    *_EACH,
    Rule[EachChannel](
        lambda each: not _HEX_QUERY.fullmatch(each.ask),
        "ask",
        "not a sequence of bytes with '??' for the channel",
        "write for example 'A3 ?? 90 00'",
    ),
)


def check_profile(profile: Profile, root: Node, stem: str, problems: Problems) -> None:
    """Check a profile that was loaded from the file `stem`.yaml."""
    if profile.profile != stem:
        what = f"the profile is named '{profile.profile}', but its file {stem}.yaml"
        problems.add(entry(root, "profile"), what, f"write '{stem}', or rename the file")
    for key, most in _MOST.items():
        if len(getattr(profile, key)) > most:
            problems.add(key_node(root, key), f"the profile has more than {most} {key}", "split the product into two profiles")
            return
    if sum(getattr(profile, way) is not None for way in WAYS) != 1:
        problems.add(root, "a profile must have exactly one way to communicate", f"write one of: {', '.join(WAYS)}")
        return
    if profile.text is not None:
        _check_text(profile.text, entry(root, "text"), problems)
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
            problems.add(entry(node, "name"), f"duplicate point '{point.name}'", "rename one of them")
        seen.add(point.name)
        check_point(profile, point, node, problems)
    if profile.modbus is not None:
        _check_overlaps(profile, root, problems)
    check_uses(profile, root, problems)
    if profile.firmware is not None:
        check_firmware(profile, profile.firmware, entry(root, "firmware"), problems)
    for number, example in enumerate(profile.examples):
        for name in example.decoded.keys() - seen:
            node = key_node(root, "examples", number, "decoded", name)
            problems.add(node, f"unknown point '{name}'", suggest(name, seen))


def _check_text(text: Text, node: Node, problems: Problems) -> None:
    patterns: list[tuple[str, tuple[str | int, ...]]] = [
        (line, ("lines", number)) for number, line in enumerate(text.lines) if line not in ("json", "tokens")
    ]
    if text.checked is not None:
        patterns.append((text.checked, ("checked",)))
    for pattern, path in patterns:
        if len(pattern) > _LONGEST_PATTERN:
            problems.add(entry(node, *path), f"the expression is longer than {_LONGEST_PATTERN} characters", "split it into several lines")
            continue
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            instead = "write 'json', 'tokens', or an expression with (?P<key>…) groups"
            problems.add(entry(node, *path), f"not a regular expression: {error}", instead)
    if text.each is not None:
        check(_EACH, text.each, entry(node, "each"), problems)


def _check_modbus(modbus: Modbus, node: Node, problems: Problems) -> None:
    for key in ("unreadable", "undivided"):
        for number, stretch in enumerate(getattr(modbus, key)):
            if stretch.first > stretch.last:
                problems.add(entry(node, key, number), "a range ends before it starts", "write its lower address as 'first'")
    for number, stretch in enumerate(modbus.undivided):
        longest = modbus.longest_bit_read if stretch.table in ("coil", "discrete") else modbus.longest_read
        if stretch.last - stretch.first >= longest:
            problems.add(entry(node, "undivided", number), f"the range is longer than the longest read ({longest})", "shorten it")
    for name, function in modbus.vendor.items():
        check(_VENDOR, function, entry(node, "vendor", name), problems)


def _check_frame(frame: Frame, node: Node, problems: Problems) -> None:
    check(_FRAME, frame, node, problems)
    if frame.each is not None:
        check(_EACH_BINARY, frame.each, entry(node, "each"), problems)


def _delimited_by_silence(frame: Frame) -> bool:
    """Return whether a response is recognised by its length and checksum alone, which works only for queried products."""
    return frame.fixed is not None and frame.end is None and bool(frame.checks) and bool(frame.ask or frame.each)


def _check_overlaps(profile: Profile, root: Node, problems: Problems) -> None:
    """Check that points share registers only if they are decoded in the same way, are bits, or are read alone."""
    placed: list[tuple[int, int, int, Point]] = []
    for number, point in enumerate(profile.points):
        table = table_of(point)
        if table is None or point.alone or (point.write is not None and point.write.only):
            continue
        first, end = table[1], table[1] + width_of(point)
        for function, other_first, other_end, other in placed:
            alike = (first, end) == (other_first, other_end) and (point.type == other.type or _is_part(point) or _is_part(other))
            if function == table[0] and first < other_end and other_first < end and not alike:
                what = f"point '{point.name}' ({point.type} at {first}) overlaps '{other.name}' ({other.type} at {other_first})"
                instead = "correct an address or a type, or write 'alone: true' if it is read separately"
                problems.add(entry(root, "points", number), what, instead)
                break
        placed.append((table[0], first, end, point))


def _is_part(point: Point) -> bool:
    """Return whether a point is only a part of its registers."""
    return point.bit is not None or point.bits is not None or SIZE_BYTES.get(point.type) == 1
