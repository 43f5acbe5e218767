"""The embedded broker, which speaks MQTT 3.1.1 only."""

import asyncio
import gc
import socket

import pytest

from gateway.host.mqtt import Broker, Message, Mqtt
from gateway.host.mqtt.embedded_broker import EmbeddedBroker
from tests.system.servers import free_port

pytestmark = pytest.mark.system


async def test_it_passes_messages_on_and_the_client_falls_back_to_its_version() -> None:
    received: asyncio.Queue[Message] = asyncio.Queue()
    connected = asyncio.Event()
    port = free_port()
    async with EmbeddedBroker(port):
        mqtt = Mqtt(Broker(f"mqtt://127.0.0.1:{port}"), "c", on_connect=connected.set, on_message=received.put_nowait)
        mqtt.start()
        async with asyncio.timeout(30):
            await connected.wait()
            assert not mqtt.speaks_5
            mqtt.subscribe("t/+")
            await mqtt.publish("t/1", b"x", retain=True)
            message = await received.get()
        assert (message.topic, message.payload) == ("t/1", b"x")
        await mqtt.stop()


async def test_a_port_in_use_is_an_os_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"can't listen on port {port}"):
            async with EmbeddedBroker(port):
                pass


async def test_a_client_of_mqtt_5_is_refused_without_a_trace(recwarn: pytest.WarningsRecorder, caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    async with EmbeddedBroker(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(bytes.fromhex("10 1e 0004 4d515454 05 02 001e 05 27 00110000 0001 63") + bytes(8))
        await writer.drain()
        async with asyncio.timeout(10):
            assert await reader.read() == bytes.fromhex("20020001"), "unacceptable protocol version"
        writer.close()
        await writer.wait_closed()
        await asyncio.sleep(0)
    gc.collect()
    assert "Unhandled" not in caplog.text
    assert list(recwarn) == []
