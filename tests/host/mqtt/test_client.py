"""The connection against a real broker."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.host.mqtt import Broker, Disconnected, Message, Mqtt, PublishRefused, Will
from tests.system.servers import Process, free_port, listens, mosquitto, program, wait_until

pytestmark = pytest.mark.system


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    process, port = mosquitto(tmp_path)
    yield f"mqtt://127.0.0.1:{port}"
    process.stop()


class Peer:
    """A connection, what it received, and whether it was connected."""

    def __init__(self, url: str, name: str, *filters: str, will: Will | None = None) -> None:
        self.received: asyncio.Queue[Message] = asyncio.Queue()
        self.connected = asyncio.Event()
        self._filters = filters
        self.mqtt = Mqtt(Broker(url), name, on_connect=self._connected, on_message=self.received.put_nowait, will=will)

    def _connected(self) -> None:
        if self._filters:
            self.mqtt.subscribe(*self._filters)
        self.connected.set()

    async def start(self) -> "Peer":
        self.mqtt.start()
        async with asyncio.timeout(20):
            await self.connected.wait()
        return self

    async def next(self) -> Message:
        async with asyncio.timeout(20):
            return await self.received.get()


async def until(ready: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not ready():
            await asyncio.sleep(0.01)


async def test_a_published_message_is_received_by_a_subscriber(broker: str) -> None:
    peer = await Peer(broker, "a", "t/#").start()
    assert peer.mqtt.speaks_5
    await peer.mqtt.publish("t/1", b"x")
    message = await peer.next()
    assert (message.topic, message.payload, message.retained) == ("t/1", b"x", False)
    peer.mqtt.unsubscribe("t/#")
    await peer.mqtt.publish("t/2", b"y", retain=True)
    await peer.mqtt.stop()
    later = await Peer(broker, "b", "t/2").start()
    assert (await later.next()).retained
    await later.mqtt.stop()
    assert peer.received.empty()


async def test_a_publish_without_a_connection_fails(broker: str) -> None:
    peer = Peer(broker, "a")
    with pytest.raises(Disconnected, match="not connected"):
        await peer.mqtt.publish("t", b"x")
    await peer.start()
    await peer.mqtt.stop()
    with pytest.raises(Disconnected, match="not connected"):
        await peer.mqtt.publish("t", b"x")


async def test_the_will_of_a_client_that_vanishes_is_published_and_that_of_one_that_stops_is_not(broker: str) -> None:
    watcher = await Peer(broker, "w", "will/#").start()
    for name in ("stops", "vanishes"):
        peer = await Peer(broker, name, will=Will(f"will/{name}", b"gone")).start()
        if name == "stops":
            await peer.mqtt.stop()
            continue
        client = peer.mqtt._client
        connection = client.socket() if client is not None else None
        assert isinstance(connection, socket.socket)
        connection.shutdown(2)
        message = await watcher.next()
        assert (message.topic, message.payload) == ("will/vanishes", b"gone")
        await peer.mqtt.stop()
    assert watcher.received.empty()
    await watcher.mqtt.stop()


async def test_it_reconnects_by_itself_and_calls_back_each_time(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    process, port = mosquitto(tmp_path)
    peer = await Peer(f"mqtt://127.0.0.1:{port}", "a").start()
    process.stop()
    await until(lambda: not peer.mqtt.state.connected)
    await until(lambda: peer.mqtt.state.unreachable)
    assert "can't be reached; retrying" in caplog.text
    peer.connected.clear()
    again = Process("mosquitto", tmp_path, program("mosquitto"), "-c", str(tmp_path / "mosquitto.conf"))
    async with asyncio.timeout(60):
        await peer.connected.wait()
    assert peer.mqtt.state.session >= 2
    assert not peer.mqtt.state.unreachable
    await peer.mqtt.stop()
    again.stop()


async def test_a_publish_that_an_access_rule_forbids_is_refused_with_the_brokers_reason(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "acl").write_text("topic readwrite allowed/#\n")
    (tmp_path / "mosquitto.conf").write_text(f"user root\nlistener {port} 127.0.0.1\nallow_anonymous true\nacl_file {tmp_path}/acl\n")
    process = Process("mosquitto", tmp_path, program("mosquitto"), "-c", str(tmp_path / "mosquitto.conf"))
    wait_until("mosquitto", lambda: listens(port))
    peer = await Peer(f"mqtt://127.0.0.1:{port}", "a").start()
    await peer.mqtt.publish("allowed/1", b"x")
    with pytest.raises(PublishRefused, match="Not authorized"):
        await peer.mqtt.publish("forbidden", b"x")
    await peer.mqtt.stop()
    process.stop()


async def test_a_broker_that_requires_a_password_refuses_and_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    (tmp_path / "users").write_text("")
    (tmp_path / "users").chmod(0o600)
    (tmp_path / "mosquitto.conf").write_text(
        f"user root\nlistener {port} 127.0.0.1\nallow_anonymous false\npassword_file {tmp_path}/users\n"
    )
    process = Process("mosquitto", tmp_path, program("mosquitto"), "-c", str(tmp_path / "mosquitto.conf"))
    wait_until("mosquitto", lambda: listens(port))
    peer = Peer(f"mqtt://127.0.0.1:{port}", "a")
    peer.mqtt.start()
    await until(lambda: "refuses the connection: Not authorized" in caplog.text)
    assert not peer.mqtt.state.connected
    await peer.mqtt.stop()
    process.stop()


async def test_with_manual_acknowledgements_an_unfinished_message_is_sent_again_to_the_next_session(broker: str) -> None:
    held: asyncio.Queue[Message] = asyncio.Queue()
    connected = asyncio.Event()

    def client() -> Mqtt:
        return Mqtt(Broker(broker), "m", on_connect=connected.set, on_message=held.put_nowait, manual_ack=True, session_expiry_s=60)

    first = client()
    first.start()
    async with asyncio.timeout(30):
        await connected.wait()
        first.subscribe("t")
        await first.publish("t", b"1")
        await first.publish("t", b"2")
        messages = [await held.get(), await held.get()]
        first.finish(messages[0])
        await first.publish("other", b"")  # sent after the acknowledgement, so the broker has it
        await first.stop()
        second = client()
        second.start()
        assert (await held.get()).payload == b"2"
        await second.stop()
    assert held.empty()
