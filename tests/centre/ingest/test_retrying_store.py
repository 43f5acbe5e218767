"""A store that is unavailable for a while."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from gateway.centre.ingest.retrying_store import RetryingStore, Stopped
from gateway.centre.series_rows import StoredRow
from gateway.centre.stores.port import RefusedRow, StoreRefused, StoreUnavailable
from gateway.centre.stores.sqlite import HistoryStore
from gateway.host.threads import OneThread


class Flaky(HistoryStore):
    """A store that is unavailable for its first operations."""

    def __init__(self, failures: int) -> None:
        self.failures, self.written = failures, list[object]()

    def write(self, parts: Sequence[list[StoredRow]]) -> list[RefusedRow]:
        self._fail()
        self.written += parts
        return []

    def remove(self, rows: Sequence[StoredRow]) -> None:
        self._fail()
        raise StoreRefused("can't delete")

    def _fail(self) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("away")


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.centre.ingest.retrying_store._RETRY_FIRST_S", 0.001)


def retrying(store: HistoryStore, changed: Callable[[], None] = lambda: None) -> RetryingStore[list[StoredRow]]:
    return RetryingStore(store, OneThread("test"), changed)


async def test_a_write_is_repeated_until_the_store_answers() -> None:
    store, works = Flaky(2), list[bool]()
    retried = retrying(store, lambda: works.append(retried.works))
    assert retried.works
    assert await retried.write([[]], asyncio.Event()) == []
    assert (store.written, works, retried.failures, retried.works, retried.failing_s) == ([[]], [False, False, True], 2, True, 0.0)


async def test_a_write_of_nothing_does_not_reach_the_store() -> None:
    store = Flaky(1)
    assert await retrying(store).write([], asyncio.Event()) == []
    assert store.failures == 1


async def test_waiting_ends_when_told_to_stop() -> None:
    stop = asyncio.Event()
    retried = retrying(Flaky(10**9), stop.set)
    with pytest.raises(Stopped):
        await retried.write([[]], stop)
    assert not retried.works


async def test_a_store_that_refuses_an_operation_is_not_asked_again_and_works() -> None:
    retried = retrying(Flaky(1))
    with pytest.raises(StoreRefused):
        await retried.remove([], asyncio.Event())
    assert (retried.failures, retried.works) == (1, True)
