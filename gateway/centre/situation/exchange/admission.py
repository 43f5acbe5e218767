"""How much each organisation may request: some at once, and so many a second for long. Pure."""

from collections import deque
from collections.abc import Iterable
from enum import Enum
from typing import Generic, TypeVar

T = TypeVar("T")

AT_ONCE_S = 20.0
"""After a silence, an organisation may request at once what it may request in so long: enough to send a plan of works."""

MOST_WAITING, MOST_WAITING_BYTES = 400, 4 << 20
"""What may wait for its turn, of one organisation."""

_REFUSALS_A_SECOND = 1.0


class Admitted(Enum):
    """What becomes of a request: it waits for its turn, it is refused with an answer, or it is dropped, as others were just refused."""

    WAITS = 1
    REFUSED = 2
    DROPPED = 3


class _Allowance:
    """So many a second, and after a silence so many at once."""

    def __init__(self, a_second: float, at_once: float) -> None:
        self._a_second, self._at_once = a_second, at_once
        self._left, self._since_s = at_once, float("-inf")

    def take(self, now_s: float) -> bool:
        self._left = min(self._at_once, self._left + (now_s - self._since_s) * self._a_second)
        self._since_s = now_s
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class _Desk(Generic[T]):
    """What one organisation requests."""

    def __init__(self, a_second: float) -> None:
        self.waiting: deque[tuple[T, int]] = deque()
        self.bytes = 0
        self.requests = _Allowance(a_second, max(1.0, AT_ONCE_S * a_second))
        self.refusals = _Allowance(_REFUSALS_A_SECOND, 1.0)


class RequestQueue(Generic[T]):
    """Requests by organisation, one of each in turn: whoever sends many waits longer, and nobody else does."""

    def __init__(self, organisations: Iterable[str], a_second: float) -> None:
        self._desks = {name: _Desk[T](a_second) for name in organisations}
        self._turns: deque[str] = deque()

    def __len__(self) -> int:
        return sum(len(desk.waiting) for desk in self._desks.values())

    def admit(self, organisation: str, request: T, size: int, now_s: float) -> Admitted:
        """Add a request of so many bytes, unless its organisation sends too many."""
        desk = self._desks[organisation]
        if len(desk.waiting) >= MOST_WAITING or desk.bytes + size > MOST_WAITING_BYTES or not desk.requests.take(now_s):
            return Admitted.REFUSED if self.may_refuse(organisation, now_s) else Admitted.DROPPED
        if not desk.waiting:
            self._turns.append(organisation)
        desk.waiting.append((request, size))
        desk.bytes += size
        return Admitted.WAITS

    def may_refuse(self, organisation: str, now_s: float) -> bool:
        """Return whether a request that is refused anyway is answered: not more than one a second is."""
        return self._desks[organisation].refusals.take(now_s)

    def next(self) -> tuple[str, T] | None:
        """Remove the request whose turn it is, and return it with its organisation; None if none waits."""
        if not self._turns:
            return None
        organisation = self._turns.popleft()
        desk = self._desks[organisation]
        request, size = desk.waiting.popleft()
        desk.bytes -= size
        if desk.waiting:
            self._turns.append(organisation)
        return organisation, request

    def clear(self) -> None:
        """Forget what waits."""
        self._turns.clear()
        for desk in self._desks.values():
            desk.waiting.clear()
            desk.bytes = 0
