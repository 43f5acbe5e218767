"""From a batch's rows to line protocol, by templates compiled once for each combination of fields and types of values. Pure.

The values of a row come in few combinations of types: which are absent, which are integers. For each combination there is one template: the
text between the values, and the functions that bring raw values into their units. Values that don't fit the stream are found when the
template is made. The numbers of all rows become text together, by msgspec's JSON: it writes the shortest text that reads back as the same
number, several times as fast as `%r`, and one call for a batch costs less than one for each row. `join` then fills all templates at once.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import msgspec

from gateway.centre.row_values import ValueConverter, converters
from gateway.centre.schemas import combinations_cached
from gateway.centre.stores.influx.line_protocol import string
from gateway.centre.stores.port import UnfitRow
from gateway.model.batch import LATEST_MS, Batch, BatchError, BatchRow
from gateway.model.canonical import FieldType
from gateway.model.stream import HALF_STEP, StreamField

_Types = tuple[type, ...]
_json = msgspec.json.Encoder().encode

_ConvertMany = Callable[[Sequence[Any]], Sequence[Any]]
"""Converts the values of adjacent fields: one call for many costs less than as many calls."""


class _Format(NamedTuple):
    """How a field's values of one type are written: what follows each, and what converts those of adjacent fields with an equal `key`."""

    suffix: str
    key: tuple[object, ...]
    convert: _ConvertMany


def _same(values: Sequence[Any]) -> Sequence[Any]:
    return values


_PLAIN, _INTEGER, _TEXT = _Format("", ("plain",), _same), _Format("i", ("plain",), _same), _Format("", ("text",), _same)
"""Values that need no conversion: floats and booleans; integers; texts, which are not written by JSON."""


class _Conversion(NamedTuple):
    """How the values of a row become what JSON writes, if they are not as they are.

    Args:
        has_absent: Whether a value is absent. Slices and places count only those that are present.
        runs: Values to be converted, and what converts them.
        texts: Places of texts, and what checks them.
    """

    has_absent: bool
    runs: tuple[tuple[slice, _ConvertMany], ...]
    texts: tuple[tuple[int, ValueConverter], ...]


class _Template(NamedTuple):
    """How rows of one combination of types are written. Rows with an empty `first` have no value, and no line.

    Args:
        first: What comes before the first value.
        rest: What comes before each other value, and before the time.
        conversion: What is done with the values first.
    """

    first: str
    rest: tuple[str, ...]
    conversion: _Conversion | None


class LineTemplates:
    """The templates of all streams that have the same fields; `known` are those compiled before, by the types of a row's values."""

    def __init__(self, fields: tuple[StreamField, ...]) -> None:
        self._fields, self._converters = fields, converters(fields)
        self.known: dict[_Types, _Template] = {}

    def compile(self, values: Sequence[Any]) -> _Template:
        """Return the template for a row's values.

        Raises:
            BatchError: The row does not fit the stream.
        """
        if len(values) != len(self._fields):
            raise BatchError("the row does not match the schema document of its batch")
        formats = list[_Format | None]()
        for field, convert, value in zip(self._fields, self._converters, values, strict=True):
            convert(value)  # raises for a value that does not fit
            formats.append(None if value is None else _format(field, type(value), convert))
        if len(self.known) >= combinations_cached(len(values)):  # a sender that invents more has them compiled again
            self.known.clear()
        template = self.known[tuple(map(type, values))] = self._template(formats)
        return template

    def _template(self, formats: Sequence[_Format | None]) -> _Template:
        between, texts, before = list[str](), list[tuple[int, ValueConverter]](), " "
        for field, convert, one in zip(self._fields, self._converters, formats, strict=True):
            if one is not None:
                if one is _TEXT:
                    texts.append((len(between), convert))
                between.append(f"{before}{field.name}=")
                before = f"{one.suffix},"
        first, *rest = [*between, before.rstrip(",") + " "] if between else [""]
        runs = tuple(_runs([one for one in formats if one is not None]))
        converted = tuple((some, one.convert) for some, one in runs if one.convert is not _same)
        conversion = _Conversion(None in formats, converted, tuple(texts))
        return _Template(first, tuple(rest), conversion if any(conversion) else None)


_shared = WeakValueDictionary[tuple[StreamField, ...], LineTemplates]()


def templates_of(fields: tuple[StreamField, ...]) -> LineTemplates:
    """Return the templates of streams with these fields; equal ones share them as long as any needs them."""
    found = _shared.get(fields)
    if found is None:
        found = _shared[fields] = LineTemplates(fields)
    return found


class StreamLines(NamedTuple):
    """How a stream's rows become lines: with what they begin, and the templates that it shares with streams of the same fields.

    `head` is a line break, the measurement and the tags.
    """

    head: str
    templates: LineTemplates


def _runs(formats: Sequence[_Format]) -> Iterator[tuple[slice, _Format]]:
    """Yield the runs of adjacent values that are written alike."""
    first = 0
    for _, run in groupby(formats, key=lambda one: one.key):
        members = list(run)
        yield slice(first, first + len(members)), members[0]
        first += len(members)


def _format(field: StreamField, type_: type, convert: ValueConverter) -> _Format:
    """Return how a field's values of one type are written."""
    if field.type is FieldType.FLOAT:
        return _float(field)
    if field.type is FieldType.INT:
        if field.scale is None and type_ is int:
            return _INTEGER
        return _Format("i", (convert,), lambda values: [convert(value) for value in values])
    if field.type is FieldType.BOOL:
        return _PLAIN
    return _TEXT


def _float(field: StreamField) -> _Format:
    scale = field.exact_scale
    scaled, key = _scaled(scale.numerator, scale.denominator), (scale, field.digits)
    if field.digits is None:
        return _PLAIN if scaled is _same else _Format("", key, scaled)
    form, slow = f"%.{field.digits}g", field.converter()

    def shortest(values: Sequence[Any]) -> Sequence[Any]:
        # As `StreamField.converter` does: the shortest number that is nearer than half a step of 32 bits.
        return [
            short if abs((short := float(form % value)) - value) <= HALF_STEP * abs(value) else slow(raw)
            for raw, value in zip(values, scaled(values), strict=True)
        ]

    return _Format("", key, shortest)


def _scaled(numerator: int, denominator: int) -> _ConvertMany:
    """Return a function that scales many numbers as `scaler` does (gateway/model/units.py)."""
    if (numerator, denominator) == (1, 1):
        return _same
    if denominator == 1:
        return lambda values: [float(value * numerator) for value in values]
    if numerator == 1:
        return lambda values: [value / denominator for value in values]
    return lambda values: [value * numerator / denominator for value in values]


def lines_of(batch: Batch, rows: Sequence[BatchRow], streams: Sequence[StreamLines]) -> tuple[str, list[UnfitRow]]:
    """Return a batch's lines, each with a line break before it, and the rows that can't become a line. They affect no other."""
    together = _RowsTogether()
    unfit = together.add(rows, streams, batch.t0_ms)
    try:
        return together.text(), unfit
    except BatchError:
        return _lines_one_by_one(batch, rows, streams)


def _lines_one_by_one(batch: Batch, rows: Sequence[BatchRow], streams: Sequence[StreamLines]) -> tuple[str, list[UnfitRow]]:
    """Return a batch's lines if a number can't be stored: of many together it is not known which."""
    lines: list[str] = []
    unfit: list[UnfitRow] = []
    for position, row in enumerate(rows):
        alone = _RowsTogether()
        try:
            unfit += [UnfitRow(position, one.reason) for one in alone.add((row,), streams, batch.t0_ms)]
            lines.append(alone.text())
        except BatchError as error:
            unfit.append(UnfitRow(position, str(error)))
    return "".join(lines), unfit


class _RowsTogether:
    """Rows that become text together: their numbers, what comes before each, and the texts in the places of some."""

    def __init__(self) -> None:
        self._numbers: list[Any] = []  # `list[Any]()` takes ten times as long
        self._between: list[str] = []
        self._texts: list[tuple[int, str]] = []

    def add(self, rows: Sequence[BatchRow], streams: Sequence[StreamLines], t0_ms: int) -> list[UnfitRow]:
        """Add rows; return those that do not fit their streams."""
        numbers, between = self._numbers, self._between
        unfit: list[UnfitRow] = []
        for position, row in enumerate(rows):
            t_ms = t0_ms + row.dt_ms
            values: Sequence[Any] = row.values
            try:
                if not 0 <= t_ms <= LATEST_MS:
                    raise BatchError(f"time {t_ms} ms is out of range (0 to {LATEST_MS})")  # noqa: TRY301 — reported like the row's other errors
                head, templates = streams[row.stream]
                first, rest, conversion = templates.known.get(tuple(map(type, values))) or templates.compile(values)
                if not first:
                    continue
                if conversion is not None:
                    values = self._converted(values, conversion)
            except IndexError:
                unfit.append(UnfitRow(position, "the row's stream is not in the schema document of its batch"))
            except BatchError as error:
                unfit.append(UnfitRow(position, str(error)))
            else:
                numbers += values
                numbers.append(t_ms)
                between.append(head + first)
                between += rest
        return unfit

    def _converted(self, raw: Sequence[Any], conversion: _Conversion) -> list[Any]:
        """Return what JSON writes of a row's values, zeros in the places of texts.

        Raises:
            BatchError: A value does not fit its field.
        """
        values, begin = [value for value in raw if value is not None] if conversion.has_absent else list(raw), len(self._numbers)
        for some, convert in conversion.runs:
            values[some] = convert(values[some])
        for place, check in conversion.texts:
            self._texts.append((begin + place, string(check(values[place]))))
            values[place] = 0
        return values

    def text(self) -> str:
        """Return the lines, each with a line break before it.

        Raises:
            BatchError: A number can't be stored.
        """
        if not self._numbers:
            return ""
        written = _json(self._numbers).decode()
        if "n" in written:  # JSON has only "null" for them
            raise BatchError("a number is NaN or infinite")
        numbers = written[1:-1].split(",")
        for place, text in self._texts:
            numbers[place] = text
        parts = self._between * 2
        parts[::2] = self._between
        parts[1::2] = numbers
        return "".join(parts)
