"""One field's points of the last hours, read from a journal whose gateway may be running.

Whoever reads shares the interpreter with the polls of the lines. So batches are read in
pieces of a millisecond, with as long a pause after each.
"""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from gateway.journal.entries import BatchState
from gateway.journal.inspect import opened
from gateway.model.batch import BatchError, Unpacker, Value, rows_of
from gateway.model.canonical import FieldType
from gateway.model.stream import Stream, decode_schema, value_in_unit

_PIECE_S = 0.001

_GAP_INTERVALS = 3
"""After so many intervals without a reading, a gap begins."""

_LEAST_GAP_MS = 10_000

ChartPoint = tuple[int, float | None]
"""A time in milliseconds and a value; None begins a gap."""


class ChartedField(NamedTuple):
    """Which field of which stream."""

    device: str
    asset: str
    measurement: str
    field: str


class Chart(NamedTuple):
    """The points of a field, oldest first, its unit, and the interval of its readings."""

    points: list[ChartPoint]
    unit: str | None
    every_s: float


class UnknownField(Exception):
    """The journal has no such field of numbers or states."""


def charted_fields(path: Path) -> set[ChartedField]:
    """Return the fields of numbers and states that a journal has.

    Raises:
        FileNotFoundError, sqlite3.Error: The journal can't be read.
    """
    with opened(path) as database:
        streams = [stream for (document,) in database.execute("SELECT document FROM schemas") for stream in decode_schema(document).streams]
    return {
        ChartedField(stream.device, stream.asset, stream.measurement, field.name)
        for stream in streams
        for field in stream.fields
        if field.type is not FieldType.STRING
    }


def read_chart(path: Path, wanted: ChartedField, since_ms: int, pause: Callable[[float], None] = time.sleep) -> Chart:
    """Return the points of a field since a time. Batches that can't be read are left out.

    Raises:
        UnknownField: The journal has no such field.
        FileNotFoundError, sqlite3.Error: The journal can't be read.
    """
    with opened(path) as database:
        places = _places(database, wanted)
        if not places:
            raise UnknownField
        stream = next(iter(places.values()))[1]
        field = next(one for one in stream.fields if one.name == wanted.field)
        points = sorted(_points(database, wanted.field, places, since_ms, pause), key=lambda point: point[0])
    return Chart(with_gaps(points, stream.every_s), field.unit, stream.every_s)


def _places(database: sqlite3.Connection, wanted: ChartedField) -> dict[tuple[bytes, int], tuple[int, Stream]]:
    """Return where the field is: its place in the stream, by schema document and number of the stream; that of the newest batch first."""
    found: dict[tuple[bytes, int], tuple[int, Stream]] = {}
    query = "SELECT hash, document FROM schemas ORDER BY hash != (SELECT schema FROM batches ORDER BY id DESC LIMIT 1)"
    for hash_, document in database.execute(query):
        for number, stream in enumerate(decode_schema(document).streams):
            if (stream.device, stream.asset, stream.measurement) == wanted[:3]:
                names = [one.name for one in stream.fields]
                if wanted.field in names:
                    found[hash_, number] = names.index(wanted.field), stream
    return found


def _points(
    database: sqlite3.Connection,
    name: str,
    places: dict[tuple[bytes, int], tuple[int, Stream]],
    since_ms: int,
    pause: Callable[[float], None],
) -> Iterator[tuple[int, float | None]]:
    unpack, began_s = Unpacker().unpack, time.perf_counter()
    converters = {key: stream.fields[place].converter() for key, (place, stream) in places.items()}
    query = "SELECT schema, body FROM batches WHERE t0_ms >= ? AND state != ? ORDER BY id"
    schemas = {schema for schema, _ in places}
    for schema, body in database.execute(query, (since_ms, int(BatchState.WITHDRAWN))):
        if schema in schemas:
            with contextlib.suppress(BatchError):
                batch = unpack(body)
                for row in rows_of(batch):
                    key = schema, row.stream
                    if key in places and len(row.values) > places[key][0]:
                        yield batch.t0_ms + row.dt_ms, _number(value_in_unit(row.values[places[key][0]], converters[key]))
        took_s = time.perf_counter() - began_s
        if took_s >= _PIECE_S:
            pause(took_s)
            began_s = time.perf_counter()


def _number(value: Value) -> float | None:
    """Return a value as a chart draws it: a state as 0 or 1; a text is not drawn."""
    return None if value is None or isinstance(value, str) else float(value)


def with_gaps(points: Sequence[ChartPoint], every_s: float) -> list[ChartPoint]:
    """Return points with a None behind each after which readings are missing; of several None in a row, the first."""
    longest_ms = max(_LEAST_GAP_MS, _GAP_INTERVALS * 1000 * every_s)
    found: list[ChartPoint] = []
    for t_ms, value in points:
        if found and found[-1][1] is not None and t_ms - found[-1][0] > longest_ms:
            found.append((found[-1][0] + 1, None))
        if value is not None or (found and found[-1][1] is not None):
            found.append((t_ms, value))
    return found


def thinned(points: Sequence[ChartPoint], most: int) -> list[ChartPoint]:
    """Return at most about `most` points: of those in a stretch of time, the least and the greatest, and where a gap begins."""
    if len(points) <= most:
        return list(points)
    begin_ms, end_ms = points[0][0], points[-1][0]
    stretch_ms = max(1.0, (end_ms - begin_ms) / max(1, most // 3))
    found: list[ChartPoint] = []
    part: list[ChartPoint] = []
    ends_ms = begin_ms + stretch_ms
    for point in points:
        if point[0] >= ends_ms:
            found += _extremes(part)
            part = []
            ends_ms = begin_ms + stretch_ms * (int((point[0] - begin_ms) / stretch_ms) + 1)
        part.append(point)
    return found + _extremes(part)


def _extremes(part: Sequence[ChartPoint]) -> list[ChartPoint]:
    values = [point for point in part if point[1] is not None]
    gaps = [point for point in part if point[1] is None]
    if not values:
        return gaps[:1]
    low, high = min(values, key=_value), max(values, key=_value)
    return sorted({low, high, *gaps[:1]}, key=lambda point: point[0])


def _value(point: ChartPoint) -> float:
    return point[1] if point[1] is not None else 0.0
