"""Every reading looked for that a receipt confirmed: what was cut out of the store, by device, times and reason."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

import msgspec

from gateway.centre.series_rows import origin
from gateway.centre.stores.influx.line_protocol import tags_of
from gateway.centre.stores.port import Series, StoredReadings
from gateway.journal.entries import BatchState
from gateway.journal.inspect import JournalRow
from gateway.model.stream import Stream
from gateway.model.topics import GatewayId

PART_MS = 600_000
"""Counts are compared by ten minutes; single readings only where these differ."""

_Part = tuple[Series, int]
Rows = Callable[[], Iterable[JournalRow]]
"""Gives the journal's rows, each time anew: there may be more of them than memory holds."""


class CutOut(msgspec.Struct):
    """Neighbouring readings of a device that were confirmed as stored and are not in the store (both times included)."""

    asset: str
    device: str
    measurement: str
    from_ms: int
    to_ms: int
    readings: int
    reason: str


_Held = dict[str, dict[int, tuple[Stream, bool]]]
"""The rows that were looked for, by stream and time, and whether they are missing."""


def cut_out(rows: Rows, me: GatewayId, kept: StoredReadings, since_ms: int, settle: Callable[[], None] = lambda: None) -> list[CutOut]:
    """Give what the journal says is stored and the store does not have, not even after `settle`: stores show late what they have taken.

    Raises:
        StoreUnavailable: the store does not answer.
    """
    held = _held(rows, me, kept, since_ms)
    if any(missing for times in held.values() for _, missing in times.values()):
        settle()
        again = _held(rows, me, kept, since_ms)
        for key, times in held.items():
            later = again.get(key, {})
            held[key] = {t_ms: (stream, missing and later.get(t_ms, (stream, False))[1]) for t_ms, (stream, missing) in times.items()}
    return [one for times in held.values() for one in _spans(times)]


def _held(rows: Rows, me: GatewayId, kept: StoredReadings, since_ms: int) -> _Held:
    """Look for the rows of all parts in which something may be missing."""
    suspect = _suspect(rows, me, kept, since_ms)
    held: _Held = defaultdict(dict)
    if not suspect:
        return held
    present = {part: kept.times(part[0], part[1], part[1] + PART_MS) for part in suspect}
    for stream, t_ms, names, state in _named(rows(), me):
        parts = [(Series(*key), t_ms // PART_MS * PART_MS) for key in names]
        looked = [part for part in parts if part in suspect]
        if looked:
            missing = state is BatchState.STORED and any(t_ms not in present[part] for part in looked)
            held[origin(me, stream).key][t_ms] = stream, missing
    return held


def _suspect(rows: Rows, me: GatewayId, kept: StoredReadings, since_ms: int) -> set[_Part]:
    """Give the parts of series in which the store has fewer values than were confirmed, or in which some were not."""
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
        stored |= {(series, part): count for series, part, count in kept.counts(me, measurement, since_ms // PART_MS * PART_MS, PART_MS)}
    return {part for part, count in confirmed.items() if stored.get(part, 0) < count or part in open_ or part[1] < since_ms}


_Key = tuple[str, tuple[tuple[str, str], ...], str]


def _named(rows: Iterable[JournalRow], me: GatewayId) -> Iterator[tuple[Stream, int, list[_Key], BatchState]]:
    """Give each row with the series of the values that it has."""
    keys: dict[int, tuple[Stream, list[_Key]]] = {}
    for stream, t_ms, row, state in rows:
        known = keys.get(id(stream))
        if known is None:
            tags = tuple(sorted(tags_of(origin(me, stream)).items()))
            known = keys[id(stream)] = stream, [(stream.measurement, tags, field.name) for field in stream.fields]
        yield stream, t_ms, [key for key, value in zip(known[1], row.values, strict=True) if value is not None], state


def _spans(times: dict[int, tuple[Stream, bool]]) -> Iterator[CutOut]:
    """Join missing readings that follow on each other."""
    span: CutOut | None = None
    for t_ms, (stream, missing) in sorted(times.items()):
        if not missing:
            if span is not None:
                yield span
            span = None
        elif span is None:
            reason = "confirmed as stored, and no longer in the store"
            span = CutOut(stream.asset, stream.device, stream.measurement, t_ms, t_ms, 1, reason)
        else:
            span.to_ms, span.readings = t_ms, span.readings + 1
    if span is not None:
        yield span
