"""Batches that the city plane has received and not used yet. Pure."""

from collections.abc import Generator
from typing import NamedTuple

from gateway.centre.city.asset import Owner
from gateway.centre.fair_queue import FairQueue, Waits
from gateway.model.topics import GatewayId


class Received(NamedTuple):
    """A batch and who sent it."""

    sender: GatewayId
    payload: bytes


class CityInbox:
    """Lets batches wait for their gateway's turn. Without room the oldest of a gateway are dropped: newer readings replace older ones."""

    def __init__(self) -> None:
        self._queue = FairQueue[Received](keep_newest=True)
        self._waits_since_s: dict[GatewayId, float] = {}
        """Since when a gateway waits for its turn; then its other batches wait for itself."""
        self._dropped_s: dict[Owner, float] = {}

    def __bool__(self) -> bool:
        return bool(self._queue)

    @property
    def dropped(self) -> int:
        """How many batches there was no room for."""
        return self._queue.dropped

    def put(self, sender: GatewayId, payload: bytes, now_s: float) -> None:
        """Let a batch wait."""
        before = self._queue.dropped
        if self._queue.put(sender, Received(sender, payload)) is Waits.FIRST:
            self._waits_since_s[sender] = now_s
        if self._queue.dropped > before:
            self._dropped_s[sender.operator, sender.gateway] = now_s

    def take(self) -> Generator[Received, None, None]:
        """Yield a round of batches, in turn of the gateways. Close the generator to end the round early."""
        for one in self._queue.take():
            self._waits_since_s.pop(one.sender, None)
            yield one

    def dropped_since(self, since_s: float) -> list[Owner]:
        """Return the gateways that sent batches since then for which others were dropped."""
        return [owner for owner, at_s in self._dropped_s.items() if at_s >= since_s]

    def late_s(self, now_s: float) -> float:
        """Return how long the gateway that waits longest waits for others."""
        return max((now_s - since_s for since_s in self._waits_since_s.values()), default=0.0)
