"""The other end of an MQTT connection: a client that a test controls, and a gateway with one lamp for it to play or to talk to."""

import asyncio
from collections.abc import Callable

import msgspec

from gateway.host.mqtt import Broker, Message, Mqtt
from gateway.model.canonical import FieldType
from gateway.model.stream import Schema, Stream, StreamField
from gateway.model.topics import GatewayId

ME = GatewayId("prato", "citelum", "gw-1")
STREAM = Stream("pl-1", "dali-1", "intesis_ibmbsdal", "lamp", (StreamField("dim_level", FieldType.INT, "%"),), 10.0)
DOCUMENT = Schema((STREAM,)).document()


async def until(what: str, ready: Callable[[], object], within_s: float = 10.0) -> None:
    try:
        async with asyncio.timeout(within_s):
            while not ready():
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"{what}: not within {within_s:g} s") from None


class Peer:
    """A client that records received messages and publishes what the test says."""

    def __init__(self, url: str, *filters: str) -> None:
        self.received: list[Message] = []
        self.filters = filters
        self.mqtt = Mqtt(Broker(url), "the-other-end", on_connect=self._connected, on_message=self.received.append)

    def _connected(self) -> None:
        self.mqtt.subscribe(*self.filters)

    async def start(self) -> "Peer":
        self.mqtt.start()
        await until("the connection", lambda: self.mqtt.state.connected)
        await asyncio.sleep(0.1)
        return self

    def on(self, channel: str) -> list[Message]:
        return [message for message in self.received if message.topic.split("/")[-1 if channel != "schema" else -2] == channel]

    async def say(self, topic: str, payload: object, *, retain: bool = False) -> None:
        await self.mqtt.publish(topic, payload if isinstance(payload, bytes) else msgspec.json.encode(payload), retain=retain)
