"""Converts a YAML tree to the model's structs, and reports all problems, not only the first."""

from typing import Any, TypeVar, cast

from msgspec import inspect
from yaml import MappingNode, Mark, Node, ScalarNode, SequenceNode

from gateway.config.problems import Problems, suggest
from gateway.config.scalar_readers import READERS, InvalidScalar
from gateway.config.yaml_tree import Scalar, scalar

T = TypeVar("T")

_NAMES = ("name", "identifier", "host_port")

BAD: Any = object()
"""The value of an invalid part, whose problem has been added."""


def convert(node: Node, document: type[T], problems: Problems) -> T | None:
    """Convert the tree below `node` to a struct. Return None if it is invalid, after adding all problems."""
    value = _convert(node, inspect.type_info(document), problems)
    return None if value is BAD else cast("T", value)


def readable_part(node: Node, document: type[T], places: Problems) -> T | None:
    """Convert the valid part of an invalid tree to a struct, so that it can be checked against the rules too.

    Invalid keys and items are left out; invalid names stay as written. Return None if nothing is left.
    """
    value = _convert(node, inspect.type_info(document), _Lenient(places))
    return None if value is BAD else cast("T", value)


class _Lenient(Problems):
    """Records only the nodes of structs: the problems have been added before."""

    def __init__(self, places: Problems) -> None:
        super().__init__(places.file)
        self.places = places.places

    def add(self, at: Node | Mark, what: str, instead: str) -> None:
        """Ignore the problem."""


def entry(node: Node, *path: str | int) -> Node:
    """Return the deepest existing node on a path of keys and positions below `node`."""
    for step in path:
        found = None
        if isinstance(node, MappingNode) and isinstance(step, str):
            found = next((value for key, value in node.value if key.value == step), None)
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
        if found is None:
            return node
        node = found
    return node


def entries(node: Node) -> dict[str, Node]:
    """Return the values of a mapping by their keys, to look up many of them; none if it is no mapping."""
    return {key.value: value for key, value in node.value} if isinstance(node, MappingNode) else {}


def key_node(node: Node, *path: str | int) -> Node:
    """Return the node of the key at the end of a path, for problems with a key rather than with its value."""
    parent, last = entry(node, *path[:-1]), path[-1]
    if isinstance(parent, MappingNode):
        return next((key for key, _ in parent.value if key.value == last), parent)
    return parent


def has_key(node: Node, key: str) -> bool:
    """Return whether a mapping has a key, whatever its value."""
    return isinstance(node, MappingNode) and any(known.value == key for known, _ in node.value)


def _convert(node: Node, wanted: inspect.Type, problems: Problems) -> Any:  # noqa: ANN401 — any part of a document
    if isinstance(wanted, inspect.Metadata):
        extra = wanted.extra or {}
        if "reader" in extra:
            read = _read_each if extra.get("several") else _read
            return read(node, extra["reader"], extra.get("limits", {}), problems)
        return _convert(node, wanted.type, problems)
    if isinstance(wanted, inspect.UnionType):
        return _union(node, wanted, problems)
    if isinstance(wanted, inspect.StructType):
        return _struct(node, wanted, problems)
    if isinstance(wanted, inspect.ListType):
        return _list(node, wanted, problems)
    if isinstance(wanted, inspect.DictType):
        return _dict(node, wanted, problems)
    return _plain(node, wanted, problems)


def _read(node: Node, reader: str, limits: dict[str, int], problems: Problems) -> Any:  # noqa: ANN401
    if not isinstance(node, ScalarNode):
        problems.add(node, f"expected one value, found {_kind(node)}", "write one value here")
        return BAD
    try:
        return READERS[reader](scalar(node), node.value, **limits)
    except InvalidScalar as unfit:
        problems.add(node, unfit.what, unfit.instead)
        return node.value if isinstance(problems, _Lenient) and reader in _NAMES else BAD


def _read_each(node: Node, reader: str, limits: dict[str, int], problems: Problems) -> Any:  # noqa: ANN401
    """Read one value, or a list of values, which becomes a tuple."""
    if not isinstance(node, SequenceNode):
        return _read(node, reader, limits, problems)
    if not node.value:
        problems.add(node, "the list is empty", "write at least one value")
        return BAD
    values = [_read(item, reader, limits, problems) for item in node.value]
    fit = tuple(value for value in values if value is not BAD)
    return fit if len(fit) == len(values) or (fit and isinstance(problems, _Lenient)) else BAD


def _union(node: Node, wanted: inspect.UnionType, problems: Problems) -> Any:  # noqa: ANN401
    members = [member for member in wanted.types if not isinstance(member, inspect.NoneType)]
    if isinstance(node, ScalarNode) and scalar(node) is None and len(members) < len(wanted.types):
        return None
    if len(members) == 1:
        return _convert(node, members[0], problems)
    return _plain_union(node, problems, truth=any(isinstance(member, inspect.BoolType) for member in members))


def _plain_union(node: Node, problems: Problems, *, truth: bool) -> Any:  # noqa: ANN401
    """Read a number, text, or true or false: the unions of plain values that documents use."""
    if isinstance(node, ScalarNode) and type(value := scalar(node)) in ((int, float, str, bool) if truth else (int, float, str)):
        return value
    problems.add(node, f"expected a number or text, found {_kind(node)}", "write one value here")
    return BAD


def _struct(node: Node, wanted: inspect.StructType, problems: Problems) -> Any:  # noqa: ANN401
    if not isinstance(node, MappingNode):
        names = ", ".join(field.encode_name for field in wanted.fields[:4])
        problems.add(node, f"expected a mapping, found {_kind(node)}", f"write 'key: value' lines with: {names}")
        return BAD
    fields = {field.encode_name: field for field in wanted.fields}
    values: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            continue  # reported when the tree was composed
        if key.value not in fields:
            problems.add(key, f"unknown key '{key.value}'", suggest(key.value, fields.keys() - values.keys()))
        elif key.value not in values:
            values[key.value] = _convert(value, fields[key.value].type, problems)
    missing = [name for name, field in fields.items() if field.required and name not in values]
    for name in missing:
        problems.add(node, f"'{name}' is missing", f"add a line '{name}: …' here")
    if isinstance(problems, _Lenient):
        values = {name: value for name, value in values.items() if value is not BAD}
        missing = [name for name, field in fields.items() if field.required and name not in values]
    if missing or BAD in values.values():
        return BAD
    made = wanted.cls(**{field.name: values[name] for name, field in fields.items() if name in values})
    problems.places[id(made)] = node
    return made


def _list(node: Node, wanted: inspect.ListType, problems: Problems) -> Any:  # noqa: ANN401
    if not isinstance(node, SequenceNode):
        problems.add(node, f"expected a list, found {_kind(node)}", "start each item with '- '")
        return BAD
    if len(node.value) < (wanted.min_length or 0):
        problems.add(node, "the list is empty", "add at least one item, or remove the key")
        return BAD
    values = [_convert(item, wanted.item_type, problems) for item in node.value]
    if isinstance(problems, _Lenient):
        return [value for value in values if value is not BAD]
    return BAD if BAD in values else values


def _dict(node: Node, wanted: inspect.DictType, problems: Problems) -> Any:  # noqa: ANN401
    if not isinstance(node, MappingNode):
        problems.add(node, f"expected a mapping, found {_kind(node)}", "write 'key: value' lines")
        return BAD
    # A quoted key is the same key: in JSON, which is also YAML, keys that are numbers must be quoted.
    written = [(key, value) for key, value in node.value if isinstance(key, ScalarNode)]
    keys = [ScalarNode(key.tag, key.value, key.start_mark, key.end_mark) for key, _ in written]
    values = [value for _, value in written]
    pairs = [
        (_convert(key, wanted.key_type, problems), _convert(value, wanted.value_type, problems))
        for key, value in zip(keys, values, strict=True)
    ]
    if isinstance(problems, _Lenient):
        return {key: value for key, value in pairs if key is not BAD and value is not BAD}
    return BAD if any(BAD in pair for pair in pairs) else dict(pairs)


def _plain(node: Node, wanted: inspect.Type, problems: Problems) -> Any:  # noqa: ANN401
    if not isinstance(node, ScalarNode):
        problems.add(node, f"expected one value, found {_kind(node)}", "write one value here")
        return BAD
    value = scalar(node)
    if isinstance(wanted, inspect.LiteralType):
        return _literal(node, value, wanted, problems)
    if isinstance(wanted, inspect.StrType):
        if value is None:
            problems.add(node, "value missing", "write a text")
            return BAD
        return node.value
    if isinstance(wanted, inspect.BoolType):
        if isinstance(value, bool):
            return value
        problems.add(node, f"'{node.value}' is neither true nor false", "write true or false")
        return BAD
    return _number(node, value, wanted, problems)


def _number(node: ScalarNode, value: Scalar, wanted: inspect.Type, problems: Problems) -> Any:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, int | float):
        problems.add(node, f"'{node.value}' is not a number", "write a number, decimal or hexadecimal (0x34)")
        return BAD
    if isinstance(wanted, inspect.IntType):
        if not isinstance(value, int):
            problems.add(node, f"'{node.value}' is not a whole number", "write a whole number")
            return BAD
        return value
    low, high = getattr(wanted, "ge", None), getattr(wanted, "le", None)
    if (low is not None and value < low) or (high is not None and value > high):
        problems.add(node, f"{node.value} is out of range", f"write a number from {low:g} to {high:g}")
        return BAD
    return float(value)


def _literal(node: ScalarNode, value: Scalar, wanted: inspect.LiteralType, problems: Problems) -> Any:  # noqa: ANN401
    for choice in wanted.values:
        if value == choice and not isinstance(value, bool):
            return choice
    for choice in wanted.values:
        if str(choice).lower() == node.value.lower():
            problems.add(node, f"'{node.value}' is not a valid value", f"write {choice}")
            return BAD
    problems.add(node, f"'{node.value}' is not a valid value", suggest(node.value, map(str, wanted.values)))
    return BAD


def _kind(node: Node) -> str:
    if isinstance(node, MappingNode):
        return "a mapping"
    return "a list" if isinstance(node, SequenceNode) else "a single value"
