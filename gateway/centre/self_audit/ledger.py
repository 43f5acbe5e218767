"""What this worker confirmed, by gateway and ten minutes, as far as its memory goes."""

import heapq
import time
from array import array
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from weakref import WeakKeyDictionary

from gateway.centre.schemas import SchemaStreams
from gateway.centre.self_audit.counting_budget import CountingBudget
from gateway.centre.self_audit.parts import PART_MS, Part, numbers
from gateway.model.batch import Batch, Clock, rows_of
from gateway.model.topics import GatewayId

_BATCHES_A_PART, _CELLS_A_PART = 2000, 20_000
"""More of one gateway in one part are not remembered, and so not audited."""


class LedgerSettings(NamedTuple):
    """How much is remembered: for how long, and how many numbers of four bytes; and how soon a part is audited after its last change."""

    part_ms: int = PART_MS
    keep_ms: int = 86_400_000
    settle_ms: int = 120_000
    weight: int = 8_000_000


class ConfirmedLedger:
    """Remembers each confirmed batch once, and counts its values.

    Batches without a trusted time are left out: they may be withdrawn. Beyond the limit of memory, the gateway with the most loses its
    oldest part.
    """

    def __init__(self, settings: LedgerSettings = LedgerSettings(), timer_s: Callable[[], float] = time.perf_counter) -> None:  # noqa: B008 — a constant
        self._settings, self._timer_s = settings, timer_s
        self._budget = CountingBudget()
        self._layouts = WeakKeyDictionary[SchemaStreams, tuple[int, ...]]()
        self._weight = 0
        self.gateways: dict[GatewayId, dict[int, Part]] = {}
        self.heard_ms: dict[GatewayId, int] = {}
        """When a batch of a gateway was confirmed last, also one that was known."""
        self.skipped = 0
        """Batches that are not audited: too old, without a trusted time, or beyond a limit; and those of forgotten parts."""

    def add(self, sender: GatewayId, batch: Batch, row_ms: int, document: SchemaStreams, now_ms: int) -> None:
        """Remember a confirmed batch, given the time of its row in `uplink`."""
        begin_ms = row_ms // self._settings.part_ms * self._settings.part_ms
        part = None if batch.clock is Clock.UNSYNCED else self._part(sender, begin_ms, now_ms)
        if part is None:
            self.skipped += 1
            return
        self.heard_ms[sender] = now_ms
        if row_ms - begin_ms in part.batches:
            return
        if len(part.batches) >= _BATCHES_A_PART:
            self.skipped += 1
            return
        self._change(part, begin_ms, now_ms)
        part.batches.append(row_ms - begin_ms)
        self._weight += 1
        begun_s = self._timer_s()
        if self._budget.allows(sender, begin_ms // self._settings.part_ms, begun_s):
            self._count(sender, batch, document, now_ms)
            self._budget.spend(self._timer_s() - begun_s)
        if self._weight > self._settings.weight:
            self._shrink()

    def _part(self, sender: GatewayId, begin_ms: int, now_ms: int) -> Part | None:
        """Return a part, a new one if need be; None if it is too old, or in the future."""
        settings = self._settings
        if not self.oldest_ms(now_ms) <= begin_ms <= now_ms + settings.part_ms:
            return None
        parts = self.gateways.setdefault(sender, {})
        part = parts.get(begin_ms)
        if part is None:
            part = parts[begin_ms] = Part(0)
            self._change(part, begin_ms, now_ms)
            self._weight += part.weight
        return part

    def _change(self, part: Part, begin_ms: int, now_ms: int) -> None:
        part.due_ms = max(now_ms, begin_ms + self._settings.part_ms) + self._settings.settle_ms
        part.good, part.changed = 0, True

    def _count(self, sender: GatewayId, batch: Batch, document: SchemaStreams, now_ms: int) -> None:
        layout = self._layouts.get(document)
        if layout is None:
            layout = self._layouts[document] = layout_of(document)
        if layout[-1] > _CELLS_A_PART:
            return
        part_ms, counted_ms, counts = self._settings.part_ms, -1, numbers(0)
        for row in rows_of(batch):
            begin_ms = (batch.t0_ms + row.dt_ms) // part_ms * part_ms
            if begin_ms != counted_ms:
                counted_ms, counts = begin_ms, self._counts(sender, begin_ms, batch.schema, layout[-1], now_ms)
            first, values = layout[row.stream], row.values
            if None not in values:
                counts[first] += 1
                continue
            for number, value in enumerate(values, first + 1):
                if value is not None:
                    counts[number] += 1

    def _counts(self, sender: GatewayId, begin_ms: int, schema: bytes, cells: int, now_ms: int) -> "array[int]":
        """Return where to count; for a part that is not audited, an array that is thrown away."""
        part = self._part(sender, begin_ms, now_ms)
        if part is None:
            return numbers(cells)
        self._change(part, begin_ms, now_ms)
        counts = part.counts.get(schema)
        if counts is None:
            counts = numbers(cells)
            if sum(map(len, part.counts.values())) + cells <= _CELLS_A_PART:
                part.counts[schema] = counts
                self._weight += cells
        return counts

    @property
    def part_ms(self) -> int:
        """The length of a part."""
        return self._settings.part_ms

    def oldest_ms(self, now_ms: int) -> int:
        """Return the earliest beginning of a part that is remembered."""
        return now_ms - self._settings.keep_ms

    def due(self, now_ms: int) -> dict[GatewayId, list[int]]:
        """Forget parts that are too old; return the beginnings of the parts to audit, by gateway."""
        found: dict[GatewayId, list[int]] = {}
        oldest_ms = self.oldest_ms(now_ms)
        for sender, parts in list(self.gateways.items()):
            for begin_ms in [begin_ms for begin_ms in parts if begin_ms < oldest_ms]:
                del parts[begin_ms]
            if not parts:
                del self.gateways[sender]
                self.heard_ms.pop(sender, None)
                continue
            due = sorted(begin_ms for begin_ms, part in parts.items() if part.due_ms <= now_ms)
            if due:
                found[sender] = due
        self._weight = sum(part.weight for _, _, part in self.all())
        return found

    def all(self) -> Iterator[tuple[GatewayId, int, Part]]:
        """Yield every part with its gateway and beginning."""
        for sender, parts in self.gateways.items():
            for begin_ms, part in parts.items():
                yield sender, begin_ms, part

    def restore(self, saved: Mapping[tuple[GatewayId, int], Part]) -> None:
        """Add parts that an earlier run saved."""
        for (sender, begin_ms), part in saved.items():
            if begin_ms % self._settings.part_ms == 0:
                self.gateways.setdefault(sender, {})[begin_ms] = part

    def _shrink(self) -> None:
        """Forget the oldest part of the gateway with the most, until a tenth of the memory is free."""
        weights = [(-sum(part.weight for part in parts.values()), sender) for sender, parts in self.gateways.items()]
        heapq.heapify(weights)
        self._weight = -sum(weight for weight, _ in weights)
        while weights and self._weight > 0.9 * self._settings.weight:
            weight, sender = heapq.heappop(weights)
            parts = self.gateways[sender]
            part = parts.pop(min(parts))
            self.skipped += len(part.batches)
            self._weight -= part.weight
            if parts:
                heapq.heappush(weights, (weight + part.weight, sender))
            else:
                del self.gateways[sender]


def layout_of(document: SchemaStreams) -> tuple[int, ...]:
    """Return where the counts of each stream begin, and in the end how many there are: for each stream one, and one for each field."""
    first, found = 0, []
    for one in document.origins:
        found.append(first)
        first += 1 + len(one.stream.fields)
    return (*found, first)
