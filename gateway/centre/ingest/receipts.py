"""What the centre says to each gateway of its batches."""

from collections import defaultdict
from collections.abc import Iterable

from gateway.model.batch import Batch
from gateway.model.messages import Receipt, Refusal
from gateway.model.topics import GatewayId


class Receipts:
    """Collects what is to be said to each gateway about each epoch."""

    def __init__(self) -> None:
        self._stored: dict[tuple[GatewayId, bytes], set[int]] = defaultdict(set)
        self._retry: dict[tuple[GatewayId, bytes], list[Refusal]] = defaultdict(list)
        self._rejected: dict[tuple[GatewayId, bytes], list[Refusal]] = defaultdict(list)
        self._partly: dict[tuple[GatewayId, bytes], list[Refusal]] = defaultdict(list)

    def stored(self, sender: GatewayId, found: Batch) -> None:
        """Note that a batch is stored."""
        self._stored[sender, found.epoch].add(found.seq)

    def retry(self, sender: GatewayId, found: Batch, reason: str) -> None:
        """Note that a batch is wanted again."""
        self._retry[sender, found.epoch].append(Refusal(found.seq, reason))

    def rejected(self, sender: GatewayId, found: Batch, reason: str) -> None:
        """Note that a batch can never be stored."""
        self._rejected[sender, found.epoch].append(Refusal(found.seq, reason))

    def partly(self, sender: GatewayId, found: Batch, reason: str) -> None:
        """Note that a batch is stored but for a part of it."""
        self.stored(sender, found)
        self._partly[sender, found.epoch].append(Refusal(found.seq, reason))

    def all(self) -> Iterable[tuple[GatewayId, Receipt]]:
        """Give one receipt a gateway and epoch."""
        for key in sorted(self._stored.keys() | self._retry.keys() | self._rejected.keys()):
            sender, epoch = key
            yield sender, Receipt(epoch.hex(), ranges(self._stored[key]), self._retry[key], self._rejected[key], self._partly[key])


def ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Give numbers as ranges, both ends included."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
