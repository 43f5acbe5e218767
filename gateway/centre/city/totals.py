"""Running totals of values that say what was counted since the reading before, such as rain or vehicles. Pure.

A message of the city plane has only the latest reading, so a subscriber can't sum such values. It can subtract two totals.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple
from weakref import WeakKeyDictionary

from gateway.centre.row_values import time_of
from gateway.centre.schemas import SchemaStreams
from gateway.model.batch import Batch, BatchError, BatchRow, Clock
from gateway.model.canonical import INTERNAL, MEASUREMENTS, FieldKind
from gateway.model.quality import is_bad
from gateway.model.stream import Stream

_MOST_STREAMS = 20_000
"""How many streams have totals; of more, the one that was silent for longest begins again."""

_DECIMALS = 6
"""Sums of decimal numbers get no longer than these."""


class Total(NamedTuple):
    """A total, and the time of the first reading in it (milliseconds since 1970)."""

    value: float
    since_ms: int


class _StreamTotals:
    """The totals of one stream by the positions of its fields, and its newest reading: trusted times are newer than all others."""

    def __init__(self) -> None:
        self.newest = (False, -1)
        self.fields: dict[int, Total] = {}


_NONE: Mapping[int, Total] = MappingProxyType({})


class Totals:
    """The totals of all streams since this program started. A reading that arrives again, or late, is not counted."""

    def __init__(self, most_streams: int = _MOST_STREAMS) -> None:
        self._most = most_streams
        self._streams = OrderedDict[str, _StreamTotals]()
        self._positions = WeakKeyDictionary[SchemaStreams, dict[int, tuple[int, ...]]]()

    def of(self, key: str) -> Mapping[int, Total]:
        """Return the totals of a stream's fields, by position."""
        found = self._streams.get(key)
        return found.fields if found is not None else _NONE

    def add(self, batch: Batch, rows: Iterable[BatchRow], document: SchemaStreams) -> None:
        """Add the readings of a batch."""
        positions = self._positions.get(document)
        if positions is None:
            found = {number: _summed(one.stream) for number, one in enumerate(document.origins)}
            positions = self._positions[document] = {number: places for number, places in found.items() if places}
        if not positions:
            return
        trusted = batch.clock is not Clock.UNSYNCED
        for row in sorted((row for row in rows if row.stream in positions), key=lambda row: row.dt_ms):
            try:
                t_ms, values = time_of(batch, row), document.values_of(row)
            except BatchError:
                continue  # the ingest reports it to the gateway
            totals = self._totals(document.origins[row.stream].key)
            if (trusted, t_ms) <= totals.newest:
                continue
            totals.newest = trusted, t_ms
            for place in positions[row.stream]:
                value, code = values[place], (row.quality or {}).get(place, 0)
                if isinstance(value, int | float) and not is_bad(code):
                    before = totals.fields.get(place, Total(0, t_ms))
                    totals.fields[place] = Total(round(before.value + value, _DECIMALS), before.since_ms)

    def _totals(self, key: str) -> _StreamTotals:
        found = self._streams.setdefault(key, _StreamTotals())
        self._streams.move_to_end(key)
        if len(self._streams) > self._most:
            self._streams.popitem(last=False)
        return found


def _summed(stream: Stream) -> tuple[int, ...]:
    """Return the positions of a stream's fields that say what was counted since the reading before."""
    if stream.measurement in INTERNAL:
        return ()
    known = MEASUREMENTS.get(stream.measurement, {})
    names = (known.get(field.name) for field in stream.fields)
    return tuple(place for place, field in enumerate(names) if field is not None and field.kind is FieldKind.INTERVAL)
