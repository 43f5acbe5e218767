"""The city plane's publisher with a real broker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from gateway.centre.city.latest import Pace
from gateway.centre.city.publisher import CityPublisher
from gateway.host.mqtt import Broker
from gateway.model.batch import Flag
from gateway.model.stream import hash_of
from tests.centre.ingest.test_worker import body
from tests.system.test_uplink import DOCUMENT, ME, Other, until

pytestmark = pytest.mark.system

TOPIC = "prato/v1/citelum/city/lamp/pl-1"


@asynccontextmanager
async def publishing(broker: str) -> AsyncIterator[Other]:
    """Run a publisher whose gateway has sent its schema; the other client sees the city plane."""
    publisher, stop = CityPublisher("prato", "citelum", Broker(broker), Pace(0.0, 0.0)), asyncio.Event()
    running = asyncio.create_task(publisher.run(stop))
    other = await Other(broker, "prato/v1/citelum/city/#").start()
    await until("the publisher", lambda: publisher.mqtt.state.connected)
    await other.say(ME.schema_topic(hash_of(DOCUMENT)), DOCUMENT, retain=True)
    yield other
    stop.set()
    await running
    await other.mqtt.stop()


def levels(other: Other) -> list[int]:
    return [msgspec.json.decode(message.payload)["readings"][0]["values"]["dim_level"]["value"] for message in other.on("pl-1")]


async def test_the_latest_values_are_published_and_a_replayed_batch_is_not(broker: str) -> None:
    async with publishing(broker) as other:
        await other.say(ME.topic("data"), body(50, flags=Flag.REPLAY))
        await other.say(ME.topic("data"), b"junk")
        await other.say(ME.topic("data"), body(60, seq=1))
        await until("the city plane", lambda: other.on("pl-1"))
        assert levels(other) == [60]


async def test_after_a_restart_nothing_older_than_the_retained_message_is_published(broker: str) -> None:
    async with publishing(broker) as other:
        await other.say(ME.topic("data"), body(50, seq=5))
        await until("the city plane", lambda: levels(other) == [50])
    async with publishing(broker) as other:
        await other.say(ME.topic("data"), body(10, seq=1))
        await other.say(ME.topic("data"), body(70, seq=9))
        await until("the newer reading", lambda: 70 in levels(other))
        assert 10 not in levels(other)


async def test_an_invalid_retained_message_is_overwritten(broker: str) -> None:
    first = await Other(broker).start()
    await first.say(TOPIC, b"not a message", retain=True)
    await first.mqtt.stop()
    async with publishing(broker) as other:
        await other.say(ME.topic("data"), body(50))
        await until("a valid message", lambda: other.on("pl-1") and other.on("pl-1")[-1].payload != b"not a message")
        assert msgspec.json.decode(other.on("pl-1")[-1].payload)["asset"] == "pl-1"
