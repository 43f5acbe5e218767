"""What this worker confirmed, by gateway and ten minutes, as far as its memory goes."""

import heapq
from array import array
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gateway.centre.self_audit.parts import BATCHES_A_PART, CELLS_A_PART, DOCUMENTS_A_PART, OVERHEAD, PART_MS, Confirmed, Part, numbers
from gateway.model.topics import GatewayId


class LedgerSettings(NamedTuple):
    """How much is remembered: for how long, and how many numbers of four bytes; and how soon a part is audited after its last change."""

    part_ms: int = PART_MS
    keep_ms: int = 86_400_000
    settle_ms: int = 120_000
    weight: int = 8_000_000


class ConfirmedLedger:
    """Remembers each confirmed batch once, and counts its values.

    Beyond the limit of memory, the gateway with the most loses its oldest part.
    """

    def __init__(self, settings: LedgerSettings = LedgerSettings()) -> None:  # noqa: B008 — a constant
        self._settings = settings
        self._weight = 0
        self.gateways: dict[GatewayId, dict[int, Part]] = {}
        self.heard_ms: dict[GatewayId, int] = {}
        """When a batch of a gateway was confirmed last, also one that was known."""
        self.skipped = 0
        """Batches that are not audited, or no longer: too old, in the future, or beyond a limit."""

    def add(self, one: Confirmed, now_ms: int) -> None:
        """Remember a confirmed batch, once."""
        offset_ms = one.row_ms % self._settings.part_ms
        begin_ms = one.row_ms - offset_ms
        part = self._part(one.sender, begin_ms, now_ms)
        if part is None:
            self.skipped += 1
            return
        self.heard_ms[one.sender] = now_ms
        if offset_ms > part.newest:
            part.newest = offset_ms
        elif offset_ms in part.batches:
            return
        if len(part.batches) >= BATCHES_A_PART:
            self.skipped += 1
            return
        self._change(part, begin_ms, now_ms)
        part.batches.append(offset_ms)
        self._weight += 1
        for cells_begin_ms, cells in one.cells.items():
            counts = self._counts(one, part if cells_begin_ms == begin_ms else self._changed(one.sender, cells_begin_ms, now_ms))
            if counts is not None:
                for cell in cells:
                    counts[cell] += 1
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

    def _changed(self, sender: GatewayId, begin_ms: int, now_ms: int) -> Part | None:
        """Return a part that is about to change; None if it is not audited."""
        part = self._part(sender, begin_ms, now_ms)
        if part is not None:
            self._change(part, begin_ms, now_ms)
        return part

    def _counts(self, one: Confirmed, part: Part | None) -> "array[int] | None":
        """Return where to count in a part; None if that is not audited, or too large."""
        if part is None:
            return None
        counts = part.counts.get(one.schema)
        if counts is not None or len(part.counts) >= DOCUMENTS_A_PART:
            return counts
        if sum(map(len, part.counts.values())) + one.width <= CELLS_A_PART:
            counts = part.counts[one.schema] = numbers(one.width)
            self._weight += one.width + OVERHEAD
        return counts

    @property
    def part_ms(self) -> int:
        """The length of a part."""
        return self._settings.part_ms

    def oldest_ms(self, now_ms: int) -> int:
        """Return the earliest beginning of a part that is remembered."""
        return now_ms - self._settings.keep_ms

    def due(self, now_ms: int) -> dict[GatewayId, list[int]]:
        """Forget parts that are too old; return the beginnings of the parts to audit by gateway, the one first that waits longest."""
        found: dict[GatewayId, list[int]] = {}
        since_ms: dict[GatewayId, int] = {}
        oldest_ms = self.oldest_ms(now_ms)
        for sender, parts in list(self.gateways.items()):
            for begin_ms in [begin_ms for begin_ms in parts if begin_ms < oldest_ms]:
                self._weight -= parts.pop(begin_ms).weight
            if not parts:
                del self.gateways[sender]
                self.heard_ms.pop(sender, None)
                continue
            due = sorted(begin_ms for begin_ms, part in parts.items() if part.due_ms <= now_ms)
            if due:
                found[sender], since_ms[sender] = due, min(parts[begin_ms].due_ms for begin_ms in due)
        return dict(sorted(found.items(), key=lambda one: since_ms[one[0]]))

    def all(self) -> Iterator[tuple[GatewayId, int, Part]]:
        """Yield every part with its gateway and beginning."""
        for sender, parts in self.gateways.items():
            for begin_ms, part in parts.items():
                yield sender, begin_ms, part

    def restore(self, saved: Mapping[tuple[GatewayId, int], Part]) -> None:
        """Add parts that an earlier run saved."""
        for (sender, begin_ms), part in saved.items():
            self.gateways.setdefault(sender, {})[begin_ms] = part
            self._weight += part.weight

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
