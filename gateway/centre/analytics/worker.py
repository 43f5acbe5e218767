"""Computes the days of panels from a store, and stores the results in it. Blocks; runs in a thread of its own."""

import logging
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from gateway.analytics.calendar import lighting_day
from gateway.analytics.day import PanelDay, analyse
from gateway.analytics.history import BACK_MS
from gateway.analytics.panel import QUARTER_MS, LitPanel
from gateway.analytics.results import DAY
from gateway.analytics.sun import Interval
from gateway.centre.analytics.panel_readings import PanelReadings, read_panel
from gateway.centre.analytics.stored_results import PanelOwner, finding_row, outdated, read_context, read_known, rows_of
from gateway.centre.series_rows import StoredRow
from gateway.centre.stores.port import SeriesStore, StoreReader

log = logging.getLogger(__name__)

FIRST_DAYS = 14
"""How many days are computed at first, and at most after a pause: a base is learned from so many."""

SETTLE_MS = 120_000
"""How long readings may take until they are stored."""


def days_due(newest_ms: int | None, now_ms: int, zone: ZoneInfo) -> list[Interval]:
    """Return the days to compute, oldest first: the present one, and those since the newest that is stored.

    When a day begins, the two before are computed again, because readings of an outage arrive late.
    """
    days = [lighting_day(now_ms, zone)]
    first_ms = days[0].from_ms if newest_ms == days[0].from_ms else None if newest_ms is None else newest_ms - 1
    while len(days) <= FIRST_DAYS and (first_ms is None or days[0].from_ms > first_ms):
        days.insert(0, lighting_day(days[0].from_ms - 1, zone))
    return days


class PanelWorker:
    """Computes days of panels one after the other; never holds more than one day of one panel."""

    def __init__(self, site: str, reader: StoreReader, store: SeriesStore[Any]) -> None:
        self._site, self._reader, self._store = site, reader, store
        self._newest: dict[str, int | None] = {}

    @property
    def shows_within_s(self) -> float:
        """How long the results of a day may take until the next day's computation sees them."""
        return self._reader.shows_within_s

    def due(self, panel: LitPanel, now_ms: int) -> list[Interval]:
        """Return the days of a panel that are due, oldest first.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        if panel.asset not in self._newest:
            self._newest[panel.asset] = self._stored_newest(panel, now_ms)
        return days_due(self._newest[panel.asset], now_ms, panel.zone)

    def _stored_newest(self, panel: LitPanel, now_ms: int) -> int | None:
        since_ms = now_ms - (FIRST_DAYS + 1) * 86_400_000
        found = self._reader.latest(DAY, ["scheduled_time"], {"asset": panel.asset}, since_ms)
        return max((one.points[0].t_ms for one in found), default=None)

    def compute(self, panel: LitPanel, span: Interval, now_ms: int) -> bool:
        """Compute a day of a panel, up to the last quarter hour whose readings are stored; return whether it had any.

        Raises:
            StoreUnavailable: The store does not answer; the day is computed again the next time.
        """
        until_ms = min(span.to_ms, (now_ms - SETTLE_MS) // QUARTER_MS * QUARTER_MS)
        read = read_panel(self._reader, panel.asset, Interval(span.from_ms, until_ms)) if until_ms > span.from_ms else None
        if read is not None and read.operator is not None:
            self._store_day(PanelOwner(self._site, read.operator, read.area), panel, span, until_ms, read)
        self._newest[panel.asset] = span.from_ms
        return read is not None and read.operator is not None

    def _store_day(self, owner: PanelOwner, panel: LitPanel, span: Interval, until_ms: int, read: PanelReadings) -> None:
        context = read_context(self._reader, panel, span.from_ms)
        day = analyse(PanelDay(panel, span, until_ms, read.minutes, read.energies, context.baseline, context.past, context.carried))
        known = read_known(self._site, self._reader, panel.asset, Interval(span.from_ms - BACK_MS, span.to_ms))
        rows = list(rows_of(owner, panel.asset, span.from_ms, day))
        self._write([*rows, *(finding_row(one.owner, panel.asset, one.finding) for one in outdated(known, owner, day, span))])

    def _write(self, rows: Sequence[StoredRow]) -> None:
        for refused in self._store.write([self._store.prepare_row(row) for row in rows]):
            log.error("the store refuses a result: %s", refused.reason)

    def close(self) -> None:
        """Close both connections."""
        self._reader.close()
        self._store.close()


def next_run_s(now_ms: int) -> float:
    """Return how long it is, in seconds, until the next quarter hour has ended and its readings are stored."""
    return (QUARTER_MS - (now_ms - SETTLE_MS) % QUARTER_MS) / 1000
