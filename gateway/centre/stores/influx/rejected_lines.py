"""Finds the lines of a write that a store refuses: those that its response names, or by bisection if it names none. Pure.

Lines that are written twice on the way overwrite themselves.
"""

import re
from collections.abc import Callable, Sequence

import msgspec

WriteLines = Callable[[Sequence[str]], str | None]
"""Writes lines and returns None, or the response of a store that refused some of them."""

MOST_WRITES = 64
"""How often parts of a refused write are tried. What is not told apart by then is refused together; it is set aside and can be replayed."""


class _Named(msgspec.Struct):
    """One refused line as InfluxDB 3 names it (docs.influxdata.com, "Troubleshoot writing data")."""

    line_number: int
    error_message: str = ""


class _NamedLines(msgspec.Struct):
    data: list[_Named]


_UNPARSED = re.compile(r"unable to parse '((?:[^'\\]|\\.)*)': ([^\n]*)")
"""InfluxDB 1 and 2 quote the lines they can't parse."""


def rejected_lines(lines: Sequence[str], answer: str, write: WriteLines) -> list[tuple[str, str]]:
    """Return the refused lines with their reasons, after writing all of them got `answer`. All other lines are stored."""
    search = _Search(write)
    search.split(list(lines), answer)
    return search.found


class _Search:
    def __init__(self, write: WriteLines) -> None:
        self._write, self._left = write, MOST_WRITES
        self.found: list[tuple[str, str]] = []

    def split(self, lines: list[str], answer: str) -> None:
        """Find the refused ones among lines that were written together and got `answer`."""
        named = _named(lines, answer)
        if len(lines) == 1 or self._left <= 0:
            self.found += [(line, reason_of(answer)) for line in lines]
        elif named:
            self.found += [(lines[position], reason) for position, reason in named.items()]
            self._try([line for position, line in enumerate(lines) if position not in named])
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
    """Return the positions of the lines that a response names, with the reasons."""
    try:
        named = msgspec.json.decode(answer, type=_NamedLines)
    except (msgspec.MsgspecError, UnicodeError):
        positions = {line: position for position, line in enumerate(lines)}
        text = reason_of(answer)
        return {positions[line]: reason for line, reason in _UNPARSED.findall(text) if line in positions}
    return {one.line_number - 1: one.error_message for one in named.data if 0 < one.line_number <= len(lines)}


def reason_of(answer: str) -> str:
    """Return the error message of a response in one line, not too long."""
    text = answer
    try:
        content = msgspec.json.decode(answer)
    except (msgspec.DecodeError, UnicodeError):
        content = None
    if isinstance(content, dict):
        text = str(content.get("error") or content.get("message") or content)
    return " ".join(text.split())[:2000]
