"""The repository over a real broker, from the centre's end to the gateway's, with kills of both in between."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from firmware_tools.mirror.receiver import MirrorSource
from firmware_tools.mirror.server import MirrorServer
from gateway.host.mqtt import Broker, Message, Mqtt
from gateway.model.site.connection import TlsSettings
from gateway.model.topics import GatewayId
from tests.firmware_tools.repository.making import Maker
from tests.system.servers import Process, mosquitto

ME = GatewayId("prato", "citelum", "gw-1")
IMAGE = bytes(range(256)) * 2000


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[tuple[Process, int]]:
    process, port = mosquitto(tmp_path)
    yield process, port
    process.stop()


def connect(port: int, name: str, topic: str, receive: Callable[[str, bytes], None]) -> Mqtt:
    client: Mqtt

    def on_message(message: Message) -> None:
        receive(message.topic, message.payload)
        client.finish(message)

    def on_connect() -> None:
        client.subscribe(topic)

    client = Mqtt(Broker(f"mqtt://127.0.0.1:{port}", TlsSettings(), None), name, on_connect=on_connect, on_message=on_message)
    client.start()
    return client


@pytest.mark.system
async def test_an_image_arrives_over_a_broker_while_both_ends_are_killed(broker: tuple[Process, int], tmp_path: Path) -> None:
    _, port = broker
    maker = Maker(tmp_path)
    name = maker.add(IMAGE)
    maker.publish()
    fetches = 0

    class Centre:
        def __init__(self, number: int) -> None:
            self.stop = asyncio.Event()
            self.server = MirrorServer("prato", maker.published, self._publish, 1e9)
            self.mqtt = connect(port, f"centre-{number}", self.server.filters[0], self._receive)
            self.task = asyncio.create_task(self.server.run(self.stop))

        def _publish(self, topic: str, payload: bytes) -> Awaitable[object]:
            return self.mqtt.publish(topic, payload)

        def _receive(self, topic: str, payload: bytes) -> None:
            nonlocal fetches
            fetches += 1
            self.server.receive(topic, payload)

        async def kill(self) -> None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
            await self.mqtt.stop()

    class Gateway:
        def __init__(self) -> None:
            def publish(payload: bytes) -> Awaitable[object]:
                return self.mqtt.publish(ME.topic("fetch"), payload)

            self.source = MirrorSource(tmp_path / "parts", publish, 1e9, answer_s=1.0)
            self.mqtt = connect(port, ME.user, ME.topic("piece"), lambda _, payload: self.source.receive(payload))
            self.client = maker.client(tmp_path / "state", source=self.source)

        async def get(self) -> bytes:
            await self.client.refresh()
            return (await self.client.image(name)).read_bytes()

    async def fetched(least: int) -> None:
        async with asyncio.timeout(120):
            while fetches < least:
                await asyncio.sleep(0.01)

    centre, gateway = Centre(1), Gateway()
    task = asyncio.create_task(gateway.get())
    await fetched(12)
    await centre.kill()
    centre = Centre(2)
    await fetched(20)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await gateway.mqtt.stop()
    there = sum(part.stat().st_size for part in (tmp_path / "parts").iterdir())
    assert there > 0
    gateway = Gateway()
    assert await gateway.get() == IMAGE
    assert fetches < 20 + 8 + (len(IMAGE) - there) // (16 << 10) + 5
    await gateway.mqtt.stop()
    await centre.kill()
