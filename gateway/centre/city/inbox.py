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


_SHARE = 0.2
"""One gateway's batches take at most this share of the time. A gateway of 10,000 values a second takes a hundredth of it."""

_AT_ONCE_S = 0.25
"""After a while without work for a gateway, so much is done before it rests."""

_LONGEST_REST_S = 2.0
"""The machine may have stood still during the work: that is not the gateway's fault."""


class CityInbox:
    """Lets batches wait for their gateway's turn. Without room the oldest of a gateway are dropped: newer readings replace older ones.

    A gateway whose batches took more than their share of the time rests: what it sends costs others nothing, however much that is.
    """

    def __init__(self) -> None:
        self._queue = FairQueue[Received](keep_newest=True)
        self._paid_s: dict[GatewayId, float] = {}
        """Until when each gateway has used its share of the time."""
        self._resting: set[GatewayId] = set()
        self._waits_since_s: dict[GatewayId, float] = {}
        """Since when a gateway waits for its turn; then its other batches wait for itself."""
        self._dropped_s: dict[Owner, float] = {}

    def __bool__(self) -> bool:
        return bool(self._queue)

    def is_due(self, now_s: float) -> bool:
        """Return whether a batch waits whose gateway does not rest."""
        self._wake(now_s)
        return self._queue.has_turns

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

    def take(self, now_s: float) -> Generator[Received, None, None]:
        """Yield a round of batches, in turn of the gateways. Close the generator to end the round early."""
        self._wake(now_s)
        for one in self._queue.take():
            self._waits_since_s.pop(one.sender, None)
            yield one

    def spend(self, sender: GatewayId, work_s: float, now_s: float) -> None:
        """Note how long the work for a gateway took. Beyond its share, it rests until it has made up for that."""
        paid_s = max(self._paid_s.get(sender, 0.0), now_s - _AT_ONCE_S / _SHARE) + work_s / _SHARE
        self._paid_s[sender] = min(paid_s, now_s + _LONGEST_REST_S)
        if paid_s > now_s:
            self._resting.add(sender)
            self._queue.set_resting(sender, resting=True)

    def _wake(self, now_s: float) -> None:
        for sender in [one for one in self._resting if self._paid_s[one] <= now_s]:
            self._resting.remove(sender)
            self._queue.set_resting(sender, resting=False)

    def dropped_since(self, since_s: float) -> list[Owner]:
        """Return the gateways that sent batches since then for which others were dropped."""
        return [owner for owner, at_s in self._dropped_s.items() if at_s >= since_s]

    def late_s(self, now_s: float) -> float:
        """Return how long the gateway that waits longest waits for others; one that rests waits for itself."""
        since = (max(since_s, self._paid_s.get(sender, since_s)) for sender, since_s in self._waits_since_s.items())
        return max(0.0, now_s - min(since, default=now_s))
