"""The orders about firmware that a gateway has received, and what became of each, over a restart."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from gateway.host.files import write_whole
from gateway.model.messages import FirmwareAnswer, FirmwareOrder

_KEPT = 500
"""Orders of which the gateway remembers what became: a centre repeats an order for a night at most."""

FINAL = frozenset({"succeeded", "failed", "refused"})
"""The states in which an order ends."""


class LedgerOrder(msgspec.Struct):
    """An order about a device, and the last answer to it."""

    device: str
    order: FirmwareOrder
    answer: FirmwareAnswer


_decode = msgspec.json.Decoder(dict[str, LedgerOrder]).decode


class OrderLedger:
    """The orders by name. It writes the file as a whole, before an order is followed and when it has ended.

    Raises:
        OSError: The file can't be read.
        ValueError: It is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._orders = _decode(path.read_bytes()) if path.is_file() else {}

    def __getitem__(self, order: str) -> LedgerOrder | None:
        return self._orders.get(order)

    def unfinished(self) -> Iterator[LedgerOrder]:
        """Yield the orders that have not ended."""
        return (one for one in list(self._orders.values()) if one.answer.state not in FINAL)

    def put(self, device: str, order: FirmwareOrder, answer: FirmwareAnswer) -> None:
        """Remember an answer, and forget the oldest orders that have ended.

        Raises:
            OSError: It can't be written; then it is not remembered.
        """
        orders = {**self._orders, order.order: LedgerOrder(device, order, answer)}
        ended = [name for name, one in orders.items() if one.answer.state in FINAL]
        for name in ended[: max(0, len(orders) - _KEPT)]:
            del orders[name]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._path, msgspec.json.encode(orders))
        self._orders = orders

    def note(self, order: str, answer: FirmwareAnswer) -> None:
        """Remember how far an order is, in memory alone: after a restart, the update itself knows better."""
        self._orders[order].answer = answer
