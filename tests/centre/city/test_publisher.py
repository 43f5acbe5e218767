"""The city plane's publisher with a real broker."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from gateway.centre.city.latest import Pace
from gateway.centre.city.publisher import CityPublisher
from gateway.centre.schemas import SchemaStreams
from gateway.host.mqtt import Broker
from gateway.model.batch import BatchRow, Flag, Value
from gateway.model.messages import CityMessage, CityReading, CityValue
from gateway.model.stream import Stream, hash_of
from gateway.model.topics import GatewayId
from tests.centre.ingest.test_worker import body
from tests.centre.readings import LAMP, batch
from tests.system.peer import DOCUMENT, ME, Peer, until

pytestmark = pytest.mark.system

TOPIC = "prato/v1/citelum/city/lamp/pl-1"


@asynccontextmanager
async def publishing(broker: str) -> AsyncIterator[Peer]:
    """Run a publisher whose gateway has sent its schema; the other client sees the city plane."""
    publisher, stop = CityPublisher("prato", "citelum", Broker(broker), Pace(0.0, 0.0)), asyncio.Event()
    running = asyncio.create_task(publisher.run(stop))
    other = await Peer(broker, "prato/v1/citelum/city/#").start()
    await until("the publisher", lambda: publisher.mqtt.state.connected)
    await other.say(ME.schema_topic(hash_of(DOCUMENT)), DOCUMENT, retain=True)
    await until("its subscriptions", lambda: publisher._schemas.get(ME, hash_of(DOCUMENT), 0.0))
    yield other
    stop.set()
    await running
    await other.mqtt.stop()


def readings(other: Peer) -> list[CityReading]:
    """Return the readings of the latest message."""
    return msgspec.json.decode(other.on("pl-1")[-1].payload, type=CityMessage).readings


def level_of(reading: CityReading) -> Value:
    return reading.values["dim_level"].value


async def test_the_latest_values_are_published_and_a_replayed_batch_is_not(broker: str) -> None:
    async with publishing(broker) as other:
        await other.say(ME.topic("data"), body(50, flags=Flag.REPLAY))
        await other.say(ME.topic("data"), b"junk")
        await other.say(ME.topic("data"), body(60, seq=1))
        await until("the city plane", lambda: other.on("pl-1"))
        assert len(other.on("pl-1")) == 1
        assert list(map(level_of, readings(other))) == [60]


async def test_a_gateway_whose_schema_is_unknown_is_asked_for_it_once(broker: str) -> None:
    """The ingest may know it already, and the broker may have lost it."""
    publisher, stop = CityPublisher("prato", "citelum", Broker(broker), Pace(0.0, 0.0)), asyncio.Event()
    running = asyncio.create_task(publisher.run(stop))
    other = await Peer(broker, "prato/v1/citelum/city/#", ME.topic("ask")).start()
    await until("the publisher", lambda: publisher.mqtt.state.connected)
    neighbour = GatewayId("prato", "citelum", "gw-neighbour")
    await other.say(neighbour.schema_topic(hash_of(DOCUMENT)), DOCUMENT, retain=True)
    await until("its subscriptions", lambda: publisher._schemas.get(neighbour, hash_of(DOCUMENT), 0.0))
    for seq in range(3):
        await other.say(ME.topic("data"), body(50, seq=seq))
    await until("the question", lambda: other.on("ask"))
    assert msgspec.json.decode(other.on("ask")[0].payload) == {"schema": hash_of(DOCUMENT).hex()}
    await other.say(ME.schema_topic(hash_of(DOCUMENT)), DOCUMENT, retain=True)
    await other.say(ME.topic("data"), body(60, seq=3))
    await until("the city plane", lambda: other.on("pl-1") and 60 in map(level_of, readings(other)))
    assert len(other.on("ask")) == 1
    stop.set()
    await running
    await other.mqtt.stop()


async def test_a_retained_message_is_restored_before_it_is_replaced(broker: str) -> None:
    """It has a reading of another device, which a message made of new readings alone would not have."""
    before = CityReading("dali-2", "2026-11-23T02:00:00.000Z", 10.0, {"dim_level": CityValue("Good", 30, "%")})
    first = await Peer(broker).start()
    await first.say(TOPIC, CityMessage(1, "pl-1", "lamp", "citelum", "gw-1", [before], "2026-11-23T02:00:00.000Z"), retain=True)
    await first.mqtt.stop()
    async with publishing(broker) as other:
        await other.say(ME.topic("data"), body(50))
        await until("the new reading", lambda: 50 in map(level_of, readings(other)))
        assert [(one.device, level_of(one)) for one in readings(other)] == [("dali-2", 30), ("dali-1", 50)]


async def test_an_invalid_retained_message_is_overwritten(broker: str) -> None:
    first = await Peer(broker).start()
    await first.say(TOPIC, b"not a message", retain=True)
    await first.mqtt.stop()
    async with publishing(broker) as other:
        await other.say(ME.topic("data"), body(50))
        await until("a valid message", lambda: other.on("pl-1") and other.on("pl-1")[-1].payload != b"not a message")
        assert msgspec.json.decode(other.on("pl-1")[-1].payload)["asset"] == "pl-1"


async def test_a_message_that_raises_whatever_is_ignored_and_counted_and_the_next_is_published(broker: str) -> None:
    """The last resort: nobody knows what may raise what."""
    publisher, stop = CityPublisher("prato", "citelum", Broker(broker), Pace(0.0, 0.0)), asyncio.Event()
    add, calls = publisher.latest.add, 0

    def broken(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OverflowError("int too large to convert to float")
        add(*arguments)

    publisher.latest.add = broken  # type: ignore[method-assign, assignment]
    running = asyncio.create_task(publisher.run(stop))
    other = await Peer(broker, "prato/v1/citelum/city/#").start()
    await until("the publisher", lambda: publisher.mqtt.state.connected)
    await other.say(ME.schema_topic(hash_of(DOCUMENT)), DOCUMENT, retain=True)
    await until("its subscriptions", lambda: publisher._schemas.get(ME, hash_of(DOCUMENT), 0.0))
    for seq in range(2):
        await other.say(ME.topic("data"), body(50 + seq, seq=seq))
    await until("the city plane", lambda: other.on("pl-1"))
    assert list(map(level_of, readings(other))) == [51]
    assert publisher.ignored == 1
    stop.set()
    await running
    await other.mqtt.stop()


async def test_what_the_broker_does_not_acknowledge_is_bounded_and_the_newest_is_published_when_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a bound, messages would pile up in the client, each older than what is known by then."""
    publisher, told = CityPublisher("prato", "citelum", Broker("mqtt://127.0.0.1:1"), Pace(0.0, 0.0)), list[asyncio.Future[None]]()

    def publish(*_: object, **__: object) -> "asyncio.Future[None]":
        told.append(asyncio.get_running_loop().create_future())
        return told[-1]

    monkeypatch.setattr(publisher.mqtt, "publish", publish)
    monkeypatch.setattr("gateway.centre.city.publisher._WINDOW_MESSAGES", 5)
    publisher.mqtt.state.connected = True
    publish_assets(publisher, 1, 20)
    for _ in range(3):
        publisher._publish_due()
    assert len(told) == 5
    publish_assets(publisher, 2, 20)
    for one in told[:3]:
        one.set_result(None)
    await asyncio.sleep(0)
    publisher._publish_due()
    assert len(told) == 8
    assert len(publisher.latest.room) == 20


async def test_a_gateway_whose_batches_take_long_rests_and_the_batches_of_others_are_added(monkeypatch: pytest.MonkeyPatch) -> None:
    """One gateway's changes would keep the city plane busy, and the ingest in the same process waiting."""
    publisher, now_s, added = CityPublisher("prato", None, Broker("mqtt://127.0.0.1:1"), Pace(0.0, 0.0)), 100.0, list[str]()

    def add(sender: GatewayId, *_: object) -> None:
        nonlocal now_s
        now_s += 0.3 if sender.operator == "evil" else 0.0
        added.append(sender.operator)

    monkeypatch.setattr(publisher.latest, "add", add)
    monkeypatch.setattr("gateway.centre.city.publisher._now_s", lambda: now_s)
    evil = GatewayId("prato", "evil", "gw-1")
    for sender in (evil, ME):
        publisher._schemas.update(sender, hash_of(DOCUMENT), DOCUMENT)
    for seq in range(50):
        publisher.inbox.put(evil, body(50, seq=seq), now_s)
    publisher._add_round()
    assert added == ["evil"]
    assert not publisher._busy
    publisher.inbox.put(ME, body(50), now_s)
    assert publisher._busy
    publisher._add_round()
    assert added == ["evil", "citelum"]
    now_s += 2.0
    publisher._add_round()
    assert added == ["evil", "citelum", "evil"]


def publish_assets(publisher: CityPublisher, level: int, count: int) -> None:
    """Let a gateway change so many lamps."""
    streams = [Stream(f"pl-{n}", "d", "p", "lamp", LAMP.fields, 10.0) for n in range(count)]
    rows = [BatchRow(n, level, (level, False, "on")) for n in range(count)]
    publisher.latest.add(ME, batch(), rows, SchemaStreams(ME, streams), time.monotonic())
