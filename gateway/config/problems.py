"""Problems of a file that people write: what is wrong, where, and what to write instead."""

import difflib
import itertools
from collections.abc import Iterable
from typing import NamedTuple

from yaml import Mark, Node

from gateway.config.italian import BOOK

MOST_PROBLEMS = 200
"""Problems that are looked for in one file; who has corrected these sees the others."""

_LONGEST_SENTENCE, _LONGEST_NAME, _MOST_NAMES = 1000, 100, 2000
"""Characters of a problem's sentences and of a name to suggest others for, and names to choose from."""


class Problem(NamedTuple):
    """One problem, at a line and column counted from 1."""

    file: str
    line: int
    column: int
    what: str
    instead: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}; {self.instead}"

    def in_italian(self) -> "Problem":
        """Return the problem in Italian; what is said only in English stays so."""
        return self._replace(what=BOOK.italian(self.what), instead=BOOK.italian(self.instead))

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
        """Add a problem at a node or mark.

        Raises:
            ConfigError: There are so many problems that no more are looked for.
        """
        mark = at.start_mark if isinstance(at, Node) else at
        self.found.append(Problem(self.file, mark.line + 1, mark.column + 1, _shown(what), _shown(instead)))
        if len(self.found) >= MOST_PROBLEMS:
            more = Problem(self.file, mark.line + 1, mark.column + 2, f"{MOST_PROBLEMS} problems, and perhaps more", "correct these first")
            raise ConfigError([*_first_at_each_place(self.found), more])

    def raise_if_any(self) -> None:
        """Raise an error if there are problems.

        Raises:
            ConfigError: There are.
        """
        if self.found:
            raise ConfigError(_first_at_each_place(self.found))


def _first_at_each_place(problems: list[Problem]) -> Iterable[Problem]:
    """Leave out later problems at the same place: they are only consequences of the first."""
    return {problem[:3]: problem for problem in reversed(problems)}.values()


def _shown(text: str) -> str:
    """Return a sentence that a terminal can show: of bounded length, and without control characters."""
    short = text if len(text) <= _LONGEST_SENTENCE else f"{text[: _LONGEST_SENTENCE // 2]} … {text[-_LONGEST_SENTENCE // 4 :]}"
    if short.isprintable():
        return short
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in short)


def suggest(wrong: str, known: Iterable[str], *, otherwise: str | None = None) -> str:
    """Return what to write instead of an unknown name: the most similar known ones, else all of them (or `otherwise`)."""
    names = sorted(known)
    if len(names) > _MOST_NAMES:
        alike = (name for name in names if name[:1] == wrong[:1].lower())
        names = [*itertools.islice(alike, _MOST_NAMES)]
    short = [name for name in names if len(name) <= _LONGEST_NAME]
    near = difflib.get_close_matches(wrong.lower(), short, n=2, cutoff=0.6) if len(wrong) <= _LONGEST_NAME else []
    if near:
        return "did you mean " + " or ".join(f"'{name}'" for name in near) + "?"
    if otherwise is not None:
        return otherwise
    return "write one of: " + ", ".join(names) if names else "remove it"
