"""The energy that the panels of a site have drawn today, from the counters of their meters. Pure."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.centre.stores.port import SelectedPoint, Span, StoreReader, Tags

_WINDOW_MS = 900_000
"""The offsets of all time zones in use are multiples of a quarter of an hour, so a day begins with a window."""

_FINE_WINDOW_MS = 10_000

_BEFORE_MS = 3_600_000
"""How long before midnight the counter's reading may be at which a day begins. Without one, its first reading of the day counts."""


class EnergyToday(NamedTuple):
    """The energy drawn since midnight, in watt-hours, and the panels that it was measured at."""

    watt_hours: float
    panels: int
    since_ms: int


def day_begin_ms(now_ms: int, zone: ZoneInfo) -> int:
    """Return the midnight before a time, in milliseconds since 1970."""
    midnight = datetime.fromtimestamp(now_ms / 1000, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return round(1000 * midnight.timestamp())


def energy_today(reader: StoreReader, zone: ZoneInfo, now_ms: int) -> EnergyToday:
    """Return the energy that all panels have drawn since midnight in a time zone.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    begin_ms = day_begin_ms(now_ms, zone)
    found = _read(reader, Span(begin_ms - _BEFORE_MS, now_ms + 1), _WINDOW_MS)
    today = {tags: points for tags, points in found.items() if points[-1].t_ms >= begin_ms}
    # The windows have their last value. Of a meter that is new today, the values before that are read too.
    for first_ms in {points[0].t_ms for points in today.values() if points[0].t_ms >= begin_ms}:
        for tags, points in _read(reader, Span(first_ms, first_ms + _WINDOW_MS), _FINE_WINDOW_MS).items():
            if tags in today and today[tags][0].t_ms == first_ms:
                today[tags] = [*points, *today[tags][1:]]
    watt_hours = sum(_increase(points, begin_ms) for points in today.values())
    return EnergyToday(round(watt_hours, 3), len({dict(tags).get("asset") for tags in today}), begin_ms)


def _read(reader: StoreReader, span: Span, step_ms: int) -> dict[Tags, Sequence[SelectedPoint]]:
    """Return the energy counters of all meters."""
    return {one.tags: one.points for one in reader.select("lighting_meter", ["active_energy"], {}, span, step_ms)}


def _increase(points: Sequence[SelectedPoint], begin_ms: int) -> float:
    """Return how much a counter has risen since a time; where it falls, it was set anew."""
    counted = [(t_ms, value) for t_ms, (value,) in points if isinstance(value, int | float)]
    return sum(max(0.0, after - before) for (_, before), (t_ms, after) in pairwise(counted) if t_ms >= begin_ms)
