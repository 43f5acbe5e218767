"""Finds confirmed readings of which the store has other values: something else writes the same series, or changed it. Pure."""

import math
from collections import OrderedDict
from collections.abc import Iterable, Sequence

import msgspec

from gateway.centre.row_values import ValueConverter, converters
from gateway.centre.self_audit.parts import PART_MS
from gateway.centre.series_rows import origin, tags_of
from gateway.centre.stores.port import Span, StoreReader, Tags
from gateway.journal.entries import BatchState
from gateway.journal.inspect import JournalRow
from gateway.model.batch import BatchError, Value
from gateway.model.stream import Stream
from gateway.model.topics import GatewayId

_PARTS_AT_ONCE = 64
"""Parts whose rows are held while the journal is read; late rows of a part are compared by themselves."""

_EXACT = 1e-9
"""Stores keep at least ten digits."""


class Altered(msgspec.Struct):
    """Confirmed values of one field of which the store has others (both times included), and the first of them."""

    asset: str
    device: str
    measurement: str
    field: str
    from_ms: int
    to_ms: int
    readings: int
    confirmed: Value
    stored: Value


class _Known:
    """A stream with its tags in the store and the converters of its values."""

    def __init__(self, me: GatewayId, stream: Stream) -> None:
        self.stream = stream
        self.tags: Tags = tuple(sorted(tags_of(origin(me, stream)).items()))
        self.converters: tuple[ValueConverter, ...] = converters(stream.fields)


_Row = tuple[_Known, int, Sequence[Value]]


def altered(rows: Iterable[JournalRow], me: GatewayId, store: StoreReader) -> list[Altered]:
    """Return the values that the journal confirmed as stored and that are others in the store. Missing ones are not among them.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    comparison, known = _Comparison(me, store), dict[int, _Known]()
    parts = OrderedDict[tuple[str, int], list[_Row]]()
    for stream, t_ms, row, state in rows:
        if state is not BatchState.STORED:
            continue
        one = known.get(id(stream)) or known.setdefault(id(stream), _Known(me, stream))
        parts.setdefault((stream.measurement, t_ms // PART_MS * PART_MS), []).append((one, t_ms, row.values))
        if len(parts) > _PARTS_AT_ONCE:
            comparison.compare(*parts.popitem(last=False))
    for part, held in parts.items():
        comparison.compare(part, held)
    return list(comparison.found.values())


class _Comparison:
    """Compares the rows of one part of time after the other with the store."""

    def __init__(self, me: GatewayId, store: StoreReader) -> None:
        self._where, self._store = {"operator": me.operator, "gateway": me.gateway}, store
        self.found: dict[tuple[str, Tags, str], Altered] = {}

    def compare(self, part: tuple[str, int], rows: Sequence[_Row]) -> None:
        """Compare the rows of one measurement in one part."""
        measurement, from_ms = part
        fields = sorted({field.name for one, *_ in rows for field in one.stream.fields})
        selected = self._store.select(measurement, fields, self._where, Span(from_ms, from_ms + PART_MS))
        stored = {one.tags: {t_ms: dict(zip(fields, values, strict=True)) for t_ms, values in one.points} for one in selected}
        for one, t_ms, raw in rows:
            values = stored.get(one.tags, {}).get(t_ms)
            if values is not None:
                self._compare_row(one, t_ms, raw, values)

    def _compare_row(self, one: _Known, t_ms: int, raw: Sequence[Value], stored: dict[str, Value]) -> None:
        for field, convert, value in zip(one.stream.fields, one.converters, raw, strict=True):
            try:
                confirmed = convert(value)
            except BatchError:
                continue  # it is among the dead letters
            there = stored[field.name]
            if confirmed is not None and there is not None and not _same(confirmed, there):
                self._add(one, field.name, t_ms, confirmed, there)

    def _add(self, one: _Known, field: str, t_ms: int, confirmed: Value, stored: Value) -> None:
        key = one.stream.measurement, one.tags, field
        before = self.found.get(key)
        if before is None:
            stream = one.stream
            self.found[key] = Altered(stream.asset, stream.device, stream.measurement, field, t_ms, t_ms, 1, confirmed, stored)
        else:
            before.from_ms, before.to_ms, before.readings = min(before.from_ms, t_ms), max(before.to_ms, t_ms), before.readings + 1


def _same(confirmed: Value, stored: Value) -> bool:
    """Return whether two values are the same; a store without such types has states as numbers."""
    if isinstance(confirmed, int | float) and isinstance(stored, int | float):
        return math.isclose(confirmed, stored, rel_tol=_EXACT)
    return confirmed == stored
