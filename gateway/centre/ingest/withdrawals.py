"""Batches that were stored with wrong times, on their way out of the store: beside the batches of others, which do not wait for it."""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

from gateway.centre.ingest.decode import WithdrawnBatch
from gateway.centre.ingest.receipts import Receipts
from gateway.centre.ingest.retrying_store import RetryingStore, Stopped
from gateway.centre.progress import Progress
from gateway.centre.stores.port import StoreRefused
from gateway.model.topics import GatewayId

log = logging.getLogger(__name__)

_ROWS_AT_ONCE, _OPERATION_S = 20, 0.25
"""Rows deleted in one operation of the store, and how long it may take before fewer are: the next write waits for no more.

InfluxDB 1.x takes 1 ms for a row in memory, and much longer for one on disk.
"""

_ROWS_OF_ONE = 20_000
"""Rows of one gateway that may wait. What comes then is dropped: a gateway withdraws again what has no receipt."""


class Withdrawals:
    """Removes batches from the store, of each gateway in turn, and sends their receipts."""

    def __init__(self, store: RetryingStore[Any], send: Callable[[Receipts], None], progress: Progress) -> None:
        self._store, self._send, self.progress = store, send, progress
        self._waiting = OrderedDict[GatewayId, deque[WithdrawnBatch]]()
        self._numbers = set[tuple[GatewayId, bytes, int]]()
        self._some, self._at_once = asyncio.Event(), _ROWS_AT_ONCE

    def add(self, withdrawn: WithdrawnBatch) -> None:
        """Add a batch, unless it waits already or its gateway has too many."""
        mine = self._waiting.get(withdrawn.sender, ())
        if _number(withdrawn) in self._numbers or (mine and sum(len(one.rows) for one in mine) + len(withdrawn.rows) > _ROWS_OF_ONE):
            return
        self._numbers.add(_number(withdrawn))
        self._waiting.setdefault(withdrawn.sender, deque()).append(withdrawn)
        self._some.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; what waits then is withdrawn again by its gateways."""
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                some = asyncio.ensure_future(self._some.wait())
                await asyncio.wait((some, stopping), return_when=asyncio.FIRST_COMPLETED)
                some.cancel()
                while self._waiting and not stop.is_set():
                    await self._remove(self._next(), stop)
                self._some.clear()
                self.progress.wait()
        except Stopped:
            log.info("stopped while the store is unavailable; the gateways withdraw their batches again")
        finally:
            stopping.cancel()

    def _next(self) -> WithdrawnBatch:
        sender, mine = self._waiting.popitem(last=False)
        found = mine.popleft()
        if mine:
            self._waiting[sender] = mine
        return found

    async def _remove(self, one: WithdrawnBatch, stop: asyncio.Event) -> None:
        """Delete a batch's rows; a store that can't delete keeps them, and the batch is rejected.

        Raises:
            Stopped: `stop` was set first.
        """
        receipts = Receipts()
        try:
            first, loop = 0, asyncio.get_running_loop()
            while first < len(one.rows):
                self.progress.step()
                begun_s, count = loop.time(), self._at_once
                await self._store.remove(one.rows[first : first + count], stop)
                first += count
                self._at_once = max(1, count // 2) if loop.time() - begun_s > _OPERATION_S else min(_ROWS_AT_ONCE, count + 1)
        except StoreRefused as error:
            receipts.add_rejected(one.sender, one.batch, str(error))
        else:
            receipts.add_stored(one.sender, one.batch)
        self._numbers.discard(_number(one))
        self._send(receipts)


def _number(one: WithdrawnBatch) -> tuple[GatewayId, bytes, int]:
    return one.sender, one.batch.epoch, one.batch.seq
