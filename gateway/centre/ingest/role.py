"""The ingest role: one worker with its store and its dead letters."""

import asyncio
import contextlib
import logging
import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from prometheus_client.core import Metric

from gateway.centre.ingest.own_rows import WORKER_EVERY_S, clone_row, loss_row, worker_row
from gateway.centre.ingest.worker import IngestWorker
from gateway.centre.role import RoleContext
from gateway.centre.self_audit.auditor import AuditPorts, SelfAudit
from gateway.centre.self_audit.counting_store import CountingStore
from gateway.centre.self_audit.ledger import ConfirmedLedger, LedgerSettings
from gateway.centre.self_audit.owed import OwedReadings
from gateway.centre.self_audit.saved_parts import SavedParts
from gateway.centre.self_audit.verdicts import AuditPace, LostPart
from gateway.centre.stores.factory import open_dead_letters, open_reader, open_store
from gateway.centre.stores.port import StoreUnavailable
from gateway.host import clock
from gateway.host.http_server import counter, gauge
from gateway.host.stopping import wait_for_stop
from gateway.host.threads import OneThread
from gateway.model.site.store import RetentionSettings

log = logging.getLogger(__name__)

_COUNT_EVERY_S = 10.0
_LATE_AFTER_S = 3.0
"""Batches wait for a part of a second."""

_PRUNE_EVERY_S = 600.0


class IngestRole:
    """Runs an ingest worker, stores its counters, and prunes the store.

    Raises:
        StoreUnavailable: The store, or the file of dead letters, can't be opened.
    """

    name = "ingest"

    def __init__(self, context: RoleContext, remembered: LedgerSettings = LedgerSettings(), pace: AuditPace = AuditPace()) -> None:  # noqa: B008 — constants
        settings = context.settings
        self._site, self._worker_name = context.site, settings.worker
        self._thread = OneThread("store")
        self._store = CountingStore(open_store(settings), remembered.part_ms)
        self._dead = open_dead_letters(settings)
        self._dead_letters, self._dead_dropped = self._counted()
        self._worker = IngestWorker(
            context.site,
            settings.worker,
            context.broker,
            self._store,
            self._dead,
            self._thread,
            start=os.urandom(8).hex(),
            now_ms=clock.now_ms,
            knows_time=clock.is_synchronised,
        )
        ports = AuditPorts(
            self._store,
            lambda: open_reader(settings.store),
            lambda: SavedParts(Path(settings.dead_letters_path()), context.site, settings.worker, remembered.part_ms),
            lambda: OwedReadings(Path(settings.dead_letters_path())),
            lambda sender, ask: self._worker.mqtt.publish(sender.topic("ask"), msgspec.json.encode(ask)),
            self._store_losses,
        )
        self._part_ms = remembered.part_ms
        self._audit = SelfAudit(ConfirmedLedger(_within(remembered, settings.retention)), ports, pace)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        try:
            async with asyncio.TaskGroup() as group:
                for task in (self._worker.run, self._count, self._prune, self._audit.run):
                    group.create_task(task(stop))
        finally:
            await self._audit.close()
            await self._thread.run(self._store.close)
            await self._thread.run(self._dead.close)
            self._thread.close()

    async def _count(self, stop: asyncio.Event) -> None:
        """Count dead letters, and store the worker's counters: once a minute, and at once if the number of dead letters changed."""
        loop, due_s = asyncio.get_running_loop(), float("-inf")
        while not await wait_for_stop(stop, _COUNT_EVERY_S):
            await self._store_clones()
            before = self._dead_letters
            with contextlib.suppress(sqlite3.Error):  # reported when letters are added
                self._dead_letters, self._dead_dropped = await self._thread.run(self._counted)
            if self._dead_letters != before or loop.time() >= due_s:
                due_s = loop.time() + WORKER_EVERY_S
                await self._store_counters()

    async def _store_clones(self) -> None:
        """Store the events of alarms about gateways of one name; those that the store does not take now come again."""
        clones, t_ms = self._worker.counts.clones, clock.now_ms()
        for news in clones.news(time.monotonic()):
            row = clone_row(news, self._worker_name, t_ms)
            with contextlib.suppress(StoreUnavailable):  # reported by the worker, which retries
                for refused in await self._thread.run(self._store.write, [self._store.prepare_row(row)]):
                    log.error("the store refuses an alarm: %s", refused.reason)
                clones.told(news)

    async def _store_losses(self, lost: Sequence[LostPart]) -> bool:
        """Store which readings the store lost; return whether it took that."""
        rows = [self._store.prepare_row(loss_row(one, self._part_ms, self._worker_name)) for one in lost]
        try:
            for refused in await self._thread.run(self._store.write, rows):
                log.error("the store refuses a gap: %s", refused.reason)
        except StoreUnavailable:  # reported by the worker, which retries
            return False
        return True

    def _counted(self) -> tuple[int, int]:
        """Return how many dead letters there are, and how many were dropped."""
        return self._dead.count(), sum(self._dead.dropped().values())

    async def _store_counters(self) -> None:
        counts = self._worker.counts
        counters = [
            self._dead_letters,
            counts.batches,
            counts.readings,
            counts.rejected,
            self._worker.store.failures,
            self._audit.lost_parts(),
        ]
        row = worker_row(self._site, self._worker_name, counters, clock.now_ms())
        with contextlib.suppress(StoreUnavailable):  # reported by the worker, which retries
            for refused in await self._thread.run(self._store.write, [self._store.prepare_row(row)]):
                log.error("the store refuses the counters of this worker: %s", refused.reason)

    async def _prune(self, stop: asyncio.Event) -> None:
        """Prune the store now and then, in small steps between which the worker can write."""
        wait_s = 0.0
        while not await wait_for_stop(stop, wait_s):
            wait_s = _PRUNE_EVERY_S
            try:
                if await self._thread.run(self._store.prune, clock.now_ms()):
                    wait_s = 0.0
            except StoreUnavailable as error:
                log.warning("can't prune the store: %s", error)

    def samples(self) -> Iterable[Metric]:
        """Yield the worker's counters."""
        counts = self._worker.counts
        yield counter("street_ingest_batches", "Batches stored", counts.batches)
        yield counter("street_ingest_readings", "Readings stored", counts.readings)
        yield counter("street_ingest_unknown_schema", "Batches whose schema document was unknown", counts.unknown_schema)
        yield counter("street_ingest_rejected", "Batches rejected for good", counts.rejected)
        yield counter("street_ingest_partly", "Batches stored in part", counts.partly)
        yield counter("street_ingest_unreadable", "Messages that are not batches", counts.unreadable)
        yield counter("street_ingest_store_failures", "Writes that failed because the store was unavailable", self._worker.store.failures)
        yield counter("street_ingest_dropped", "Batches there was no room for, which their gateways send again", counts.dropped)
        yield gauge("street_ingest_late_seconds", "How long batches wait to be stored", self._worker.late_s)
        yield gauge("street_ingest_connected", "Whether the broker is connected", self._worker.mqtt.state.connected)
        yield counter("street_dead_letters_dropped", "Dead letters dropped because there were too many", self._dead_dropped)
        cloned = len(self._worker.counts.clones.alarms(time.monotonic()))
        yield gauge("street_ingest_cloned_gateways", "Gateways of which two run at the same time", cloned)
        yield gauge("street_dead_letters", "Dead letters: readings that no store accepted, not yet reviewed", self._dead_letters)
        yield from self._audit.samples()

    def stuck(self) -> bool:
        """Return whether there are batches to store and none is stored, though the store does not refuse."""
        return self._worker.stuck

    def health(self) -> dict[str, object]:
        """Return whether broker, store and worker work, and alarms."""
        connected, away_since = self._worker.mqtt.state.connected, self._worker.store_away_since
        alarms = [f"{self._dead_letters} dead letters: 'gateway dead-letters list' shows them"] if self._dead_letters else []
        if away_since is not None:
            alarms.append(f"the store is away since {away_since}: gateways keep their readings until it is back; the latest values are old")
        if self.stuck():
            alarms.append("the ingest makes no progress: batches wait, and none is stored; the watchdog restarts it under systemd")
        late_s = self._worker.late_s
        if late_s > _LATE_AFTER_S:
            alarms.append(f"the ingest is {late_s:.0f} s late: the machine, or the store, is too slow for what the gateways send")
        alarms += self._worker.counts.clones.alarms(time.monotonic())
        return {
            "ok": connected and away_since is None and not self.stuck() and late_s <= _LATE_AFTER_S,
            "connected": connected,
            "store_works": away_since is None,
            "store_away_since": away_since,
            "late_s": round(late_s, 1),
            "batches": self._worker.counts.batches,
            "audit": self._audit.health(),
            "alarms": [*alarms, *self._audit.alarms()],
        }


def _within(remembered: LedgerSettings, retention: RetentionSettings) -> LedgerSettings:
    """Remember nothing for longer than the store keeps it."""
    if retention.raw is None:
        return remembered
    return remembered._replace(keep_ms=max(0, min(remembered.keep_ms, int(1000 * retention.raw) - 2 * remembered.part_ms)))
