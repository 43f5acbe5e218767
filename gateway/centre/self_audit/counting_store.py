"""A store that remembers what it confirmed, around the store that the ingest writes to."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic
from weakref import WeakValueDictionary

import msgspec

from gateway.centre.schemas import SchemaStreams
from gateway.centre.self_audit.counting_budget import CountingBudget
from gateway.centre.self_audit.parts import CELLS_A_PART, Confirmed, layout_of
from gateway.centre.series_rows import StoredRow
from gateway.centre.stores.port import Prepared, RefusedRow, SeriesStore, UnfitRow
from gateway.model.batch import Batch, BatchRow, Clock
from gateway.model.topics import GatewayId

_WAITING = 100_000
"""Confirmed batches that the ledger has not taken yet; it takes them every second."""


class Counted(msgspec.Struct, Generic[Prepared], frozen=True):
    """A batch in the store's form, and what will be confirmed by storing it; None if it is not audited."""

    part: Prepared
    confirmed: Confirmed | None


class CountingStore(Generic[Prepared]):
    """Passes everything to a store. Batches that it confirms completely are in `confirmed`, in their order.

    Batches without a trusted time are left out, as they may be withdrawn.
    """

    def __init__(self, store: SeriesStore[Prepared], part_ms: int, timer_s: Callable[[], float] = time.perf_counter) -> None:
        self._store, self._part_ms, self._timer_s = store, part_ms, timer_s
        self._budget = CountingBudget()
        self.documents = WeakValueDictionary[tuple[GatewayId, bytes], SchemaStreams]()
        """The documents of batches seen, as long as the ingest knows them."""
        self.confirmed = deque[Confirmed](maxlen=_WAITING)
        self.heard = set[GatewayId]()
        """The gateways whose batches were seen since this was emptied."""

    def prepare(
        self, batch: Batch, rows: Sequence[BatchRow], document: SchemaStreams, extra: StoredRow
    ) -> tuple[Counted[Prepared], list[UnfitRow]]:
        """Return a batch in the store's form, with what it contains."""
        self.heard.add(extra.origin.sender)
        prepared, unfit = self._store.prepare(batch, rows, document, extra)
        if unfit or batch.clock is Clock.UNSYNCED:
            return Counted(prepared, None), unfit
        sender = extra.origin.sender
        begun_s = self._timer_s()
        layout: tuple[int, ...] | None = document.derived.get(self)
        if layout is None:
            layout = document.derived[self] = layout_of(document)
            self.documents[sender, batch.schema] = document
        cells: dict[int, list[int]] = {}
        if layout[-1] <= CELLS_A_PART and self._budget.allows(sender, extra.t_ms // self._part_ms, begun_s):
            cells = self._cells(batch, rows, layout)
            self._budget.spend(self._timer_s() - begun_s)
        return Counted(prepared, Confirmed(sender, extra.t_ms, batch.schema, layout[-1], cells)), unfit

    def prepare_row(self, row: StoredRow) -> Counted[Prepared]:
        """Return a row of the centre's own in the store's form."""
        return Counted(self._store.prepare_row(row), None)

    def write(self, parts: Sequence[Counted[Prepared]]) -> list[RefusedRow]:
        """Write batches, and remember those that are stored completely."""
        refused = self._store.write([one.part for one in parts])
        partly = {row.part for row in refused}
        self.confirmed.extend(one.confirmed for number, one in enumerate(parts) if one.confirmed is not None and number not in partly)
        return refused

    def remove(self, rows: Sequence[StoredRow]) -> None:
        """Delete rows."""
        self._store.remove(rows)

    def prune(self, now_ms: int) -> bool:
        """Delete some expired rows."""
        return self._store.prune(now_ms)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _cells(self, batch: Batch, rows: Sequence[BatchRow], layout: Sequence[int]) -> dict[int, list[int]]:
        """Return the counts to increase by one, by the beginning of their part (see `Part`)."""
        found: dict[int, list[int]] = {}
        t0_ms, part_ms = batch.t0_ms, self._part_ms
        begin_ms = end_ms = 0
        cells: list[int] = []
        for row in rows:
            t_ms = t0_ms + row.dt_ms
            if not begin_ms <= t_ms < end_ms:
                begin_ms = t_ms // part_ms * part_ms
                end_ms, cells = begin_ms + part_ms, found.setdefault(begin_ms, [])
            values, first = row.values, layout[row.stream]
            if None in values:
                cells += [number for number, value in enumerate(values, first + 1) if value is not None]
            else:
                cells.append(first)
        return found
