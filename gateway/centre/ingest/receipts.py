"""Receipts: what the centre reports to each gateway about its batches. Pure."""

from collections import defaultdict
from collections.abc import Iterable

from gateway.model.batch import Batch
from gateway.model.messages import Receipt, Refusal, ranges_of
from gateway.model.topics import GatewayId

_Key = tuple[GatewayId, bytes]


class Receipts:
    """Collects the outcomes of batches by gateway and epoch."""

    def __init__(self) -> None:
        self._stored: dict[_Key, set[int]] = defaultdict(set)
        self._retry: dict[_Key, list[Refusal]] = defaultdict(list)
        self._rejected: dict[_Key, list[Refusal]] = defaultdict(list)
        self._partly: dict[_Key, list[Refusal]] = defaultdict(list)

    def add_stored(self, sender: GatewayId, batch: Batch) -> None:
        """Report a batch as stored."""
        self._stored[sender, batch.epoch].add(batch.seq)

    def add_retry(self, sender: GatewayId, batch: Batch, reason: str) -> None:
        """Ask for a batch again."""
        self._retry[sender, batch.epoch].append(Refusal(batch.seq, reason))

    def add_rejected(self, sender: GatewayId, batch: Batch, reason: str) -> None:
        """Reject a batch for good."""
        self._rejected[sender, batch.epoch].append(Refusal(batch.seq, reason))

    def add_partly(self, sender: GatewayId, batch: Batch, reason: str) -> None:
        """Report a batch as stored except for some readings."""
        self.add_stored(sender, batch)
        self._partly[sender, batch.epoch].append(Refusal(batch.seq, reason))

    def all(self) -> Iterable[tuple[GatewayId, Receipt]]:
        """Yield one receipt for each gateway and epoch."""
        for key in sorted(self._stored.keys() | self._retry.keys() | self._rejected.keys()):
            sender, epoch = key
            yield sender, Receipt(epoch.hex(), ranges_of(self._stored[key]), self._retry[key], self._rejected[key], self._partly[key])
