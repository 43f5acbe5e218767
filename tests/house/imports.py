"""Imports stand at the top of a module, and rooms don't import each other in circles."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from tests.house.exceptions import Listed
from tests.house.source import Source, Violation, imported, imports_of, module_of

FLOORS = ("gateway.fieldbus", "gateway.centre", "gateway.edge", "gateway.simulate", "gateway.web")

Edges = Mapping[str, Mapping[str, tuple[str, int]]]
"""For each room, the rooms that it imports, each with the path and line of one such import."""


def local_imports(source: Source) -> Iterator[tuple[int, str]]:
    """Yield the line and dotted name of each import inside a function."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for part in ast.walk(node):
                yield from imported(part)


def imports_inside_functions(sources: Iterable[Source], listed: Listed) -> list[Violation]:
    """Return a violation for every import inside a function that is not listed; a command imports what it needs only then."""
    return [
        Violation(source.path, line, f"{name} is imported inside a function: import it at the top")
        for source in sources
        if not source.path.startswith(("gateway/cli/", "firmware_tools/cli/"))
        for line, name in sorted(set(local_imports(source)))
        if not listed.excuses(f"{source.path}: {name}")
    ]


def room_of(module: str, floor: str) -> str | None:
    """Return the room of a floor that a module is in: the first part of its name below the floor; None if it is elsewhere."""
    return module.removeprefix(f"{floor}.").split(".")[0] if module.startswith(f"{floor}.") else None


def edges_of(sources: Iterable[Source], floor: str) -> Edges:
    """Return which room of a floor imports which."""
    edges: defaultdict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
    for source in sources:
        room = room_of(module_of(source.path), floor)
        if room is None:
            continue
        for line, name in imports_of(source):
            other = room_of(name, floor)
            if other is not None and other != room:
                edges[room].setdefault(other, (source.path, line))
    return edges


def circle_through(edges: Edges, room: str) -> list[str] | None:
    """Return the shortest way from a room back to itself, both ends included; None if there is none."""
    ways = [[room, other] for other in edges.get(room, {})]
    seen = set()
    while ways:
        way = ways.pop(0)
        if way[-1] == room:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, other] for other in edges.get(way[-1], {})]
    return None


def circles(sources: Iterable[Source], floor: str) -> list[Violation]:
    """Return a violation for each circle of rooms in a floor, at the import that opens it."""
    edges = edges_of(sources, floor)
    found: dict[frozenset[str], Violation] = {}
    for room in sorted(edges):
        way = circle_through(edges, room)
        if way is not None and frozenset(way) not in found:
            steps = [edges[one][other] for one, other in pairwise(way)]
            where = ", ".join(f"{path}:{line}" for path, line in steps)
            found[frozenset(way)] = Violation(*steps[0], f"rooms of {floor} import each other in a circle: {' → '.join(way)} ({where})")
    return list(found.values())
