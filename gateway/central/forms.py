"""From a batch's rows to lines of line protocol, by forms compiled once for each stream and for the types that its values come in.

A row's values come in few combinations of types: which are absent, which are whole. For each the form is one `%` template and the few
values that need more than writing; whatever does not fit the stream is found when the form is made. A number that is none (NaN) is looked
for in the text of a whole write, where searching is cheap.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any, NamedTuple

from gateway.central.convert import Converter, converters
from gateway.central.line_protocol import head_of, string
from gateway.model.batch import LATEST_MS, Batch, BatchError, ReadRow
from gateway.model.canonical import FieldType
from gateway.model.stored import Origin
from gateway.model.stream import HALF_STEP, StreamField

_Types = tuple[type, ...]
_KEPT = 64
"""Forms a stream; a sender that makes up more combinations has them made again."""

_SIGNS = ("=nan", "=inf", "=-inf")
_UNFINITE = re.compile(r"=(?:nan|-?inf)(?=[, ])")
_BLANK = re.compile(r"(?<!\\) ")
_TEXTS = re.compile(r'"(?:[^"\\]|\\.)*"')


_Many = Callable[[Sequence[Any]], Sequence[Any]]
"""Makes of the values of neighbouring fields what the template takes: one comprehension costs less than as many calls."""


class _Way(NamedTuple):
    """How a field's values of one type are written: `how` in the template, made by `makes` (None: as they are)."""

    how: str
    key: tuple[object, ...]
    makes: _Many | None


class _Form(NamedTuple):
    """How rows of one combination of types are written. Without `text` such a row makes no line."""

    text: str | None
    made: tuple[tuple[slice, _Many], ...]


class LineForms:
    """The forms of one stream."""

    def __init__(self, origin: Origin) -> None:
        self._head, self._fields = head_of(origin).replace("%", "%%"), origin.stream.fields
        self._converters = converters(origin.stream)
        self._forms: dict[_Types, _Form] = {}

    def line(self, values: tuple[Any, ...], t_ms: int) -> str | None:
        """Give the line of a row; None for one without any value.

        Raises:
            BatchError: it does not fit the stream.
        """
        types = tuple(map(type, values))
        form = self._forms.get(types) or self._make(types, values)
        if form.made:
            written = list(values)
            for part, makes in form.made:
                written[part] = makes(values[part])
            values = tuple(written)
        return None if form.text is None else form.text % (*values, t_ms)

    def _make(self, types: _Types, values: Sequence[Any]) -> _Form:
        if len(types) != len(self._fields):
            raise BatchError("a row does not fit the schema document that its batch names")
        parts: list[str] = []
        ways: list[_Way] = []
        for field, type_, convert, value in zip(self._fields, types, self._converters, values, strict=True):
            convert(value)  # raises what is to be said of a value that does not fit
            way = _ABSENT if value is None else _way(field, type_, convert)
            separator = "" if value is None else " " if not any(parts) or all(one == _ABSENT.how for one in parts) else ","
            parts.append(f"{separator}{field.name}={way.how}" if value is not None else way.how)
            ways.append(way)
        if len(self._forms) >= _KEPT:
            self._forms.clear()
        text = f"{self._head}{''.join(parts)} %d" if any(way is not _ABSENT for way in ways) else None
        form = self._forms[types] = _Form(text, tuple(_joined(ways)))
        return form


def _joined(ways: Sequence[_Way]) -> Iterator[tuple[slice, _Many]]:
    """Give the runs of neighbouring fields that are made in the same way."""
    first = 0
    for _, run in groupby(ways, key=lambda way: way.key):
        members = list(run)
        if members[0].makes is not None:
            yield slice(first, first + len(members)), members[0].makes
        first += len(members)


_ABSENT = _Way("%.0s", (), None)
"""Takes the value, and writes nothing."""


def _way(field: StreamField, type_: type, convert: Converter) -> _Way:
    """Give how a field's values of one type are written."""
    if field.type is FieldType.FLOAT:
        return _float(field, type_)
    if field.type is FieldType.INT:
        plain = field.scale is None and type_ is int
        return _Way("%di", (), None) if plain else _Way("%di", (convert,), lambda values: [convert(value) for value in values])
    if field.type is FieldType.BOOL:
        return _Way("%s", ("bool",), lambda values: ["true" if value else "false" for value in values])
    return _Way("%s", (convert,), lambda values: [string(convert(value)) for value in values])


def _float(field: StreamField, type_: type) -> _Way:
    scale = Fraction(field.scale or 1)
    scaled, key = _scaled(scale.numerator, scale.denominator), (scale, field.digits)
    if field.digits is not None:
        digits, slow = field.digits, field.converter()
        form = f"%.{digits}g"

        def shortest(values: Sequence[Any]) -> Sequence[Any]:
            # As `StreamField.converter` does: the shortest text that is nearer to the number than half a step of 32 bits.
            return [
                text if abs(float(text := form % value) - value) <= HALF_STEP * abs(value) else repr(slow(raw))
                for raw, value in zip(values, scaled(values), strict=True)
            ]

        return _Way("%s", key, shortest)
    if scale == 1:
        return _Way("%d.0" if type_ is int else "%r", (), None)
    return _Way("%r", key, scaled)


def _scaled(numerator: int, denominator: int) -> _Many:
    """Give what scales numbers as `scaler` does (gateway/model/scale.py)."""
    if (numerator, denominator) == (1, 1):
        return lambda values: values
    if denominator == 1:
        return lambda values: [float(value * numerator) for value in values]
    if numerator == 1:
        return lambda values: [value / denominator for value in values]
    return lambda values: [value * numerator / denominator for value in values]


class Lines(NamedTuple):
    """The lines of a batch, and what of its rows could not become one: the row's place and why."""

    lines: list[str]
    unfit: list[tuple[int, str]]


def lines_of(batch: Batch, rows: Sequence[ReadRow], forms: Sequence[LineForms]) -> Lines:
    """Give a batch's lines. A row that does not fit costs nothing but itself."""
    t0_ms, lines, unfit = batch.t0_ms, list[str](), list[tuple[int, str]]()
    for place, row in enumerate(rows):
        t_ms = t0_ms + row.dt_ms
        try:
            if not 0 <= t_ms <= LATEST_MS:
                raise BatchError(f"{t_ms} ms is no time")  # noqa: TRY301 — told like whatever else is wrong with a row
            line = forms[row.stream].line(row.values, t_ms)
        except IndexError:
            unfit.append((place, "a row names a stream that its schema document does not have"))
        except BatchError as error:
            unfit.append((place, str(error)))
        else:
            if line is not None:
                lines.append(line)
    return Lines(lines, unfit)


def unfinite(body: str, lines: Sequence[str]) -> list[str]:
    """Give the lines that hold a number that is none; `body` is all of them, where a first look is cheap."""
    if not any(sign in body for sign in _SIGNS):
        return []
    return [line for line in lines if any(sign in line for sign in _SIGNS) and _UNFINITE.search(_TEXTS.sub("", _fields_of(line)))]


def _fields_of(line: str) -> str:
    """Give what follows the tags, in which a blank has a backslash before it."""
    found = _BLANK.search(line)
    return line[found.start() :] if found else ""
