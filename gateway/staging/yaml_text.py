"""Writes plain values as YAML: one line in flow style, or lines in block style. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from yaml import ScalarNode

from gateway.config.yaml_tree import scalar

Plain = str | int | float | bool | Decimal | None | Sequence["Plain"] | Mapping[str | int, "Plain"]
"""A value of a site file before it is read: what YAML itself can say."""

LONGEST_LINE = 140
"""Mappings that would be longer than this in flow style are written as blocks."""

_UNQUOTED = re.compile(r"[\w/][\w/.+@-]*(?: [\w/(][\w/.+@()-]*)*")


def in_flow(value: Plain) -> str:
    """Return a value as YAML on one line: `{id: qe-041, every: 10s}`."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{in_flow(key)}: {in_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(in_flow, value)) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value)


def in_block(value: Mapping[str | int, Plain], indent: int) -> Iterator[str]:
    """Yield the lines of a mapping, indented: a key a line, lists of mappings as an item a line."""
    margin = " " * indent
    for key, one in value.items():
        if isinstance(one, Sequence) and one and all(isinstance(item, Mapping) for item in one):
            yield f"{margin}{in_flow(key)}:"
            for item in one:
                yield from item_lines(item, indent + 2)
        elif isinstance(one, Mapping) and one and any(isinstance(inner, Mapping) for inner in one.values()):
            yield f"{margin}{in_flow(key)}:"
            yield from in_block(one, indent + 2)
        else:
            yield f"{margin}{in_flow(key)}: {in_flow(one)}"


def item_lines(value: Plain, indent: int, *, as_block: bool = False) -> list[str]:
    """Return the lines of one item of a list: one line if it fits and nothing in it is a list of mappings, else a block."""
    margin = " " * indent
    line = f"{margin}- {in_flow(value)}"
    if not isinstance(value, Mapping) or not value or not (as_block or len(line) > LONGEST_LINE or _has_items(value)):
        return [line]
    first, *others = in_block(value, indent + 2)
    return [f"{margin}- {first.lstrip(' ')}", *others]


def _has_items(value: Mapping[str | int, Plain]) -> bool:
    """Return whether something in a mapping is a list of mappings."""
    lists = (one for one in value.values() if isinstance(one, Sequence) and not isinstance(one, str))
    return any(isinstance(item, Mapping) for one in lists for item in one)


def _text(value: str) -> str:
    """Return a text, quoted if it would otherwise be read as something else."""
    if _UNQUOTED.fullmatch(value) and scalar(ScalarNode("", value)) == value:
        return value
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable() and character != "\ufeff":
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
