"""The analytics role: every quarter hour, computes the days of all lighting panels of the site file."""

import asyncio
import logging
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from prometheus_client.core import Metric

from gateway.analytics.panel import LitPanel, panels_of
from gateway.analytics.sun import Interval
from gateway.centre.analytics.worker import PanelWorker, next_run_s
from gateway.centre.progress import Progress
from gateway.centre.role import RoleContext
from gateway.centre.stores.factory import open_reader, open_store
from gateway.centre.stores.port import StoreUnavailable
from gateway.host import clock
from gateway.host.http_server import counter, gauge
from gateway.host.stopping import wait_for_stop
from gateway.host.threads import OneThread

log = logging.getLogger(__name__)

_STUCK_AFTER_S = 300.0
"""A day of a panel takes some tens of milliseconds, and a query is given up after 30 s."""

_RETRY_S = 60.0


class AnalyticsRole:
    """Computes results from the readings in the store; without panels in the site file it does nothing."""

    name = "analytics"

    def __init__(self, context: RoleContext) -> None:
        self._context = context
        self._panels = panels_of(context.assets, ZoneInfo(context.time_zone))
        self._thread = OneThread("analytics")
        self._worker: PanelWorker | None = None
        self._progress = Progress(_STUCK_AFTER_S)
        self._failing = False
        self.days = 0
        """Days of panels computed, those that were computed again included."""

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        try:
            wait_s = 0.0
            while self._panels and not await wait_for_stop(stop, wait_s):
                wait_s = await self._round(stop)
                self._progress.wait()
            await stop.wait()
        finally:
            if self._worker is not None:
                await self._thread.run(self._worker.close)
            self._thread.close()

    async def _round(self, stop: asyncio.Event) -> float:
        """Compute all that is due; return how long to wait for the next round, in seconds."""
        try:
            await self._compute_all(clock.now_ms(), stop)
        except StoreUnavailable as error:
            if not self._failing:
                log.warning("can't compute the lighting: the store is unavailable (%s); retrying", error)
            self._failing = True
            return _RETRY_S
        self._failing = False
        return next_run_s(clock.now_ms())

    async def _compute_all(self, now_ms: int, stop: asyncio.Event) -> None:
        worker = await self._thread.run(self._opened)
        due: dict[Interval, list[LitPanel]] = {}
        for panel in self._panels:
            self._progress.step()
            for span in await self._thread.run(worker.due, panel, now_ms):
                due.setdefault(span, []).append(panel)
        for number, span in enumerate(sorted(due)):
            if number and await wait_for_stop(stop, worker.shows_within_s):
                return
            for panel in due[span]:
                self._progress.step()
                self.days += await self._thread.run(worker.compute, panel, span, now_ms)
                if stop.is_set():
                    return

    def _opened(self) -> PanelWorker:
        if self._worker is None:
            settings = self._context.settings
            store = open_store(settings)  # first, because it makes the file of a history
            try:
                self._worker = PanelWorker(self._context.site, open_reader(settings.store), store)
            except StoreUnavailable:
                store.close()
                raise
        return self._worker

    def stuck(self) -> bool:
        """Return whether a panel's day takes far too long."""
        return self._progress.stuck

    def samples(self) -> Iterable[Metric]:
        """Yield the role's counters."""
        yield gauge("street_analytics_panels", "Lighting panels whose readings are analysed", len(self._panels))
        yield counter("street_analytics_days", "Days of panels computed, those that were computed again included", self.days)
        yield gauge("street_analytics_works", "Whether the store answered in the last round", not self._failing)

    def health(self) -> dict[str, object]:
        """Return whether the store answers, and how many panels are analysed."""
        alarms = ["the lighting is not analysed: the store does not answer"] if self._failing else []
        return {"ok": not self._failing and not self.stuck(), "analytics_panels": len(self._panels), "analytics_alarms": alarms}
