"""Changes single values of a YAML text and leaves every other character as it is: comments, order, quotes and spaces stay. Pure.

A round trip through a library that keeps comments (ruamel.yaml) rewrites lines that nobody changed: docs/decisions/0018 has the figures.
Here the places of the parser's nodes say which characters to replace, and every result is parsed again and compared with what it should be.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from yaml import MappingNode, Node, ScalarNode, SequenceNode

from gateway.config.problems import ConfigError, Problems
from gateway.config.yaml_tree import compose, is_quoted, scalar
from gateway.staging.italian import BOOK
from gateway.staging.yaml_text import Plain, in_block, in_flow, item_lines

Path = tuple[str | int, ...]
"""Keys of mappings and positions in lists, from the root down."""


class EditError(Exception):
    """A text can't be edited so; the message says why, and what to do."""

    @property
    def italian(self) -> str:
        """The message in Italian."""
        return BOOK.italian(str(self))


class _Splice(NamedTuple):
    """Characters of a text to replace."""

    start: int
    end: int
    new: str


def parsed(text: str) -> Node:
    """Return the tree of a text.

    Raises:
        ConfigError: It is not YAML.
        EditError: It is empty.
    """
    problems = Problems("the configuration")
    root = compose(text, problems)
    if problems.found:
        raise ConfigError(problems.found)
    if root is None:
        raise EditError("the file is empty: begin with 'site: …'")
    return root


def plain(node: Node) -> Plain:
    """Return the value of a tree: mappings, lists and scalars."""
    if isinstance(node, ScalarNode):
        return scalar(node)
    if isinstance(node, SequenceNode):
        return [plain(one) for one in node.value]
    return {str(key.value): plain(value) for key, value in node.value}


def set_value(text: str, path: Path, value: Plain) -> str:
    """Set the value at a path, whose mappings are made if they are missing. Within mappings, only what differs is changed.

    Raises:
        ConfigError: The text is not YAML.
        EditError: There is no such place.
    """
    found = _found(parsed(text), path)
    if isinstance(found, MappingNode) and found.value and isinstance(value, Mapping) and value:
        for key, one in value.items():
            text = set_value(text, (*path, key), one)
        for key in [key.value for key, _ in found.value if key.value not in {str(one) for one in value}]:
            text = remove(text, (*path, key))
        return text
    if found is not None and _same(plain(found), _as_read(value)):
        return text
    return _checked(text, _setting(text, path, value), path, _as_read(value))


def append(text: str, path: Path, item: Plain) -> str:
    """Add an item to the list at a path, which is made if it is missing.

    Raises:
        ConfigError: The text is not YAML.
        EditError: There is no such place, or no list there.
    """
    found = _found(parsed(text), path)
    if found is None or not isinstance(found, SequenceNode) or not found.value:
        if found is not None and plain(found) not in (None, []):
            raise EditError(f"'{_named(path)}' is not a list")
        return set_value(text, path, [item])
    last = found.value[-1]
    if found.flow_style:
        splice = _Splice(last.end_mark.index, last.end_mark.index, f", {in_flow(item)}")
    else:
        as_block = isinstance(last, MappingNode) and not last.flow_style
        column = found.start_mark.column
        splice = _new_lines(text, _entry_end(text, last, column), item_lines(item, column, as_block=as_block))
    return _checked(text, splice, (*path, len(found.value)), _as_read(item))


def remove(text: str, path: Path) -> str:
    """Remove the key or the item at a path. Comments above it stay; those behind it, and below it as its own, go with it.

    Raises:
        ConfigError: The text is not YAML.
        EditError: There is no such place.
    """
    parent = _found(parsed(text), path[:-1])
    if parent is None or _found(parent, path[-1:]) is None:
        raise EditError(f"there is no '{_named(path)}' to remove")
    if len(parent.value) == 1 and path[:-1]:
        return _checked(text, _emptying(text, path[:-1], parent), path[:-1], [] if isinstance(parent, SequenceNode) else {})
    return _checked(text, _removal(text, parent, path[-1]), path, _GONE)


_GONE: Plain = "\0gone"
"""Stands for the value of a place that is removed."""


def _found(node: Node, path: Path) -> Node | None:
    """Return the node at a path, None if it or a mapping above it is missing.

    Raises:
        EditError: A value on the way has no parts.
    """
    for depth, step in enumerate(path):
        if isinstance(node, MappingNode):
            inner = next((value for key, value in node.value if key.value == str(step)), None)
        elif isinstance(node, SequenceNode) and isinstance(step, int):
            inner = node.value[step] if step < len(node.value) else None
        elif isinstance(node, ScalarNode) and scalar(node) is None:
            inner = None
        else:
            raise EditError(f"'{_named(path[:depth])}' has no '{step}'")
        if inner is None:
            return None
        node = inner
    return node


def _setting(text: str, path: Path, value: Plain) -> _Splice:
    """Return what sets a value: at its place, or as a new key of the deepest mapping that there is."""
    root = parsed(text)
    found = _found(root, path)
    if found is not None:
        fills = isinstance(value, Mapping | list) and value and plain(found) in (None, [], {}) and isinstance(path[-1], str)
        return _filling(text, _key(root, path), found, value) if fills else _replacement(text, found, value)
    depth = next(depth for depth in reversed(range(len(path))) if _found(root, path[:depth]) is not None)
    for step in reversed(path[depth + 1 :]):
        value = {step: value}
    parent = _found(root, path[:depth])
    if isinstance(parent, MappingNode) and parent.value:
        return _insertion(text, parent, {path[depth]: value})
    if parent is not None and path[:depth] and plain(parent) in (None, {}):
        return _filling(text, _key(root, path[:depth]), parent, {path[depth]: value})
    raise EditError(f"'{_named(path[:depth])}' has no '{path[depth]}'")


def _replacement(text: str, node: Node, value: Plain) -> _Splice:
    start = node.start_mark.index
    space = " " if text[start - 1 : start] == ":" else ""
    return _Splice(start, _content_end(text, node), f"{space}{in_flow(value)}")


def _insertion(text: str, parent: MappingNode, added: Mapping[str | int, Plain]) -> _Splice:
    """Return what adds keys behind the last of a mapping."""
    _, last = parent.value[-1]
    if parent.flow_style:
        end = _content_end(text, last)
        return _Splice(end, end, f", {in_flow(added)[1:-1]}")
    column = parent.start_mark.column
    return _new_lines(text, _entry_end(text, last, column), list(in_block(added, column)))


def _filling(text: str, key: Node, empty: Node, value: Plain) -> _Splice:
    """Return what fills a mapping or a list that is empty, such as `assets: {}` or `lines:`."""
    start, end = empty.start_mark.index, _content_end(text, empty)
    if _in_flow(text, key) or (isinstance(value, Mapping) and not any(isinstance(one, Mapping) for one in value.values())):
        return _replacement(text, empty, value)
    column = key.start_mark.column + 2
    lines = in_block(value, column) if isinstance(value, Mapping) else _items(value, column)
    rest = text[end : _line_end(text, end)]
    added = "".join(f"{_newline(text)}{line}" for line in lines)
    return _Splice(len(text[:start].rstrip(" ")), end + len(rest), f"{rest}{added}")


def _items(value: Plain, column: int) -> Iterator[str]:
    """Yield the lines of a list's items."""
    for item in value if isinstance(value, list) else ():
        yield from item_lines(item, column)


def _removal(text: str, parent: Node, step: str | int) -> _Splice:
    """Return what removes an entry of a mapping or an item of a list that has others."""
    entries = [(one, one) for one in parent.value] if isinstance(parent, SequenceNode) else parent.value
    number = next(at for at, (key, _) in enumerate(entries) if step in (at, key.value) or str(step) == key.value)
    first, last = entries[number]
    if isinstance(parent, SequenceNode | MappingNode) and parent.flow_style:
        if number:
            return _Splice(_content_end(text, entries[number - 1][1]), _content_end(text, last), "")
        return _Splice(first.start_mark.index, entries[1][0].start_mark.index, "")
    column = parent.start_mark.column
    if isinstance(parent, SequenceNode):
        return _Splice(_item_start(text, first, column), min(len(text), _entry_end(text, last, column) + len(_newline(text))), "")
    start = _line_start(text, first.start_mark.index)
    if text[start : first.start_mark.index].strip():  # the first key of an item, behind its dash
        return _Splice(first.start_mark.index, _content_end(text, last), "")
    return _Splice(start, min(len(text), _entry_end(text, last, column) + len(_newline(text))), "")


def _emptying(text: str, path: Path, node: Node) -> _Splice:
    """Return what makes a mapping or a list empty that has one entry."""
    nothing = "[]" if isinstance(node, SequenceNode) else "{}"
    if isinstance(node, SequenceNode | MappingNode) and node.flow_style:
        return _Splice(node.start_mark.index, _content_end(text, node), nothing)
    root = parsed(text)
    key = _key(root, path) if isinstance(path[-1], str) else None
    if key is None:
        return _Splice(node.start_mark.index, _content_end(text, node), nothing)
    colon = text.index(":", _content_end(text, key)) + 1
    rest = text[colon : _line_start(text, node.start_mark.index)]
    return _Splice(colon, _entry_end(text, node, node.start_mark.column), f" {nothing}{rest.rstrip()}")


def _key(root: Node, path: Path) -> Node:
    """Return the node of the key at the end of a path."""
    parent = _found(root, path[:-1])
    if not isinstance(parent, MappingNode):
        raise EditError(f"'{_named(path)}' is not a key")
    found: Node = next(key for key, _ in parent.value if key.value == str(path[-1]))
    return found


def _in_flow(text: str, key: Node) -> bool:
    """Return whether a key is within a mapping in flow style: nothing but its margin, or a dash, stands before one that is not."""
    return bool(text[_line_start(text, key.start_mark.index) : key.start_mark.index].strip(" -"))


def _content_end(text: str, node: Node) -> int:
    """Return where a node ends, without the line breaks that belong to a block of text."""
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, ScalarNode) and is_quoted(node) and text[start : start + 1] not in "\"'":
        return start + len(text[start:end].rstrip("\r\n "))
    return int(end)


def _entry_end(text: str, last: Node, column: int) -> int:
    """Return the end of the line on which an entry ends, or of the last of its own comments: those below it that are indented further."""
    end = _content_end(text, last)
    while end > 0 and text[end - 1] in "\r\n ":
        end -= 1
    end = _line_end(text, end)
    while True:
        following = end + len(_newline(text))
        line = text[following : _line_end(text, following)]
        if following >= len(text) or not line.lstrip(" ").startswith("#") or len(line) - len(line.lstrip(" ")) <= column:
            return end
        end = following + len(line)


def _item_start(text: str, item: Node, column: int) -> int:
    """Return the start of the line with the dash of an item."""
    start = _line_start(text, item.start_mark.index)
    while text[start + column : start + column + 1] != "-" and start > 0:
        start = _line_start(text, start - 1)
    return start


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _line_end(text: str, index: int) -> int:
    """Return where the line ends on which an index is, before its line break."""
    end = text.find("\n", index)
    end = len(text) if end < 0 else end
    return end - 1 if end > index and text[end - 1] == "\r" else end


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _new_lines(text: str, end: int, lines: Sequence[str]) -> _Splice:
    """Return what adds lines behind the line that ends at an index."""
    return _Splice(end, end, "".join(f"{_newline(text)}{line}" for line in lines))


def _checked(text: str, splice: _Splice, path: Path, value: Plain) -> str:
    """Return the text with the splice, after checking that this changes the value at a path and no other.

    Raises:
        EditError: It does not, as in files that repeat parts with `&` and `*`.
    """
    edited = text[: splice.start] + splice.new + text[splice.end :]
    try:
        after = plain(parsed(edited))
    except (ConfigError, EditError):
        after = _GONE
    if not _same(after, _changed(plain(parsed(text)), path, value)):
        raise EditError(f"'{_named(path)}' can't be changed alone: edit the file by hand, and write out what it repeats with '&' and '*'")
    return edited


def _changed(whole: Plain, path: Path, value: Plain) -> Plain:
    """Return a plain value with one changed at a path."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(whole, list):
        items = list(whole)
        if value is _GONE and not rest:
            del items[int(step)]
        elif int(step) == len(items):
            items.append(value)
        else:
            items[int(step)] = _changed(items[int(step)], rest, value)
        return items
    entries = dict(whole) if isinstance(whole, Mapping) else {}
    if value is _GONE and not rest:
        del entries[str(step)]
    else:
        entries[str(step)] = _changed(entries.get(str(step)), rest, value)
    return entries


def _as_read(value: Plain) -> Plain:
    """Return a value as it is read after it was written."""
    return plain(parsed(in_flow(value)))


def _same(one: Plain, other: Plain) -> bool:
    """Return whether two values are equal, also in type, and their mappings in order of nothing."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and one == other


def _named(path: Path) -> str:
    return ".".join(map(str, path))
