"""What the broker need not retain is cleared, a little at a time."""

import asyncio

import pytest

from gateway.centre.ingest.clearing import AT_ONCE, Clearing


class Broker:
    """Acknowledges what a test says."""

    def __init__(self) -> None:
        self.published: list[str] = []
        self.futures: list[asyncio.Future[None]] = []
        self.looked: list[str] = []

    def clear(self, topic: str) -> "asyncio.Future[None]":
        self.published.append(topic)
        self.futures.append(asyncio.get_running_loop().create_future())
        return self.futures[-1]


async def test_topics_are_cleared_in_their_order_some_at_a_time() -> None:
    broker = Broker()
    clearing = Clearing(broker.clear, broker.looked.append)
    topics = [f"t{n}" for n in range(AT_ONCE + 15)]
    for one in topics:
        clearing.add(one)
    assert broker.published == topics[:AT_ONCE]
    broker.futures[0].set_result(None)
    broker.futures[3].set_exception(RuntimeError("the connection ended"))
    broker.futures[3].exception()  # as a publish does
    await asyncio.sleep(0)
    assert broker.published == topics[: AT_ONCE + 2]
    while len(broker.published) < len(topics):
        for future in broker.futures:
            if not future.done():
                future.set_result(None)
        await asyncio.sleep(0)
    assert broker.published == topics
    assert clearing.cleared == len(topics)


async def test_a_topic_with_a_new_message_is_not_cleared() -> None:
    broker = Broker()
    clearing = Clearing(broker.clear, broker.looked.append)
    for n in range(AT_ONCE + 2):
        clearing.add(f"t{n}")
    assert clearing.hear(f"t{AT_ONCE}", retained=False)
    assert clearing.hear("unknown", retained=False)
    for future in list(broker.futures):
        future.set_result(None)
    await asyncio.sleep(0)
    assert broker.published == [*(f"t{n}" for n in range(AT_ONCE)), f"t{AT_ONCE + 1}"]


async def test_what_the_broker_retained_before_a_topic_is_cleared_is_no_new_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.centre.ingest.clearing._LOOK_AGAIN_S", 0.01)
    broker = Broker()
    clearing = Clearing(broker.clear, broker.looked.append)
    last = f"t{AT_ONCE + 1}"
    for n in range(AT_ONCE + 2):
        clearing.add(f"t{n}")
    assert not clearing.hear("t0", retained=True), "its clearing is under way"
    assert not clearing.hear(last, retained=True), "it waits"
    assert clearing.hear("another", retained=True)
    assert clearing.hear("t0", retained=False), "it is cleared, or new"
    assert clearing.hear("t0", retained=True)
    while broker.looked == []:
        for future in broker.futures:
            if not future.done():
                future.set_result(None)
        await asyncio.sleep(0.01)
    assert broker.published[-1] == last
    assert clearing.hear("t1", retained=True), "its clearing was not heard, and is over"


async def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.centre.ingest.clearing._MOST", 5)
    clearing = Clearing(Broker().clear, print)
    for n in range(100):
        clearing.add(f"t{n}")
    assert list(clearing._waiting) == [f"t{n}" for n in range(AT_ONCE, AT_ONCE + 5)]


async def test_the_broker_is_asked_for_what_is_beside_cleared_topics_until_nothing_more_is_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.centre.ingest.clearing._LOOK_AGAIN_S", 0.01)
    broker = Broker()
    clearing = Clearing(broker.clear, broker.looked.append)
    for topic in ("a/schema/1", "b/schema/1", "a/schema/2"):
        clearing.add(topic)
    broker.futures[0].set_result(None)
    await asyncio.sleep(0.05)
    assert broker.looked == [], "two are not cleared yet"
    for future in broker.futures[1:]:
        future.set_result(None)
    await asyncio.sleep(0.05)
    assert broker.looked == ["a/schema/+", "b/schema/+"]
    clearing.add("a/schema/3")
    broker.futures[-1].set_result(None)
    await asyncio.sleep(0.05)
    assert broker.looked == ["a/schema/+", "b/schema/+", "a/schema/+"]
    await asyncio.sleep(0.05)
    assert len(broker.looked) == 3


async def test_the_broker_is_asked_sooner_if_all_cleared_messages_were_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.centre.ingest.clearing._LOOK_AGAIN_S", 600.0)
    monkeypatch.setattr("gateway.centre.ingest.clearing._DRAINED_S", 0.01)
    broker = Broker()
    clearing = Clearing(broker.clear, broker.looked.append)
    clearing.add("a/schema/1")
    clearing.add("a/schema/2")
    for future in broker.futures:
        future.set_result(None)
    assert clearing.hear("a/schema/1", retained=False)
    await asyncio.sleep(0.05)
    assert broker.looked == [], "one may still be in the broker's queue"
    assert clearing.hear("a/schema/2", retained=False)
    await asyncio.sleep(0.05)
    assert broker.looked == ["a/schema/+"]
