"""The audit of a site: its journal, receipts and store, as far as the site file has them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from gateway.audit.batches import AuditedRun, audit_runs, numbers_in
from gateway.audit.readings import CutOut, cut_out
from gateway.audit.values import Altered, altered
from gateway.centre.stores.port import StoreReader
from gateway.config.site_file import LoadedSite
from gateway.journal import inspect
from gateway.journal.entries import Gap

_LONGEST_FLUSH_MS, _MARGIN_MS = 60_000, 1000


class RecordedGap(msgspec.Struct):
    """A loss that the gateway recorded."""

    from_ms: int | None
    to_ms: int
    readings: int
    reason: str


class Audit(msgspec.Struct):
    """The result of an audit. `lost_readings` of gaps without batch numbers were never part of a batch."""

    good: bool
    compared_with_store: bool
    runs: list[AuditedRun]
    cut_out: list[CutOut]
    altered: list[Altered]
    gaps: list[RecordedGap]
    lost_readings: int

    @property
    def replay_span(self) -> tuple[int, int] | None:
        """The times between which to replay batches to restore the readings cut out; None if there are none."""
        if not self.cut_out:
            return None
        # A batch begins before its readings, by at most the time between two flushes.
        return min(one.from_ms for one in self.cut_out) - _LONGEST_FLUSH_MS, max(one.to_ms for one in self.cut_out) + _MARGIN_MS


def audit_site(loaded: LoadedSite, since_ms: int, store: StoreReader | None, wait: Callable[[float], None]) -> Audit:
    """Compare the journal of a site's gateway with its receipts, and with the store if there is one.

    `wait` waits a number of seconds, before missing data is looked for a second time in a store that shows it with a delay.

    Raises:
        StoreUnavailable: The store does not answer.
        OSError: The journal can't be read.
        sqlite3.Error: The journal can't be read.
        BatchError: The journal is damaged.
    """
    site, edge = loaded.site.site, loaded.edge
    path = None if edge is None else Path(edge.journal.path)
    me = None if edge is None else edge.id
    runs, gaps = ([], []) if path is None else (inspect.epochs(path, since_ms), inspect.gaps(path, since_ms))
    if store is None:
        return _audit(audit_runs(me, runs, gaps, None), [], [], gaps, compared_with_store=False)

    def wait_for_store() -> None:
        if store.shows_within_s:
            wait(store.shows_within_s)

    found = audit_runs(me, runs, gaps, numbers_in(store, site, since_ms))
    if any(one.missing for one in found):
        wait_for_store()
        found = audit_runs(me, runs, gaps, numbers_in(store, site, since_ms))
    if path is None or me is None:
        return _audit(found, [], [], gaps, compared_with_store=True)
    cut = cut_out(lambda: inspect.rows(path, since_ms), me, store, since_ms, wait_for_store)
    return _audit(found, cut, altered(inspect.rows(path, since_ms), me, store), gaps, compared_with_store=True)


def _audit(runs: list[AuditedRun], cut: list[CutOut], other: list[Altered], gaps: Sequence[Gap], *, compared_with_store: bool) -> Audit:
    good = not cut and not other and not any(one.missing or one.unknown for one in runs)
    recorded = [RecordedGap(gap.from_ms, gap.to_ms or gap.at_ms, gap.readings, gap.reason) for gap in gaps]
    return Audit(good, compared_with_store, runs, cut, other, recorded, sum(gap.readings for gap in gaps))
