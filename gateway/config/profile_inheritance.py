"""A profile that extends another: two composed YAML trees become one, before anything is read of them.

What comes from the other profile stands, for messages, where this one says 'extends': that file is right by itself, so whatever is wrong
with the two together is wrong here.
"""

from yaml import MappingNode, Mark, Node, ScalarNode, SequenceNode

from gateway.config.problems import Problems, suggest
from gateway.config.tree_to_struct import entry, key_node

_BY_NAME = ("points", "derived")
"""Lists whose items are known by their names: those of the other profile stay, or are replaced one by one."""

_ITS_OWN = ("profile", "examples", "extends", "without")
"""What is never taken over: the other profile's examples are of the other product."""


def extend(root: Node, base: Node, problems: Problems) -> Node:
    """Give the tree of a profile with all that it takes over from the one that it extends."""
    if not isinstance(root, MappingNode) or not isinstance(base, MappingNode):
        return root
    at = key_node(root, "extends")
    without = [item.value for item in _items(entry(root, "without"))]
    known = [_name(item) for item in _items(entry(base, "points"))]
    for item in _items(entry(root, "without")):
        if item.value not in known:
            problems.add(item, f"the profile that this one extends has no point '{item.value}'", suggest(item.value, known))
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
    """Leave out points, and the fields that they make."""
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
    """Give a tree as if all of it stood at one place."""
    start: Mark = at.start_mark
    if isinstance(node, MappingNode):
        return MappingNode(node.tag, [(_moved(key, at), _moved(value, at)) for key, value in node.value], start, start)
    if isinstance(node, SequenceNode):
        return SequenceNode(node.tag, [_moved(item, at) for item in node.value], start, start)
    return ScalarNode(node.tag, node.value, start, start, style=getattr(node, "style", None))
