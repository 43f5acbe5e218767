"""From a batch's rows to lines of line protocol, by forms compiled once for each kind of stream and for the types that its values come in.

A row's values come in few combinations of types: which are absent, which are whole. For each the form is one `%` template, and how the
values between its words become text; whatever does not fit the stream is found when the form is made. Numbers become text many at a time,
by msgspec's JSON: it writes the shortest text that reads back as the same number, several times as fast as `%r`.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

import msgspec

from gateway.centre.row_values import KINDS_KEPT, LARGEST_INT, ValueConverter, converters
from gateway.centre.stores.influx.line_protocol import string
from gateway.model.batch import LATEST_MS, Batch, BatchError, BatchRow
from gateway.model.canonical import FieldType
from gateway.model.stream import HALF_STEP, StreamField

_Types = tuple[type, ...]
_KEPT = 64
"""Forms a kind; a sender that makes up more combinations has them made again."""

_json = msgspec.json.Encoder().encode

_Many = Callable[[Sequence[Any]], list[str]]
"""Writes the values of neighbouring fields: one call for many costs less than as many calls."""


class _Way(NamedTuple):
    """How a field's values of one type are written: `how` in the template; neighbours of one `key` are written by one call of `write`."""

    how: str
    key: tuple[object, ...]
    write: _Many


class _Form(NamedTuple):
    """How rows of one combination of types are written. One without runs makes no line."""

    text: str
    runs: tuple[tuple[slice, _Many], ...]


class LineForms:
    """The forms of all streams that have the same fields."""

    def __init__(self, fields: tuple[StreamField, ...]) -> None:
        self._fields, self._converters = fields, converters(fields)
        self._forms: dict[_Types, _Form] = {}

    def line(self, head: str, values: tuple[Any, ...], t_ms: int) -> str | None:
        """Give the line of a row, after its stream's measurement and tags; None for one without any value.

        Raises:
            BatchError: it does not fit the stream.
        """
        types = tuple(map(type, values))
        form = self._forms.get(types) or self._make(types, values)
        texts: list[str] = []
        for run, write in form.runs:
            texts += write(values[run])
        return form.text % (head, *texts, t_ms) if texts else None

    def _make(self, types: _Types, values: Sequence[Any]) -> _Form:
        if len(types) != len(self._fields):
            raise BatchError("a row does not fit the schema document that its batch names")
        ways: list[_Way | None] = []
        for field, type_, convert, value in zip(self._fields, types, self._converters, values, strict=True):
            convert(value)  # raises what is to be said of a value that does not fit
            ways.append(None if value is None else _way(field, type_, convert))
        if len(self._forms) >= _KEPT:
            self._forms.clear()
        written = ",".join(f"{field.name}={way.how}" for field, way in zip(self._fields, ways, strict=True) if way is not None)
        form = self._forms[types] = _Form(f"%s {written} %d", tuple(_runs(ways)))
        return form


forms_of = lru_cache(KINDS_KEPT)(LineForms)


class StreamLines(NamedTuple):
    """How a stream's rows become lines: its measurement and tags, and the forms of its kind."""

    head: str
    forms: LineForms


def _runs(ways: Sequence[_Way | None]) -> Iterator[tuple[slice, _Many]]:
    """Give the runs of neighbouring fields that are written in the same way; what is absent is in none."""
    first = 0
    for _, run in groupby(ways, key=lambda way: way and way.key):
        members = list(run)
        if members[0] is not None:
            yield slice(first, first + len(members)), members[0].write
        first += len(members)


def _way(field: StreamField, type_: type, convert: ValueConverter) -> _Way:
    """Give how a field's values of one type are written."""
    if field.type is FieldType.FLOAT:
        return _float(field)
    if field.type is FieldType.INT:
        if field.scale is None and type_ is int:
            return _Way("%si", ("whole",), _whole)
        return _Way("%si", (convert,), lambda values: [str(convert(value)) for value in values])
    if field.type is FieldType.BOOL:
        return _Way("%s", ("bool",), lambda values: ["true" if value else "false" for value in values])
    return _Way("%s", (convert,), lambda values: [string(convert(value)) for value in values])


def _texts(numbers: Sequence[Any]) -> list[str]:
    """Write numbers, each as the shortest text that reads back as the same.

    Raises:
        BatchError: one is none (NaN, endless), for which JSON has but a "null".
    """
    text = _json(numbers).decode()
    if "n" in text:
        raise BatchError("a number that is none")
    return text[1:-1].split(",")


def _whole(numbers: Sequence[int]) -> list[str]:
    if max(numbers) > LARGEST_INT:
        raise BatchError(f"{max(numbers)} is larger than a store's whole numbers")
    return _texts(numbers)


def _float(field: StreamField) -> _Way:
    scale = Fraction(field.scale or 1)
    if field.digits is None and scale == 1:
        return _Way("%s", ("number",), _texts)
    scaled, key = _scaled(scale.numerator, scale.denominator), (scale, field.digits)
    if field.digits is None:
        return _Way("%s", key, lambda values: _texts(scaled(values)))
    form, slow = f"%.{field.digits}g", field.converter()

    def shortest(values: Sequence[Any]) -> list[str]:
        # As `StreamField.converter` does: the shortest number that is nearer than half a step of 32 bits.
        return _texts([
            short if abs((short := float(form % value)) - value) <= HALF_STEP * abs(value) else slow(raw)
            for raw, value in zip(values, scaled(values), strict=True)
        ])  # fmt: skip

    return _Way("%s", key, shortest)


def _scaled(numerator: int, denominator: int) -> Callable[[Sequence[Any]], Sequence[Any]]:
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


def lines_of(batch: Batch, rows: Sequence[BatchRow], streams: Sequence[StreamLines]) -> Lines:
    """Give a batch's lines. A row that does not fit costs nothing but itself."""
    t0_ms, lines, unfit = batch.t0_ms, list[str](), list[tuple[int, str]]()
    for place, row in enumerate(rows):
        t_ms = t0_ms + row.dt_ms
        try:
            if not 0 <= t_ms <= LATEST_MS:
                raise BatchError(f"{t_ms} ms is no time")  # noqa: TRY301 — told like whatever else is wrong with a row
            head, forms = streams[row.stream]
            line = forms.line(head, row.values, t_ms)
        except IndexError:
            unfit.append((place, "a row names a stream that its schema document does not have"))
        except BatchError as error:
            unfit.append((place, str(error)))
        else:
            if line is not None:
                lines.append(line)
    return Lines(lines, unfit)
