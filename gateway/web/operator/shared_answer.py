"""One answer for all viewers: a query runs once in a while, however many ask."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from gateway.centre.stores.port import StoreUnavailable

Answer = TypeVar("Answer")


class SharedAnswer(Generic[Answer]):
    """Asks a store, and returns the same answer, or the same failure, for a time.

    Args:
        ask: Asks the store; may raise StoreUnavailable.
        keep_s: How long its answer is returned.
        now_s: A monotonic clock.
    """

    def __init__(self, ask: Callable[[], Awaitable[Answer]], keep_s: float, now_s: Callable[[], float] = time.monotonic) -> None:
        self._ask, self._keep_s, self._now_s = ask, keep_s, now_s
        self._asking = asyncio.Lock()
        self._kept: Answer | StoreUnavailable | None = None
        self._until_s = float("-inf")

    async def get(self) -> Answer:
        """Return the answer.

        Raises:
            StoreUnavailable: The store does not answer, or did not a moment ago.
        """
        async with self._asking:
            if self._kept is None or self._now_s() >= self._until_s:
                try:
                    self._kept = await self._ask()
                except StoreUnavailable as error:
                    self._kept = error
                self._until_s = self._now_s() + self._keep_s
            kept = self._kept
        if isinstance(kept, StoreUnavailable):
            raise StoreUnavailable(str(kept))
        return kept
