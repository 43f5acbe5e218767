"""Reading what a real broker retains."""

import asyncio

import pytest

from gateway.centre.situation.exchange.reconciliation import RetainedEvent
from gateway.centre.situation.exchange.retained_reader import RetainedReader
from gateway.host.mqtt import Broker, Disconnected, Message, Mqtt
from tests.hostile.client import Client
from tests.system.peer import until


def reading(port: int) -> tuple[Mqtt, RetainedReader]:
    def received(message: Message) -> None:
        reader.received(message)

    mqtt = Mqtt(Broker(f"mqtt://127.0.0.1:{port}"), "room", on_connect=lambda: None, on_message=received)
    reader = RetainedReader("prato", mqtt)
    return mqtt, reader


async def test_everything_that_is_retained_is_read_and_nothing_else(port: int) -> None:
    writer = Client(port, "writer").ready()
    topics = {"prato/v1/sr/public/roadworks/a", "prato/v1/sr/org/cap/accident/b", "prato/v1/sr/org/comune/other/c"}
    for topic in topics:
        writer.publish(topic, b'{"sequence": "0012", "data": {}}', retain=True)
    writer.publish("prato/v1/sr/public/roadworks/gone", b"{}")
    writer.publish("pisa/v1/sr/public/roadworks/a", b"{}", retain=True)
    mqtt, reader = reading(port)
    mqtt.start()
    await until("the connection", lambda: mqtt.state.connected)
    for _ in range(2):
        found = await reader.read()
        assert {topic: one.number for topic, one in found.items()} == dict.fromkeys(topics, 12)
        assert all(isinstance(one, RetainedEvent) for one in found.values())
    writer.publish("prato/v1/sr/public/roadworks/late", b"{}", retain=True)
    assert len(await reader.read()) == 4
    await mqtt.stop()
    writer.close()


async def test_an_end_of_the_connection_ends_the_reading(port: int) -> None:
    mqtt, reader = reading(port)
    mqtt.start()
    await until("the connection", lambda: mqtt.state.connected)
    task = asyncio.create_task(reader.read())
    await asyncio.sleep(0)
    mqtt.state.session += 1  # as if there were a new connection
    reader.give_up()
    with pytest.raises(Disconnected):
        await task
    await mqtt.stop()
