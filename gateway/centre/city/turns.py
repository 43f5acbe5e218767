"""The assets whose messages wait to be published: one of each gateway in turn, and of one gateway only so many in a second. Pure."""

from collections import deque
from collections.abc import Generator
from heapq import heappop, heappush
from itertools import count

from gateway.centre.city.asset import Asset, Owner

TICK_S = 0.25
"""How often due messages are published; each may be this late."""

MOST_OF_ONE = 100
"""Messages of one gateway in a tick: 2,000 lamps that are switched on together are published within 5 s."""

_LOOKED_AT = 2000
"""Assets in a turn: most have no news, which takes some 10 µs to see."""


class _Line:
    """The assets of one gateway that wait, the one due first at the head, and how many were published in the current tick."""

    def __init__(self) -> None:
        self.waiting: list[tuple[float, int, Asset]] = []
        self.throttled_s = self.taken_s = float("-inf")
        self._tick, self._published = 0, 0

    def is_due(self, now_s: float, most: int) -> bool:
        return bool(self.waiting) and self.waiting[0][0] <= now_s and (self._tick != now_s // TICK_S or self._published < most)

    def published(self, now_s: float, most: int) -> None:
        if self._tick != now_s // TICK_S:
            self._tick, self._published = int(now_s // TICK_S), 0
        self._published += 1
        if self._published >= most:
            self.throttled_s = now_s


class Turns:
    """Assets by gateway. `take` returns those that are due: one of each gateway, again and again, beginning with who waited longest."""

    def __init__(self, most_of_one: int = MOST_OF_ONE) -> None:
        self._most, self._number = most_of_one, count()
        self._lines: dict[Owner, _Line] = {}
        self._order: dict[Owner, None] = {}
        """The gateways with assets that wait."""

    def add(self, owner: Owner, asset: Asset, now_s: float) -> None:
        """Let an asset wait until it is due, unless it waits already."""
        if asset.waits:
            return
        asset.waits = True
        heappush(self._lines.setdefault(owner, _Line()).waiting, (max(asset.due_s, now_s), next(self._number), asset))
        self._order[owner] = None

    def take(self, now_s: float) -> Generator[tuple[Owner, Asset], None, None]:
        """Yield the assets that are due, with their gateways, at most a turn of them. Close the generator to end the turn early."""
        turn = deque(owner for owner in self._order if self._lines[owner].is_due(now_s, self._most))
        for _ in range(_LOOKED_AT):
            if not turn:
                return
            owner = turn.popleft()
            line = self._lines[owner]
            asset = heappop(line.waiting)[2]
            asset.waits, line.taken_s = False, now_s
            del self._order[owner]
            if line.waiting:
                self._order[owner] = None
            if not asset.forgotten:
                yield owner, asset
            if line.is_due(now_s, self._most):
                turn.append(owner)

    def published(self, owner: Owner, now_s: float) -> None:
        """Note that a message of a gateway is published."""
        self._lines[owner].published(now_s, self._most)

    def late_s(self, now_s: float) -> float:
        """Return how long the gateway that waits longest waits for its turn; its other assets wait for itself."""
        lines = (self._lines[owner] for owner in self._order)
        return max((now_s - max(one.waiting[0][0], one.taken_s) for one in lines if one.is_due(now_s, self._most)), default=0.0)

    def throttled_since(self, since_s: float) -> list[Owner]:
        """Return the gateways that published as much as one may since then."""
        return [owner for owner, line in self._lines.items() if line.throttled_s >= since_s]
