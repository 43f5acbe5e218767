"""What is wrong in a file a person wrote, where, and what to write instead."""

import difflib
from collections.abc import Iterable
from typing import NamedTuple

from yaml import Mark, Node


class Problem(NamedTuple):
    """One thing that is wrong, at a line and column counted from 1."""

    file: str
    line: int
    column: int
    what: str
    instead: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}; {self.instead}"

    def as_dict(self) -> dict[str, str | int]:
        """Give the problem for a program to read."""
        return self._asdict()


class ConfigError(Exception):
    """A file that can't be used; `problems` says all that is wrong with it, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem[:3])
        super().__init__("\n".join(map(str, self.problems)))


class Problems:
    """Collects what is wrong with one file while it is read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []
        self.places: dict[int, Node] = {}
        """Where each struct that was read stands, by its id: rules that span several keys are checked on structs."""

    def add(self, at: Node | Mark, what: str, instead: str) -> None:
        """Note a problem at a node or mark."""
        mark = at.start_mark if isinstance(at, Node) else at
        self.found.append(Problem(self.file, mark.line + 1, mark.column + 1, what, instead))

    def raise_if_any(self) -> None:
        """Raise what was found.

        Raises:
            ConfigError: something was.
        """
        # What follows from an error, at the very same place, is no second one.
        first = {problem[:3]: problem for problem in reversed(self.found)}
        if first:
            raise ConfigError(first.values())


def suggest(wrong: str, known: Iterable[str], *, otherwise: str | None = None) -> str:
    """Say what to write instead of a misspelt name: the nearest known ones, else all of them (or `otherwise`)."""
    names = sorted(known)
    near = difflib.get_close_matches(wrong.lower(), names, n=2, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(f"'{name}'" for name in near) + "?"
    if otherwise is not None:
        return otherwise
    return "write one of: " + ", ".join(names) if names else "leave it out"
