"""Loans of a line: exclusive use for a borrower, such as a scan or a firmware update, between the polls of the line's devices."""

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager

from gateway.fieldbus.wire.port import WireError

LONGEST_S = 60.0
"""No loan is longer, so that a borrower with much to do leaves the line's devices their polls in between."""

_PATIENCE_S = 3.0
"""A gentle loan begins after so long at the latest: the line may never be idle."""


class _Loan:
    """One loan: granted by the line's owner, and returned by the borrower or recalled when its time is up."""

    def __init__(self, for_s: float, *, gently: bool) -> None:
        self.for_s = for_s
        self.busy_until_s = asyncio.get_running_loop().time() + _PATIENCE_S if gently else -math.inf
        self.ends_s = math.inf
        self.granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.returned = asyncio.Event()
        self._limit: asyncio.Timeout | None = None

    @asynccontextmanager
    async def used(self) -> AsyncIterator[None]:
        """Raise TimeoutError in the borrower when its time is up."""
        async with asyncio.timeout_at(self.ends_s) as self._limit:
            yield

    def recall(self) -> None:
        """End the loan now."""
        self.ends_s = asyncio.get_running_loop().time()
        if self._limit is not None and not self._limit.expired() and not self.returned.is_set():
            self._limit.reschedule(self.ends_s)


class Lending:
    """The loans of a line. After each one the line is polled for at least as long as it was lent. `wake` is called when one is wanted.

    `aside` has the names of the devices that borrowers have set aside: they are not polled.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._wanted: deque[_Loan] = deque()
        self._not_before_s = -math.inf
        self._closed = False
        self.aside: set[str] = set()

    @contextmanager
    def setting_aside(self, devices: Collection[str]) -> Iterator[None]:
        """Leave devices alone until the context exits, as while a borrower updates their firmware: their readings say `GoodNoData`."""
        mine = set(devices) - self.aside
        self.aside |= mine
        try:
            yield
        finally:
            self.aside -= mine
            self._wake()

    @asynccontextmanager
    async def lend(self, for_s: float, *, gently: bool = False) -> AsyncIterator[float]:
        """Wait for the line and lend it; see `LineOwner.lend`."""
        if self._closed:
            raise WireError("the line has stopped")
        loan = _Loan(for_s, gently=gently)
        self._wanted.append(loan)
        self._wake()
        try:
            await loan.granted
            async with loan.used():
                yield loan.ends_s
        finally:
            loan.returned.set()
            if loan in self._wanted:
                self._wanted.remove(loan)

    def due_s(self, *, idle: bool) -> float:
        """Return when the next loan may begin, if the line is idle now or not; infinite if none is wanted."""
        if not self._wanted:
            return math.inf
        return self._not_before_s if idle else max(self._not_before_s, self._wanted[0].busy_until_s)

    async def grant(self, stop: asyncio.Event, *, polled: bool = True) -> None:
        """Lend the line to the next borrower until it is returned; recall it when `stop` is set.

        If none of the line's devices is `polled`, the next loan may follow at once.
        """
        loan = self._wanted.popleft()
        if loan.granted.done():
            return
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        loan.ends_s = began_s + min(loan.for_s, LONGEST_S)
        loan.granted.set_result(None)
        stopped, returned = asyncio.create_task(stop.wait()), asyncio.create_task(loan.returned.wait())
        try:
            await asyncio.wait((stopped, returned), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            if not loan.returned.is_set():
                loan.recall()
        await returned
        ended_s = loop.time()
        self._not_before_s = ended_s + (ended_s - began_s) if polled else ended_s

    def open(self) -> None:
        """Accept requests for loans (again): the line runs."""
        self._closed = False

    def close(self) -> None:
        """Refuse all loans from now on: the line has stopped."""
        self._closed = True
        for loan in self._wanted:
            if not loan.granted.done():
                loan.granted.set_exception(WireError("the line has stopped"))
        self._wanted.clear()
