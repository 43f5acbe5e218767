"""The source files that the checks read, and what they report."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGES = ("gateway", "dashboards", "firmware_tools", "device_profiles")


class Source(NamedTuple):
    """A parsed file and its path from the root of the project, with forward slashes."""

    path: str
    tree: ast.Module


class Violation(NamedTuple):
    """A rule that is broken: where, and how."""

    path: str
    line: int
    text: str


def parse(path: str, text: str) -> Source:
    """Return a source from its text."""
    return Source(path, ast.parse(text, path))


@cache
def sources() -> list[Source]:
    """Return every source file of the project's packages, parsed once; npm's folder holds none of ours."""
    return list(_sources())


def _sources() -> Iterator[Source]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            if "node_modules" not in file.parts:
                yield parse(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8"))


def module_of(path: str) -> str:
    """Return the dotted name of the module in a file."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports_of(source: Source) -> Iterator[tuple[int, str]]:
    """Yield the line and dotted name of each import, including those inside functions; relative imports are forbidden by ruff."""
    for node in ast.walk(source.tree):
        yield from imported(node)


def imported(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and dotted name of each import of one node; `from a import b` yields `a.b`."""
    if isinstance(node, ast.Import):
        yield from ((node.lineno, alias.name) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
