"""A public type has a name of its own: the same name for two types makes readers guess and imports need aliases."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from tests.house.source import Source, Violation

_CAP_WORDS = re.compile(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")
_TYPE_MAKERS = frozenset({"NewType", "NamedTuple", "TypedDict"})


def types_in(source: Source) -> Iterator[tuple[int, str]]:
    """Yield the line and name of every public class and type alias at the top level of a module."""
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign) and _is_type(node.value):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None and _is_type(node.value):
            names = [node.target.id]
        else:
            continue
        yield from ((node.lineno, name) for name in names if _CAP_WORDS.fullmatch(name))


def _is_type(value: ast.expr) -> bool:
    """Return whether a value may be a type: what a call returns is none, a type variable for example, unless it makes types."""
    return not isinstance(value, ast.Call) or (isinstance(value.func, ast.Name) and value.func.id in _TYPE_MAKERS)


def defined_twice(sources: Iterable[Source]) -> list[Violation]:
    """Return a violation for every definition of a public type after the first of its name."""
    places: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for source in sources:
        for line, name in types_in(source):
            places[name].append((source.path, line))
    return [
        Violation(path, line, f"type {name} is also defined in {found[0][0]}:{found[0][1]}")
        for name, found in places.items()
        for path, line in found[1:]
    ]
