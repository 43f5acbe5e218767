"""From a batch's rows to lines of line protocol, by forms compiled once for each stream and for the types that its values come in.

A row's values come in few combinations of types: which are absent, which are whole. For each the form is one `%` template and the few
values that need more than writing; whatever does not fit the stream is found when the form is made. What a store can't keep (NaN) is
looked for in the text, where searching is cheap.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from gateway.central.convert import LATEST_MS, Converter, converters
from gateway.central.line_protocol import head_of, string
from gateway.model.batch import Batch, BatchError, ReadRow
from gateway.model.canonical import FieldType
from gateway.model.stored import Origin
from gateway.model.stream import StreamField

_Types = tuple[type, ...]
_KEPT = 64
"""Forms a stream; a sender that makes up more combinations has them made again."""

_NOT_FINITE = ("=nan", "=inf", "=-inf")


class _Form(NamedTuple):
    """How rows of one combination of types are written. Without `text` such a row makes no line."""

    text: str | None
    converted: tuple[tuple[int, Converter], ...]


class LineForms:
    """The forms of one stream."""

    def __init__(self, origin: Origin) -> None:
        self._head, self._fields = head_of(origin).replace("%", "%%"), origin.stream.fields
        self._converters = converters(origin.stream)
        self._forms: dict[_Types, _Form] = {}

    def line(self, values: Sequence[Any], t_ms: int) -> str | None:
        """Give the line of a row; None for one without any value.

        Raises:
            BatchError: it does not fit the stream.
        """
        types = tuple(map(type, values))
        form = self._forms.get(types) or self._make(types, values)
        if form.converted:
            written = list(values)
            for place, convert in form.converted:
                written[place] = convert(written[place])
            values = written
        return None if form.text is None else form.text % (*values, t_ms)

    def _make(self, types: _Types, values: Sequence[Any]) -> _Form:
        if len(types) != len(self._fields):
            raise BatchError("a row does not fit the schema document that its batch names")
        parts, converted = [], []
        present = 0
        for place, (field, type_, convert) in enumerate(zip(self._fields, types, self._converters, strict=True)):
            if type_ is type(None):
                parts.append("%.0s")  # takes the value, and writes nothing
                continue
            convert(values[place])  # raises what is to be said of a value that does not fit
            written, work = _written(field, type_, convert)
            parts.append(f"{',' if present else ' '}{field.name}={written}")
            present += 1
            if work is not None:
                converted.append((place, work))
        if len(self._forms) >= _KEPT:
            self._forms.clear()
        form = self._forms[types] = _Form(f"{self._head}{''.join(parts)} %d" if present else None, tuple(converted))
        return form


def _written(field: StreamField, type_: type, convert: Converter) -> tuple[str, Converter | None]:
    """Give how a value is written, and what has to be done to it before."""
    plain = field.scale is None and field.digits is None
    if field.type is FieldType.INT:
        return "%di", None if plain and type_ is int else convert
    if field.type is FieldType.FLOAT:
        if plain:
            return ("%d.0" if type_ is int else "%r"), None
        return "%r", convert
    if field.type is FieldType.BOOL:
        return "%s", lambda value: "true" if value else "false"
    return "%s", lambda value: string(convert(value))


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


def has_unfinite(text: str) -> bool:
    """Tell whether there may be numbers in lines that are none."""
    return any(sign in text for sign in _NOT_FINITE)


def unfinite(rows: Sequence[ReadRow]) -> list[int]:
    """Give the places of the rows that hold a number that is none."""
    return [place for place, row in enumerate(rows) if any(type(value) is float and not math.isfinite(value) for value in row.values)]
