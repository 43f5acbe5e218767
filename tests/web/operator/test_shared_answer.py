"""One answer of the store for all viewers."""

import asyncio

import pytest

from gateway.centre.stores.port import StoreUnavailable
from gateway.web.operator.shared_answer import SharedAnswer


class Store:
    """A store that counts how often it is asked, and a clock."""

    def __init__(self) -> None:
        self.asked, self.now_s, self.failure = 0, 100.0, ""

    async def ask(self) -> int:
        self.asked += 1
        await asyncio.sleep(0)
        if self.failure:
            raise StoreUnavailable(self.failure)
        return self.asked


async def test_many_who_ask_at_once_share_one_answer_until_it_is_old() -> None:
    store = Store()
    shared = SharedAnswer(store.ask, 60.0, lambda: store.now_s)
    assert await asyncio.gather(*(shared.get() for _ in range(50))) == [1] * 50
    store.now_s += 59.9
    assert await shared.get() == 1
    store.now_s += 0.1
    assert await shared.get() == 2


async def test_a_store_that_does_not_answer_is_not_asked_by_everybody() -> None:
    store = Store()
    store.failure = "InfluxDB does not answer"
    shared = SharedAnswer(store.ask, 60.0, lambda: store.now_s)
    found = await asyncio.gather(*(shared.get() for _ in range(50)), return_exceptions=True)
    assert {str(one) for one in found} == {"InfluxDB does not answer"}
    assert store.asked == 1
    store.failure, store.now_s = "", 161.0
    assert await shared.get() == 2
    store.failure, store.now_s = "gone", 230.0
    with pytest.raises(StoreUnavailable, match="gone"):
        await shared.get()
