"""Profiles that extend another: merges the two YAML trees before they are converted.

Everything from the base profile gets the position of the key `extends`: the base is valid by itself, so what is wrong with the merged
profile is wrong there.
"""

from yaml import MappingNode, Mark, Node, ScalarNode, SequenceNode

from gateway.config.problems import Problems, suggest
from gateway.config.tree_to_struct import entry, key_node

_BY_NAME = ("points", "derived")
"""Lists whose items have names: items of the base stay unless one with the same name replaces them."""

_ITS_OWN = ("profile", "examples", "extends", "without")
"""Keys that are never inherited; the examples of the base are of another product."""


def extend(root: Node, base: Node, problems: Problems) -> Node:
    """Return the tree of a profile merged with its base."""
    if not isinstance(root, MappingNode) or not isinstance(base, MappingNode):
        return root
    at = key_node(root, "extends")
    without = [item.value for item in _items(entry(root, "without"))]
    known = [_name(item) for item in _items(entry(base, "points"))]
    for item in _items(entry(root, "without")):
        if item.value not in known:
            problems.add(item, f"the extended profile has no point '{item.value}'", suggest(item.value, known))
    mine = {key.value: value for key, value in root.value}
    pairs = list(root.value)
    for key, value in base.value:
        taken = _moved(_without(key.value, value, without), at)
        if key.value in _ITS_OWN:
            continue
        if key.value not in mine:
            pairs.append((_moved(key, at), taken))
        elif key.value in _BY_NAME:
            merged = _merged(taken, mine[key.value])
            pairs = [(known_key, merged if known_key.value == key.value else node) for known_key, node in pairs]
    return MappingNode(root.tag, pairs, root.start_mark, root.end_mark)


def _items(node: Node) -> list[Node]:
    return node.value if isinstance(node, SequenceNode) else []


def _name(item: Node) -> str:
    return str(entry(item, "name").value)


def _without(key: str, node: Node, without: list[str]) -> Node:
    """Remove points, and everything that uses them."""
    if key == "points":
        kept = [item for item in _items(node) if _name(item) not in without]
        return SequenceNode(node.tag, kept, node.start_mark, node.end_mark)
    if key == "measurements":
        kept = [_with_fields_left(item, without) for item in _items(node)]
        return SequenceNode(node.tag, [item for item in kept if entry(item, "fields").value], node.start_mark, node.end_mark)
    if key in ("alarms", "identify", "settings"):
        kept = [item for item in _items(node) if entry(item, "point").value not in without]
        return SequenceNode(node.tag, kept, node.start_mark, node.end_mark)
    return node


def _with_fields_left(item: Node, without: list[str]) -> Node:
    pairs = []
    for key, value in item.value:
        if key.value == "fields":
            left = [(field, source) for field, source in value.value if source.value not in without]
            value = MappingNode(value.tag, left, value.start_mark, value.end_mark)  # noqa: PLW2901 — the same fields, fewer
        pairs.append((key, value))
    return MappingNode(item.tag, pairs, item.start_mark, item.end_mark)


def _merged(base: Node, own: Node) -> Node:
    replaced = {_name(item): item for item in _items(own)}
    known = [_name(item) for item in _items(base)]
    items = [replaced.get(_name(item), item) for item in _items(base)]
    items += [item for item in _items(own) if _name(item) not in known]
    return SequenceNode(own.tag, items, own.start_mark, own.end_mark)


def _moved(node: Node, at: Node) -> Node:
    """Return a copy of a tree in which every node has the same position."""
    start: Mark = at.start_mark
    if isinstance(node, MappingNode):
        return MappingNode(node.tag, [(_moved(key, at), _moved(value, at)) for key, value in node.value], start, start)
    if isinstance(node, SequenceNode):
        return SequenceNode(node.tag, [_moved(item, at) for item in node.value], start, start)
    return ScalarNode(node.tag, node.value, start, start, style=getattr(node, "style", None))
