"""Withdrawn batches are removed in turn, in small steps, beside everything else."""

import asyncio
from collections.abc import Sequence

from gateway.centre.ingest.decode import WithdrawnBatch
from gateway.centre.ingest.receipts import Receipts
from gateway.centre.ingest.retrying_store import RetryingStore
from gateway.centre.ingest.withdrawals import Withdrawals
from gateway.centre.progress import Progress
from gateway.centre.series_rows import StoredRow
from gateway.centre.stores.port import StoreRefused
from gateway.centre.stores.sqlite import HistoryStore
from gateway.host.threads import OneThread
from gateway.model.messages import Receipt
from gateway.model.topics import GatewayId
from tests.centre.readings import ROWS, batch, stored

A, B = GatewayId("prato", "citelum", "gw-a"), GatewayId("prato", "citelum", "gw-b")


class Removing(HistoryStore):
    """A store that records how many rows are removed at once."""

    def __init__(self) -> None:
        self.removed: list[int] = []
        self.refuses = False

    def remove(self, rows: Sequence[StoredRow]) -> None:
        if self.refuses:
            raise StoreRefused("can't delete")
        self.removed.append(len(rows))


async def run(some: Sequence[WithdrawnBatch], store: Removing) -> list[tuple[GatewayId, Receipt]]:
    sent: list[tuple[GatewayId, Receipt]] = []
    expected, stop, thread = asyncio.Event(), asyncio.Event(), OneThread("store")

    def send(receipts: Receipts) -> None:
        sent.extend(receipts.all())
        expected.set()

    withdrawals = Withdrawals(RetryingStore(store, thread, lambda: None), send, Progress(10.0))
    for one in some:
        withdrawals.add(one)
    running = asyncio.create_task(withdrawals.run(stop))
    async with asyncio.timeout(10):
        while withdrawals._numbers:
            expected.clear()
            await expected.wait()
    stop.set()
    await running
    thread.close()
    return sent


def withdrawn(sender: GatewayId, seq: int, count: int) -> WithdrawnBatch:
    return WithdrawnBatch(sender, batch(seq=seq), stored(ROWS[0]) * count)


async def test_gateways_are_served_in_turn_and_large_batches_in_steps() -> None:
    store = Removing()
    sent = await run([withdrawn(A, 1, 50), withdrawn(A, 2, 3), withdrawn(A, 2, 3), withdrawn(B, 1, 2)], store)
    assert sum(store.removed) == 55
    assert max(store.removed) <= 20
    assert [(sender, receipt.stored) for sender, receipt in sent] == [(A, [(1, 1)]), (B, [(1, 1)]), (A, [(2, 2)])]


async def test_a_gateway_that_withdraws_too_much_at_once_has_to_repeat_it() -> None:
    store = Removing()
    sent = await run([withdrawn(A, seq, 9_000) for seq in range(5)], store)
    assert [receipt.stored for _, receipt in sent] == [[(0, 0)], [(1, 1)]]


async def test_a_store_that_can_not_delete_rejects_the_withdrawal() -> None:
    store = Removing()
    store.refuses = True
    ((_, receipt),) = await run([withdrawn(A, 4, 1)], store)
    assert [(one.seq, one.reason) for one in receipt.rejected] == [(4, "can't delete")]
