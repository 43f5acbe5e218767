"""What the broker need not retain is cleared, some at a time, whatever its queue for this client loses."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.centre.ingest import clearing as module
from gateway.centre.ingest.clearing import Clearing
from gateway.host.mqtt import Disconnected, PublishRefused

FILTER = "a/schema/+"


class Broker:
    """Acknowledges what a test says."""

    def __init__(self) -> None:
        self.published: list[Sequence[str]] = []
        self.futures: list[asyncio.Future[None]] = []
        self.looked: list[str] = []
        self.connected = True
        self.clearing = Clearing(self.clear, self.look_again)

    def clear(self, topics: Sequence[str]) -> "asyncio.Future[None]":
        self.published.append(topics)
        self.futures.append(asyncio.get_running_loop().create_future())
        return self.futures[-1]

    def look_again(self, some: str) -> bool:
        self.looked.append(some)
        return self.connected

    async def handled(self, error: Exception | None = None) -> None:
        """Acknowledge the topics that were published last, or refuse them."""
        if error is None:
            self.futures[-1].set_result(None)
        else:
            self.futures[-1].set_exception(error)
        await asyncio.sleep(0)


def topics(count: int, gateway: str = "a") -> list[str]:
    return [f"{gateway}/schema/{n}" for n in range(count)]


async def until(ready: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not ready():
            await asyncio.sleep(0.001)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOKS_S", (0.001, 0.002, 0.003))


async def test_topics_are_cleared_in_their_order_two_hundred_at_a_time() -> None:
    broker, some = Broker(), topics(500)
    for one in some:
        broker.clearing.add(one)
    assert broker.published == [(some[0],)]
    await broker.handled()
    assert broker.published[1:] == [tuple(some[1:201])]
    broker.clearing.add(some[300])
    while broker.futures[-1].done() is False:
        await broker.handled()
    assert [one for burst in broker.published for one in burst] == some
    assert broker.clearing.cleared == 500


async def test_a_topic_with_a_new_message_is_not_cleared() -> None:
    broker, some = Broker(), topics(4)
    for one in some:
        broker.clearing.add(one)
    assert broker.clearing.hear(some[2], retained=False)
    assert broker.clearing.hear("unknown", retained=False)
    await broker.handled()
    assert broker.published == [(some[0],), (some[1], some[3])]


async def test_what_the_broker_retained_before_a_topic_is_cleared_is_no_new_message() -> None:
    broker, some = Broker(), topics(2)
    for one in some:
        broker.clearing.add(one)
    assert not broker.clearing.hear(some[0], retained=True), "its clearing is under way"
    assert not broker.clearing.hear(some[1], retained=True), "it waits"
    assert broker.clearing.hear("a/schema/2", retained=True)
    await broker.handled()
    assert broker.clearing.hear(some[0], retained=True)


async def test_the_memory_of_what_waits_is_bounded_and_the_rest_is_found_by_asking_the_broker(
    monkeypatch: pytest.MonkeyPatch, soon: None
) -> None:
    monkeypatch.setattr(module, "_MOST_BYTES", 100_000)
    broker = Broker()
    for n in range(100):
        broker.clearing.add(f"a/schema/{n}{'x' * 10_000}")
        broker.clearing.add(f"b/schema/{n}{'x' * 10_000}")
    assert broker.clearing._waiting_bytes <= 100_000
    assert len(broker.clearing._waiting) == 9
    await until(lambda: {"a/schema/+", "b/schema/+"} <= set(broker.looked))
    for one in list(broker.clearing._waiting):
        broker.clearing.hear(one, retained=False)
    assert broker.clearing._waiting_bytes == 0


async def test_after_the_last_clearing_the_broker_is_asked_a_few_times_and_no_more(soon: None) -> None:
    broker = Broker()
    broker.clearing.add("a/schema/1")
    broker.clearing.add("b/schema/1")
    await asyncio.sleep(0.02)
    assert broker.looked == [], "nothing is cleared yet"
    await broker.handled()
    await broker.handled()
    await until(lambda: len(broker.looked) == 6)
    assert sorted(broker.looked) == 3 * ["a/schema/+"] + 3 * ["b/schema/+"]
    assert broker.clearing._looks == {}
    broker.clearing.add("a/schema/2")
    await broker.handled()
    await until(lambda: len(broker.looked) == 9)
    assert broker.looked[6:] == 3 * ["a/schema/+"]


async def test_what_an_ended_connection_left_is_asked_for_until_there_is_one(soon: None) -> None:
    broker = Broker()
    broker.connected = False
    for one in (*topics(3), *topics(3, "b")):
        broker.clearing.add(one)
    await broker.handled(Disconnected("the connection ended"))
    assert broker.clearing._waiting == {}, "the next connection brings them again"
    await until(lambda: len(broker.looked) > 20)
    broker.connected = True
    await until(lambda: broker.clearing._looks == {})
    assert set(broker.looked) == {"a/schema/+", "b/schema/+"}
    assert broker.clearing.cleared == 0


async def test_a_broker_that_refuses_is_not_asked_again_for_the_same(soon: None) -> None:
    broker = Broker()
    broker.clearing.add("a/schema/1")
    await broker.handled(PublishRefused("not authorised"))
    assert broker.clearing._looks == {}


class LossyBroker(Broker):
    """Retains messages, and loses all that its queue for this client cannot hold."""

    def __init__(self, queue: int, losses: Sequence[int]) -> None:
        super().__init__()
        self.retained: dict[str, None] = {}
        self._queue, self._losses, self._kept = queue, list(losses), 4

    def clear(self, topics: Sequence[str]) -> "asyncio.Future[None]":
        for one in topics:
            self.retained.pop(one, None)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future

    def look_again(self, some: str) -> bool:
        self.looked.append(some)
        room = self._losses.pop(0) if self._losses else self._queue
        for one in list(islice(self.retained, room))[self._kept :]:
            if self.clearing.hear(one, retained=True):
                self.clearing.add(one)
        return True


@given(count=st.integers(0, 300), queue=st.integers(10, 100), losses=st.lists(st.integers(0, 8), max_size=2))
def test_in_the_end_the_broker_retains_no_more_than_is_kept_however_small_its_queue(count: int, queue: int, losses: list[int]) -> None:
    async def run() -> int:
        broker = LossyBroker(queue, losses)
        broker.retained = dict.fromkeys(topics(count))
        broker.clearing.add("a/schema/none")
        await until(lambda: not broker.clearing._looks and not broker.clearing._under_way)
        return len(broker.retained)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_LOOKS_S", (0.0, 0.0, 0.0))
        assert asyncio.run(run()) == min(count, 4)
