"""Problems of a file that people write: what is wrong, where, and what to write instead."""

import difflib
from collections.abc import Iterable
from typing import NamedTuple

from yaml import Mark, Node


class Problem(NamedTuple):
    """One problem, at a line and column counted from 1."""

    file: str
    line: int
    column: int
    what: str
    instead: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}; {self.instead}"

    def as_dict(self) -> dict[str, str | int]:
        """Return the problem as a mapping, for JSON."""
        return self._asdict()


class ConfigError(Exception):
    """An invalid file; `problems` lists everything that is wrong with it, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem[:3])
        super().__init__("\n".join(map(str, self.problems)))


class Problems:
    """The problems found so far while a file is loaded."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []
        self.places: dict[int, Node] = {}
        """The node of each struct, by the struct's id(): rules that involve several keys are checked on structs."""

    def add(self, at: Node | Mark, what: str, instead: str) -> None:
        """Add a problem at a node or mark."""
        mark = at.start_mark if isinstance(at, Node) else at
        self.found.append(Problem(self.file, mark.line + 1, mark.column + 1, what, instead))

    def raise_if_any(self) -> None:
        """Raise an error if there are problems.

        Raises:
            ConfigError: There are.
        """
        # A later problem at the same place is only a consequence of the first.
        first = {problem[:3]: problem for problem in reversed(self.found)}
        if first:
            raise ConfigError(first.values())


def suggest(wrong: str, known: Iterable[str], *, otherwise: str | None = None) -> str:
    """Return what to write instead of an unknown name: the most similar known ones, else all of them (or `otherwise`)."""
    names = sorted(known)
    near = difflib.get_close_matches(wrong.lower(), names, n=2, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(f"'{name}'" for name in near) + "?"
    if otherwise is not None:
        return otherwise
    return "write one of: " + ", ".join(names) if names else "remove it"
