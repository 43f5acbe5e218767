"""Which lines of a write a store refuses: by what its answer names, and by halves where it names nothing. Pure.

What is written twice on the way overwrites itself.
"""

import re
from collections.abc import Callable, Sequence

import msgspec

WriteLines = Callable[[Sequence[str]], str | None]
"""Writes lines; gives None, or the answer of a store that refused something in them."""

MOST_WRITES = 64
"""How often a refused write is tried in parts. What is not told apart by then is refused together: it is set aside, and can be replayed."""


class _Named(msgspec.Struct):
    """One line of a partial write as InfluxDB 3 names it (docs.influxdata.com, "Troubleshoot writing data")."""

    line_number: int
    error_message: str = ""


class _NamedLines(msgspec.Struct):
    data: list[_Named]


_UNPARSED = re.compile(r"unable to parse '((?:[^'\\]|\\.)*)': ([^\n]*)")
"""InfluxDB 1 and 2 quote the line that they could not parse."""


def offenders(lines: Sequence[str], answer: str, write: WriteLines) -> list[tuple[str, str]]:
    """Give the lines that a store refuses, each with its reason, where writing all of them got an answer that refuses something.

    All the others are written when this returns.
    """
    search = _Search(write)
    search.split(list(lines), answer)
    return search.found


class _Search:
    def __init__(self, write: WriteLines) -> None:
        self._write, self._left = write, MOST_WRITES
        self.found: list[tuple[str, str]] = []

    def split(self, lines: list[str], answer: str) -> None:
        """Find the offenders among lines that were refused together with this answer."""
        named = _named(lines, answer)
        if len(lines) == 1 or self._left <= 0:
            self.found += [(line, reason_of(answer)) for line in lines]
        elif named:
            self.found += [(lines[place], reason) for place, reason in named.items()]
            self._try([line for place, line in enumerate(lines) if place not in named])
        else:
            middle = len(lines) // 2
            self._try(lines[:middle])
            self._try(lines[middle:])

    def _try(self, lines: list[str]) -> None:
        if lines:
            self._left -= 1
            answer = self._write(lines)
            if answer is not None:
                self.split(lines, answer)


def _named(lines: Sequence[str], answer: str) -> dict[int, str]:
    """Give the places of the lines that an answer names, with what it says of each."""
    try:
        named = msgspec.json.decode(answer, type=_NamedLines)
    except (msgspec.MsgspecError, UnicodeError):
        places = {line: place for place, line in enumerate(lines)}
        text = reason_of(answer)
        return {places[line]: reason for line, reason in _UNPARSED.findall(text) if line in places}
    return {one.line_number - 1: one.error_message for one in named.data if 0 < one.line_number <= len(lines)}


def reason_of(answer: str) -> str:
    """Give what a server says of an error, in one line and not too long."""
    text = answer
    try:
        said = msgspec.json.decode(answer)
    except (msgspec.DecodeError, UnicodeError):
        said = None
    if isinstance(said, dict):
        text = str(said.get("error") or said.get("message") or said)
    return " ".join(text.split())[:2000]
