"""Finds confirmed readings that are not in the store, by device and time: counts by parts first, single readings if these differ. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

import msgspec

from gateway.centre.self_audit.parts import PART_MS
from gateway.centre.series_rows import origin, tags_of
from gateway.centre.stores.port import Series, Span, StoreReader
from gateway.journal.entries import BatchState
from gateway.journal.inspect import JournalRow
from gateway.model.stream import Stream
from gateway.model.topics import GatewayId

_Part = tuple[Series, int]
Rows = Callable[[], Iterable[JournalRow]]
"""Reads the journal's rows, again at each call: they may not fit into memory."""


class CutOut(msgspec.Struct):
    """Adjacent readings of a device that were confirmed as stored but are not in the store (both times included)."""

    asset: str
    device: str
    measurement: str
    from_ms: int
    to_ms: int
    readings: int
    reason: str


_Searched = dict[str, dict[int, tuple[Stream, bool]]]
"""Rows that were looked for, by stream and time, and whether they are missing."""


def cut_out(rows: Rows, me: GatewayId, store: StoreReader, since_ms: int, wait: Callable[[], None] = lambda: None) -> list[CutOut]:
    """Return the readings that are stored according to the journal but not in the store, not even after `wait`.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    searched = _search(rows, me, store, since_ms)
    if any(missing for times in searched.values() for _, missing in times.values()):
        wait()
        again = _search(rows, me, store, since_ms)
        for key, times in searched.items():
            later = again.get(key, {})
            searched[key] = {t_ms: (stream, missing and later.get(t_ms, (stream, False))[1]) for t_ms, (stream, missing) in times.items()}
    return [one for times in searched.values() for one in _spans(times)]


def _search(rows: Rows, me: GatewayId, store: StoreReader, since_ms: int) -> _Searched:
    """Look for the rows of all parts in which readings may be missing."""
    suspect = _suspect(rows, me, store, since_ms)
    searched: _Searched = defaultdict(dict)
    if not suspect:
        return searched
    present = {part: _times(store, *part) for part in suspect}
    for stream, t_ms, names, state in _named(rows(), me):
        parts = [(Series(*key), t_ms // PART_MS * PART_MS) for key in names]
        looked = [part for part in parts if part in suspect]
        if looked:
            missing = state is BatchState.STORED and any(t_ms not in present[part] for part in looked)
            searched[origin(me, stream).key][t_ms] = stream, missing
    return searched


def _times(store: StoreReader, series: Series, from_ms: int) -> set[int]:
    """Return the times of a series' values in a part."""
    selected = store.select(series.measurement, [series.field], dict(series.tags), Span(from_ms, from_ms + PART_MS))
    return {t_ms for one in selected if one.tags == series.tags for t_ms, _ in one.points}


def _suspect(rows: Rows, me: GatewayId, store: StoreReader, since_ms: int) -> set[_Part]:
    """Return the parts of series in which the store has fewer values than were confirmed, or that have unconfirmed ones."""
    confirmed: Counter[_Part] = Counter()
    open_: set[_Part] = set()
    measurements = set()
    for stream, t_ms, names, state in _named(rows(), me):
        measurements.add(stream.measurement)
        for key in names:
            part = Series(*key), t_ms // PART_MS * PART_MS
            if state is BatchState.STORED:
                confirmed[part] += 1
            else:
                open_.add(part)
    stored: dict[_Part, int] = {}
    for measurement in sorted(measurements):
        stored |= {(series, part): count for series, part, count in store.counts(me, measurement, since_ms // PART_MS * PART_MS, PART_MS)}
    return {part for part, count in confirmed.items() if stored.get(part, 0) < count or part in open_ or part[1] < since_ms}


_Key = tuple[str, tuple[tuple[str, str], ...], str]


def _named(rows: Iterable[JournalRow], me: GatewayId) -> Iterator[tuple[Stream, int, list[_Key], BatchState]]:
    """Yield each row with the series of its present values."""
    keys: dict[int, tuple[Stream, list[_Key]]] = {}
    for stream, t_ms, row, state in rows:
        known = keys.get(id(stream))
        if known is None:
            tags = tuple(sorted(tags_of(origin(me, stream)).items()))
            known = keys[id(stream)] = stream, [(stream.measurement, tags, field.name) for field in stream.fields]
        yield stream, t_ms, [key for key, value in zip(known[1], row.values, strict=True) if value is not None], state


def _spans(times: dict[int, tuple[Stream, bool]]) -> Iterator[CutOut]:
    """Yield missing readings, adjacent ones joined."""
    span: CutOut | None = None
    for t_ms, (stream, missing) in sorted(times.items()):
        if not missing:
            if span is not None:
                yield span
            span = None
        elif span is None:
            reason = "confirmed as stored, but no longer in the store"
            span = CutOut(stream.asset, stream.device, stream.measurement, t_ms, t_ms, 1, reason)
        else:
            span.to_ms, span.readings = t_ms, span.readings + 1
    if span is not None:
        yield span
