"""Finds the lines of a write that a store refuses: those that its response names, or by bisection if it names none. Pure.

Lines that are written twice on the way overwrite themselves.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

WriteLines = Callable[[Sequence[str]], str | None]
"""Writes lines and returns None, or the response of a store that refused some of them."""

MOST_WRITES = 64
"""How often lines of refused parts are tried. Those of one part that are not told apart by then are refused together."""


class _Named(msgspec.Struct):
    """One refused line as InfluxDB 3 names it (docs.influxdata.com, "Troubleshoot writing data")."""

    line_number: int
    error_message: str = ""


class _NamedLines(msgspec.Struct):
    data: list[_Named]


_UNPARSED = re.compile(r"unable to parse '((?:[^'\\]|\\.)*)': ([^\n]*)")
"""InfluxDB 1 and 2 quote the lines they can't parse."""

_DROPPED = re.compile(r"dropped=([0-9]{1,9})\b")


_OF_LINES = re.compile(r"unable to parse '|partial write")


def is_about_lines(answer: str) -> bool:
    """Return whether a response is known to refuse lines, not the request: an organisation, a bucket, a path that is missing."""
    try:
        return bool(msgspec.json.decode(answer, type=_NamedLines).data)
    except (msgspec.MsgspecError, UnicodeError):
        return _OF_LINES.search(answer) is not None


class RefusedLine(NamedTuple):
    """A line that a store refused: the part of the write that it belongs to, and the reason."""

    part: int
    line: str
    reason: str


def rejected_lines(parts: Sequence[Sequence[str]], answer: str, write: WriteLines) -> list[RefusedLine]:
    """Return the refused lines with their reasons, after writing all parts together got `answer`. All other lines are stored.

    Parts are told apart before lines are: what can't be told apart in one part is never refused for another.
    """
    search = _Search(write)
    search.split([_Line(number, line) for number, part in enumerate(parts) for line in part], answer)
    return search.found


class _Line(NamedTuple):
    part: int
    line: str


class _Search:
    def __init__(self, write: WriteLines) -> None:
        self._write, self._left = write, MOST_WRITES
        self.found: list[RefusedLine] = []

    def split(self, lines: list[_Line], answer: str) -> None:
        """Find the refused ones among lines that were written together and got `answer`."""
        named = _named([one.line for one in lines], answer)
        one_part = lines[0].part == lines[-1].part
        if len(lines) == 1 or (one_part and (self._left <= 0 or _all_dropped(lines, answer))):
            self.found += [RefusedLine(*one, reason_of(answer)) for one in lines]
        elif named:
            self.found += [RefusedLine(*lines[position], reason) for position, reason in named.items()]
            self._try([one for position, one in enumerate(lines) if position not in named], counts=True)
        else:
            middle = len(lines) // 2 if one_part else _boundary(lines)
            self._try(lines[:middle], counts=one_part)
            self._try(lines[middle:], counts=one_part)

    def _try(self, lines: list[_Line], *, counts: bool) -> None:
        if lines:
            self._left -= counts
            answer = self._write([one.line for one in lines])
            if answer is not None:
                self.split(lines, answer)


def _boundary(lines: Sequence[_Line]) -> int:
    """Return where the second half of the parts begins."""
    numbers = sorted({one.part for one in lines})
    return next(position for position, one in enumerate(lines) if one.part >= numbers[len(numbers) // 2])


def _all_dropped(lines: Sequence[_Line], answer: str) -> bool:
    """Return whether InfluxDB 1 or 2 says that it dropped as many points as there are lines, as for too many values of a tag."""
    dropped = _DROPPED.search(answer)
    return dropped is not None and int(dropped[1]) >= len(lines)


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
