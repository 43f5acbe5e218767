"""Compares what was confirmed with what a store has."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from gateway.centre.schemas import SchemaStreams
from gateway.centre.self_audit.parts import Shortfall, layout_of
from gateway.centre.series_rows import tags_of
from gateway.centre.stores.port import Series, Span, StoreReader
from gateway.model.canonical import INTERNAL, FieldType
from gateway.model.topics import GatewayId

_MEASUREMENTS = 64
"""More of one gateway are not counted: each costs a query."""


class Expected(NamedTuple):
    """A copy of a part: the times of the batches' rows in `uplink`, and the counts by schema document."""

    batches: frozenset[int]
    counts: list[tuple[SchemaStreams, "array[int]"]]


def shortfalls(sender: GatewayId, parts: Mapping[int, Expected], part_ms: int, reader: StoreReader) -> dict[int, Shortfall]:
    """Return what the store lacks of parts of one gateway, given by their beginnings.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    found = {}
    for span in _spans(parts, part_ms):
        begins = range(span.from_ms, span.to_ms, part_ms)
        rows = reader.select("uplink", ["seq"], {"operator": sender.operator, "gateway": sender.gateway}, span)
        present = {point.t_ms for one in rows for point in one.points}
        confirmed = {begin_ms: _by_series(parts[begin_ms].counts) for begin_ms in begins}
        measurements = sorted({series.measurement for counts in confirmed.values() for series in counts})[:_MEASUREMENTS]
        stored: dict[tuple[Series, int], int] = {}
        for measurement in measurements:
            counted = reader.counts(sender, measurement, span.from_ms, part_ms, span.to_ms)
            stored |= {(series, begin_ms): count for series, begin_ms, count in counted}
        for begin_ms in begins:
            audited = ((series, count) for series, count in confirmed[begin_ms].items() if series.measurement in measurements)
            values = (max(0, count - stored.get((series, begin_ms), 0)) for series, count in audited)
            found[begin_ms] = Shortfall(len(parts[begin_ms].batches - present), sum(values))
    return found


def _spans(begins: Iterable[int], part_ms: int) -> Iterator[Span]:
    """Yield adjacent parts as one span."""
    span: Span | None = None
    for begin_ms in sorted(begins):
        if span is not None and span.to_ms != begin_ms:
            yield span
            span = None
        span = Span(begin_ms if span is None else span.from_ms, begin_ms + part_ms)
    if span is not None:
        yield span


def _by_series(counts: Iterable[tuple[SchemaStreams, "array[int]"]]) -> dict[Series, int]:
    """Return how many values of each series were confirmed.

    Texts are left out, as not every store has them, and so are measurements of the system, whose rows may share a time.
    """
    found: dict[Series, int] = defaultdict(int)
    for document, cells in counts:
        layout = layout_of(document)
        if layout[-1] != len(cells):
            continue  # of an earlier run whose document was another
        for one, first in zip(document.origins, layout, strict=False):
            if one.stream.measurement in INTERNAL:
                continue
            tags = tuple(sorted((key, value) for key, value in tags_of(one).items() if value))
            for number, field in enumerate(one.stream.fields, first + 1):
                count = cells[first] + cells[number]
                if count and field.type is not FieldType.STRING:
                    found[Series(one.stream.measurement, tags, field.name)] += count
    return found
