"""A store that is written to until it answers."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from gateway.centre.series_rows import StoredRow
from gateway.centre.stores.port import Prepared, RefusedRow, SeriesStore, StoreRefused, StoreUnavailable
from gateway.host.backoff import Backoff
from gateway.host.stopping import wait_for_stop
from gateway.host.threads import OneThread

log = logging.getLogger(__name__)

T = TypeVar("T")

_RETRY_FIRST_S, _RETRY_LONGEST_S = 0.5, 15.0


class Stopped(Exception):
    """The worker was told to stop while the store was unavailable."""


class RetryingStore(Generic[Prepared]):
    """Runs operations of a store in its thread, and repeats them while it is unavailable.

    `on_change` is called after every attempt that leaves the store unavailable, and when it works again.
    """

    def __init__(self, store: SeriesStore[Prepared], thread: OneThread, on_change: Callable[[], None]) -> None:
        self._store, self._thread, self._on_change = store, thread, on_change
        self._failing_since_s: float | None = None
        self.failures = 0

    @property
    def works(self) -> bool:
        """Whether the last operation succeeded."""
        return self._failing_since_s is None

    @property
    def failing_s(self) -> float:
        """How long the store has been unavailable, in seconds."""
        return 0.0 if self._failing_since_s is None else asyncio.get_running_loop().time() - self._failing_since_s

    async def write(self, parts: Sequence[Prepared], stop: asyncio.Event) -> list[RefusedRow]:
        """Write prepared batches.

        Raises:
            Stopped: `stop` was set first.
        """
        return await self._until_done(stop, self._store.write, parts) if parts else []

    async def remove(self, rows: Sequence[StoredRow], stop: asyncio.Event) -> None:
        """Delete rows.

        Raises:
            StoreRefused: The store can't delete single rows.
            Stopped: `stop` was set first.
        """
        await self._until_done(stop, self._store.remove, rows)

    async def _until_done(self, stop: asyncio.Event, operation: Callable[[Any], T], argument: Any) -> T:  # noqa: ANN401 — passed through
        backoff, begun_s = Backoff(_RETRY_FIRST_S, _RETRY_LONGEST_S), asyncio.get_running_loop().time()
        while True:
            try:
                result = await self._thread.run(operation, argument)
            except StoreRefused:
                self._succeeded()
                raise
            except StoreUnavailable as error:
                self._failed(error, begun_s)
                if await wait_for_stop(stop, backoff.failed()):
                    raise Stopped from None
            else:
                self._succeeded()
                return result

    def _failed(self, error: StoreUnavailable, begun_s: float) -> None:
        self.failures += 1
        if self._failing_since_s is None:
            log.warning("the store is unavailable (%s); retrying", error)
            self._failing_since_s = begun_s
        self._on_change()

    def _succeeded(self) -> None:
        if self._failing_since_s is not None:
            log.info("the store is available again")
            self._failing_since_s = None
            self._on_change()
