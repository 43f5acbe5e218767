"""The centre's own audit, in the background: finished parts are compared with the store; what is missing is requested from its gateway."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

from prometheus_client.core import Metric

from gateway.centre.self_audit.comparison import Expected, shortfalls
from gateway.centre.self_audit.counting_store import CountingStore
from gateway.centre.self_audit.ledger import ConfirmedLedger
from gateway.centre.self_audit.owed import OwedReadings
from gateway.centre.self_audit.parts import Part, Shortfall, encode_part
from gateway.centre.self_audit.saved_parts import SavedParts
from gateway.centre.self_audit.verdicts import AuditPace, LostPart, Verdicts
from gateway.centre.stores.port import StoreReader, StoreUnavailable
from gateway.host import clock
from gateway.host.http_server import counter, gauge
from gateway.host.stopping import wait_for_stop
from gateway.host.threads import OneThread
from gateway.model.instants import iso_utc
from gateway.model.messages import Ask
from gateway.model.topics import GatewayId

log = logging.getLogger(__name__)

_TAKE_EVERY_S, _SAVE_EVERY_S = 1.0, 60.0
_PARTS_AT_ONCE = 6
_REST = 9
"""After each comparison the audit waits so many times as long as it took: the store is busy with it a tenth of the time at most."""

_FAILURES_A_ROUND = 3
_SHOWN = 3


class AuditPorts(NamedTuple):
    """What the audit needs: what the store confirmed, the store, the file of its ledger, and ways to ask gateways and to record losses.

    `record` returns whether what was lost is stored now.
    """

    store: CountingStore[Any]
    open_reader: Callable[[], StoreReader]
    open_saved: Callable[[], SavedParts]
    open_owed: Callable[[], OwedReadings]
    ask: Callable[[GatewayId, Ask], object]
    record: Callable[[Sequence[LostPart]], Awaitable[bool]]


class SelfAudit:
    """Audits what one worker confirmed."""

    def __init__(self, ledger: ConfirmedLedger, ports: AuditPorts, pace: AuditPace = AuditPace()) -> None:  # noqa: B008 — a constant
        self._ledger, self._ports = ledger, ports
        self._verdicts, self._tick_s = Verdicts(ledger, pace), pace.tick_s
        self._thread = OneThread("audit")
        self._reader: StoreReader | None = None
        self._saved: SavedParts | None = None
        self._owed: OwedReadings | None = None
        self._unavailable: str | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Audit until told to stop."""
        await self._load()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._remember(stop))
            group.create_task(self._audit_all(stop))

    async def close(self) -> None:
        """Save what was confirmed up to now; nothing else may run any more."""
        self._take()
        if self._saved is not None:
            await self._save(self._saved)
            await self._thread.run(self._saved.close)
        if self._owed is not None:
            await self._thread.run(self._owed.close)
        if self._reader is not None:
            await self._thread.run(self._reader.close)
        self._thread.close()

    async def _remember(self, stop: asyncio.Event) -> None:
        """Take into the ledger what the store confirms, and save it once a minute."""
        loop = asyncio.get_running_loop()
        save_s = loop.time() + _SAVE_EVERY_S
        while not await wait_for_stop(stop, _TAKE_EVERY_S):
            self._take()
            if self._saved is not None and loop.time() >= save_s:
                save_s = loop.time() + _SAVE_EVERY_S
                await self._save(self._saved)

    def _take(self) -> None:
        confirmed, now_ms = self._ports.store.confirmed, clock.now_ms()
        while confirmed:
            self._ledger.add(confirmed.popleft(), now_ms)

    async def _audit_all(self, stop: asyncio.Event) -> None:
        while not await wait_for_stop(stop, self._tick_s):
            if self._owed is not None:
                await self._ask_for_owed(self._owed)
            await self._round(stop)
            await self._record_losses()

    async def _ask_for_owed(self, owed: OwedReadings) -> None:
        """Ask the gateways that were heard since the last time for what all of them are to send again."""
        heard, self._ports.store.heard = self._ports.store.heard, set()
        try:
            due = await self._thread.run(owed.due, list(heard), clock.now_ms())
        except sqlite3.Error as error:
            log.warning("can't look for readings that gateways are to send again: %s; trying again", error)
            return
        for sender, span in due:
            since, until = iso_utc(span.from_ms, "seconds"), iso_utc(span.to_ms, "seconds")
            log.info("%s/%s: asking for its readings from %s to %s again", sender.operator, sender.gateway, since, until)
            self._ports.ask(sender, Ask(since_ms=span.from_ms, until_ms=span.to_ms))

    async def _round(self, stop: asyncio.Event) -> None:
        """Audit all parts that are due, a few at a time, with rests between them. A gateway whose audit fails does not stop the others'."""
        loop, failures = asyncio.get_running_loop(), 0
        for sender, begins in self._ledger.due(clock.now_ms()).items():
            waiting = iter(begins)
            while some := list(islice(waiting, _PARTS_AT_ONCE)):
                begun_s = loop.time()
                try:
                    await self._audit(sender, some)
                except StoreUnavailable as error:
                    self._report_unavailable(str(error))
                    self._verdicts.postpone(sender, some, clock.now_ms())
                    failures += 1
                    if failures == _FAILURES_A_ROUND:
                        return
                if await wait_for_stop(stop, _REST * (loop.time() - begun_s)):
                    return

    async def _audit(self, sender: GatewayId, begins: Iterable[int]) -> None:
        """Compare some parts of a gateway with the store, and ask the gateway for what is missing.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        parts = self._ledger.gateways.get(sender, {})
        expected = {begin_ms: self._expected(sender, begin_ms) for begin_ms in begins if begin_ms in parts}
        found = await self._thread.run(self._compare, sender, expected)
        self._unavailable = None
        now_ms, part_ms = clock.now_ms(), self._ledger.part_ms
        for span in self._verdicts.apply(sender, found, part_ms, now_ms):
            self._ports.ask(sender, Ask(since_ms=span.from_ms, until_ms=span.to_ms))
        for message in self._verdicts.messages:
            log.warning("%s", message)
        self._verdicts.messages.clear()

    async def _record_losses(self) -> None:
        """Store which parts are lost; what the store does not accept now waits."""
        waiting = dict(self._verdicts.lost)
        if waiting and await self._ports.record(list(waiting.values())):
            for key, part in waiting.items():
                if self._verdicts.lost.get(key) == part:
                    del self._verdicts.lost[key]

    def _expected(self, sender: GatewayId, begin_ms: int) -> Expected:
        part = self._ledger.gateways[sender][begin_ms]
        documents = ((self._ports.store.documents.get((sender, schema)), counts[:]) for schema, counts in part.counts.items())
        known = [(document, counts) for document, counts in documents if document is not None]
        return Expected(frozenset(begin_ms + offset for offset in part.batches), known)

    def _compare(self, sender: GatewayId, expected: dict[int, Expected]) -> dict[int, Shortfall]:
        if self._reader is None:
            self._reader = self._ports.open_reader()
        return shortfalls(sender, expected, self._ledger.part_ms, self._reader)

    def _report_unavailable(self, error: str) -> None:
        if self._unavailable is None:
            log.warning("can't audit what was confirmed: %s; trying again", error)
        self._unavailable = error

    async def _load(self) -> None:
        """Open the file of the ledger, and load what an earlier run confirmed."""
        try:
            self._owed = await self._thread.run(self._ports.open_owed)
            self._saved = await self._thread.run(self._ports.open_saved)
            self._ledger.restore(await self._thread.run(self._saved.load, self._ledger.oldest_ms(clock.now_ms())))
        except sqlite3.Error as error:
            log.warning("can't read what was confirmed before this start: %s; it is not audited", error)

    async def _save(self, saved: SavedParts) -> None:
        """Save the parts that changed."""
        changed = [(sender, begin_ms, part) for sender, begin_ms, part in self._ledger.all() if part.changed]
        rows = [(sender, begin_ms, encode_part(part)) for sender, begin_ms, part in changed]
        for _, _, part in changed:
            part.changed = False
        try:
            await self._thread.run(saved.save, rows, self._ledger.oldest_ms(clock.now_ms()))
        except sqlite3.Error as error:
            log.warning("can't save what was confirmed: %s; after a restart it is not audited", error)
            for _, _, part in changed:
                part.changed = True

    def lost_parts(self) -> int:
        """Return how many parts did not come again."""
        return sum(self._verdicts.is_given_up(part) for _, _, part in self._verdicts.missing())

    def samples(self) -> Iterable[Metric]:
        """Yield the audit's counters; parts are ten minutes of one gateway."""
        missing = list(self._verdicts.missing())
        counts = self._verdicts.counts
        yield counter("street_audit_parts", "Audits of ten minutes of a gateway", counts.audited)
        yield gauge("street_audit_missing", "Parts of ten minutes of which the store lost readings", len(missing))
        yield counter("street_audit_asked", "Requests to gateways for readings that the store lost", counts.asked)
        yield counter("street_audit_repaired", "Parts of ten minutes that were restored", counts.repaired)
        yield gauge("street_audit_unrecoverable", "Parts of ten minutes that did not come again", self.lost_parts())
        yield counter("street_audit_skipped", "Batches that are not audited, or no longer", self._ledger.skipped)

    def health(self) -> dict[str, object]:
        """Return what is missing, and what became of it, in parts of ten minutes of one gateway."""
        missing = list(self._verdicts.missing())
        counts = self._verdicts.counts
        report: dict[str, object] = {
            "missing": len(missing),
            "asked": counts.asked,
            "repaired": counts.repaired,
            "unrecoverable": self.lost_parts(),
        }
        return report if self._unavailable is None else report | {"unavailable": self._unavailable}

    def alarms(self) -> list[str]:
        """Return sentences about what the store lost."""
        missing = sorted(self._verdicts.missing(), key=lambda one: (one[1], one[0]))
        lost = [one for one in missing if self._verdicts.is_given_up(one[2])]
        awaited = [one for one in missing if not self._verdicts.is_given_up(one[2])]
        found = []
        if awaited:
            found.append(f"the store lost readings that it had confirmed: {_listed(awaited)}; the gateways are asked for them again")
        if lost:
            found.append(f"readings that the store lost did not come again: {_listed(lost)}; 'gateway audit' at the gateway lists them")
        if self._unavailable is not None:
            found.append(f"confirmed readings are not audited: {self._unavailable}")
        return found


def _listed(parts: list[tuple[GatewayId, int, Part]]) -> str:
    shown = [f"{sender.operator}/{sender.gateway} from {iso_utc(begin_ms, 'seconds')}" for sender, begin_ms, _ in parts[:_SHOWN]]
    return ", ".join([*shown, f"and {len(parts) - _SHOWN} more"] if len(parts) > _SHOWN else shown)
