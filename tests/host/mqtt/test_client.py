"""The connection against a real broker."""

import asyncio
import contextlib
import logging
import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self

import paho.mqtt.client as paho
import pytest

from gateway.host.mqtt import Broker, Disconnected, Message, Mqtt, PublishRefused, Will, client_loop, publishes, versions
from tests.system.servers import Process, free_port, listens, mosquitto, program, wait_until

pytestmark = pytest.mark.system


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    process, port = mosquitto(tmp_path)
    yield f"mqtt://127.0.0.1:{port}"
    process.stop()


class Peer:
    """A connection, what it received, and whether it was connected."""

    def __init__(self, url: str | tuple[str, ...], name: str, *filters: str, will: Will | None = None) -> None:
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


async def test_a_publish_of_qos_0_ends_at_once_and_is_handled_before_the_next(broker: str) -> None:
    peer = await Peer(broker, "a").start()
    await peer.mqtt.publish("t/1", b"x", retain=True)
    await peer.mqtt.publish("t/2", b"y", retain=True)
    assert peer.mqtt.publish("t/1", b"", retain=True, qos=0).done()
    await peer.mqtt.publish("t/3", b"z", retain=True)
    later = await Peer(broker, "b", "t/+").start()
    assert {(await later.next()).topic for _ in range(2)} == {"t/2", "t/3"}
    await peer.mqtt.stop()
    await later.mqtt.stop()
    with pytest.raises(Disconnected, match="not connected"):
        await peer.mqtt.publish("t/1", b"", qos=0)


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
        connection = client.paho.socket() if client is not None else None
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
    assert f"can't connect to the broker mqtt://127.0.0.1:{port}: connection refused; retrying" in caplog.text
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


class ProxyThatWithholds:
    """Passes bytes on between a client and a broker, but while `withholds`, no PUBACK and no SUBACK of the broker."""

    def __init__(self, broker_port: int) -> None:
        self._broker_port = broker_port
        self.withholds = False
        self.connections = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"mqtt://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        from_broker, to_broker = await asyncio.open_connection("127.0.0.1", self._broker_port)
        for work in (self._pass(reader, to_broker), self._pass_packets(from_broker, writer)):
            task = asyncio.create_task(work)
            self._tasks.add(task)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            while data := await reader.read(65536):
                writer.write(data)

    async def _pass_packets(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                kind, length, shift, head = (await reader.readexactly(1))[0], 0, 0, bytearray()
                while not head or head[-1] & 0x80:
                    head += await reader.readexactly(1)
                    length |= (head[-1] & 0x7F) << shift
                    shift += 7
                body = await reader.readexactly(length)
                if not (self.withholds and kind >> 4 in {4, 9}):
                    writer.write(bytes([kind]) + head + body)


class Unreliable:
    """Answers each connection with the next of some bytes, or not at all, and ends it; afterwards it passes them on to a broker.

    Where a connection's answer is None, it is passed on before.
    """

    def __init__(self, broker: str, answers: list[bytes | None]) -> None:
        self._port, self._answers = int(broker.rpartition(":")[2]), deque(answers)
        self.versions: list[int] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"mqtt://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError):
            connect = await reader.read(65536)
            self.versions.append(connect[connect.index(b"MQTT") + 4])
            answer = self._answers.popleft() if self._answers else None
            if answer is None:
                await self._pass_on(connect, reader, writer)
            else:
                writer.write(answer)

    async def _pass_on(self, connect: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_broker, to_broker = await asyncio.open_connection("127.0.0.1", self._port)
        with contextlib.closing(to_broker):
            to_broker.write(connect)
            await asyncio.wait(
                [asyncio.create_task(pumped(reader, to_broker)), asyncio.create_task(pumped(from_broker, writer))],
                return_when=asyncio.FIRST_COMPLETED,
            )


async def pumped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)


REFUSES_3 = bytes.fromhex("20020001")
"""CONNACK: unacceptable protocol version (MQTT 3.1.1, section 3.2.2.3)."""


@pytest.mark.parametrize(
    "answers",
    [[b"", b""], [b"", b"", None, None], [b"HTTP/1.1 400 Bad Request\r\n\r\n"] * 3, [bytes(300), b"\xff" * 300, b"\x20\xff\xff\xff\xff\xff"],
     [b"", b"", b"", b""], [b"", b"", REFUSES_3, b""]],
)  # fmt: skip
async def test_a_broker_that_speaks_mqtt_5_is_spoken_to_in_5_whatever_came_before_its_first_answer(
    broker: str, answers: list[bytes | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy whose broker starts ends connections without an answer, as old brokers do."""
    monkeypatch.setattr("gateway.host.mqtt.client_loop._FIRST_S", 0.05)
    monkeypatch.setattr("gateway.host.mqtt.failures._FIRST_S", 0.05)
    connected = asyncio.Event()
    async with Unreliable(broker, answers) as between:
        mqtt = Mqtt(Broker(between.url), "a", on_connect=connected.set, on_message=lambda _: None)
        mqtt.start()
        async with asyncio.timeout(30):
            await connected.wait()
        assert mqtt.speaks_5
        assert set(between.versions) <= {4, 5}
        await mqtt.publish("t", b"x")
        between._answers.extend([b"", b"", b""])
        mqtt._client.paho.socket().shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
        connected.clear()
        async with asyncio.timeout(30):
            await connected.wait()
        assert mqtt.speaks_5
        assert between.versions[-4:] == [5] * 4
        await mqtt.stop()


async def test_a_connection_without_acknowledgements_is_made_anew_and_no_publish_waits_for_ever(
    broker: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Once sending stopped after 20 messages, the most that may be without acknowledgement, and did not come back."""
    monkeypatch.setattr(publishes, "UNACKNOWLEDGED_S", 0.5)
    async with ProxyThatWithholds(int(broker.rpartition(":")[2])) as proxy:
        peer = await Peer(proxy.url, "a", "t").start()
        await peer.mqtt.publish("t", b"before")
        proxy.withholds = True
        waiting = [peer.mqtt.publish("t", str(n).encode()) for n in range(40)]
        async with asyncio.timeout(20):
            ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert {type(one) for one in ended} == {Disconnected}
        assert "has acknowledged nothing for" in caplog.text
        proxy.withholds = False
        await until(lambda: proxy.connections >= 2 and peer.mqtt.state.connected)
        await peer.mqtt.publish("t", b"after")
        await until(lambda: b"after" in drained(peer))
        await peer.mqtt.stop()


async def test_a_connection_on_which_an_acknowledgement_is_left_out_is_made_anew_though_later_ones_come(
    broker: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As mosquitto leaves them out while too many packets wait for a client: each takes one of 20 places for good."""
    monkeypatch.setattr(publishes, "OVERTAKEN_S", 0.2)
    async with ProxyThatWithholds(int(broker.rpartition(":")[2])) as proxy:
        peer = await Peer(proxy.url, "a", "t").start()
        await peer.mqtt.publish("t", b"before")  # the subscription is acknowledged, too
        proxy.withholds = True
        lost = peer.mqtt.publish("t", b"lost")
        await until(lambda: b"lost" in drained(peer))
        proxy.withholds = False
        await peer.mqtt.publish("t", b"after")
        with pytest.raises(Disconnected):
            await asyncio.wait_for(lost, 20)
        assert "left out an acknowledgement" in caplog.text
        await until(lambda: proxy.connections >= 2 and peer.mqtt.state.connected)
        await peer.mqtt.stop()


def drained(peer: Peer) -> list[bytes]:
    found = []
    while not peer.received.empty():
        found.append(peer.received.get_nowait().payload)
    return found


async def test_a_subscription_that_is_not_acknowledged_makes_the_connection_anew(broker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishes, "UNACKNOWLEDGED_S", 0.5)
    async with ProxyThatWithholds(int(broker.rpartition(":")[2])) as proxy:
        proxy.withholds = True
        peer = await Peer(proxy.url, "a", "t").start()
        await until(lambda: proxy.connections >= 2)
        proxy.withholds = False
        await peer.mqtt.stop()


async def test_a_client_stops_within_seconds_while_the_broker_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_loop, "END_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        peer = Peer(f"mqtt://127.0.0.1:{silent.getsockname()[1]}", "a")
        peer.mqtt.start()
        accepted, _ = await asyncio.to_thread(silent.accept)
        with accepted:
            async with asyncio.timeout(20):
                await peer.mqtt.stop()


@pytest.mark.parametrize("manual_ack", [True, False])
async def test_no_message_larger_than_the_client_accepts_reaches_it(broker: str, manual_ack: bool) -> None:
    received: asyncio.Queue[Message] = asyncio.Queue()
    small = Mqtt(
        Broker(broker), "small", on_connect=lambda: small.subscribe("t"), on_message=received.put_nowait, manual_ack=manual_ack,
        max_packet_bytes=1000,
    )  # fmt: skip
    small.start()
    sender = await Peer(broker, "sender").start()
    await until(lambda: small.state.connected and not small._publishes._pending)
    assert small._client is not None
    client_of_paho = small._client.paho
    seen, before = list[int](), client_of_paho.on_message
    assert before is not None

    def see(of: paho.Client, data: object, message: paho.MQTTMessage) -> None:
        seen.append(len(message.payload))
        before(of, data, message)

    client_of_paho.on_message = see
    for size in (2000, 200_000, 500):
        await sender.mqtt.publish("t", bytes(size))
    async with asyncio.timeout(20):
        assert len((await received.get()).payload) == 500
    assert seen == [500], "the broker did not send the others"
    await small.stop()
    await sender.mqtt.stop()


async def test_a_message_that_is_too_large_for_a_client_of_mqtt_3_is_dropped(broker: str, caplog: pytest.LogCaptureFixture) -> None:
    received: asyncio.Queue[Message] = asyncio.Queue()
    small = Mqtt(
        Broker(broker), "small", on_connect=lambda: small.subscribe("t"), on_message=received.put_nowait, manual_ack=True,
        max_packet_bytes=1000,
    )  # fmt: skip
    small._version.switch(refused=True)
    small.start()
    sender = await Peer(broker, "sender").start()
    await until(lambda: small.state.connected and not small._publishes._pending)
    for size in (*[2000] * 50, 500):
        await sender.mqtt.publish("t", bytes(size))
    async with asyncio.timeout(20):
        assert len((await received.get()).payload) == 500
    assert caplog.text.count("dropped a message of 2000 bytes on t") == 50
    await small.stop()
    await sender.mqtt.stop()


async def test_a_message_of_qos_0_is_dropped_and_harms_no_connection(broker: str) -> None:
    """It has no number, and a broker takes an acknowledgement without one for an error of protocol."""
    held: asyncio.Queue[Message] = asyncio.Queue()
    taker = Mqtt(Broker(broker), "taker", on_connect=lambda: taker.subscribe("t"), on_message=held.put_nowait, manual_ack=True)
    taker.start()
    sender = await Peer(broker, "sender").start()
    await until(lambda: taker.state.connected and not taker._publishes._pending)
    assert sender.mqtt._client is not None
    sender.mqtt._client.paho.publish("t", b"0", qos=0)
    async with asyncio.timeout(20):
        await sender.mqtt.publish("t", b"1")
        message = await held.get()
        taker.finish(message)
        await taker.publish("other", b"")
    assert message.payload == b"1"
    assert taker.state.session == 1
    await taker.stop()
    await sender.mqtt.stop()


@pytest.mark.parametrize("manual_ack", [True, False])
async def test_messages_whose_handler_fails_do_not_stop_the_connection(broker: str, manual_ack: bool) -> None:
    """Neither the room of the client nor the window of the broker may fill with them."""
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    good = asyncio.Event()

    def take(message: Message) -> None:
        if message.payload == b"bad":
            raise ZeroDivisionError("as a bug would")
        good.set()

    taker = Mqtt(Broker(broker), "taker", on_connect=lambda: taker.subscribe("t"), on_message=take, manual_ack=manual_ack, in_hand=10)
    taker.start()
    sender = await Peer(broker, "sender").start()
    await until(lambda: taker.state.connected and not taker._publishes._pending)
    for _ in range(100):
        await sender.mqtt.publish("t", b"bad")
    await sender.mqtt.publish("t", b"good")
    async with asyncio.timeout(20):
        await good.wait()
    assert taker.state.session == 1
    await taker.stop()
    await sender.mqtt.stop()


async def test_the_addresses_of_a_cluster_are_tried_in_turn_until_one_answers(broker: str, caplog: pytest.LogCaptureFixture) -> None:
    dead = tuple(f"mqtt://127.0.0.1:{free_port()}" for _ in range(2))
    caplog.set_level(logging.INFO)
    peer = await Peer((*dead, broker), "a").start()
    await peer.mqtt.stop()
    assert f"connected to {broker} with MQTT 5" in caplog.messages


async def test_a_client_whose_node_ends_goes_on_with_another(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "ab"]
    nodes = []
    for folder in folders:
        folder.mkdir()
        nodes.append(mosquitto(folder))
    urls = tuple(f"mqtt://127.0.0.1:{port}" for _, port in nodes)
    connections: list[str] = []
    mqtt = Mqtt(Broker(urls), "a", on_connect=lambda: connections.append(mqtt._connector.url), on_message=lambda _: None)
    mqtt.start()
    await until(lambda: len(connections) == 1)
    nodes[urls.index(connections[0])][0].kill_9()
    await until(lambda: len(connections) == 2)
    assert set(connections) == set(urls)
    await mqtt.publish("t", b"x")
    await mqtt.stop()
    nodes[urls.index(connections[1])][0].stop()


async def test_a_node_that_does_not_answer_says_nothing_about_the_version_of_a_cluster(
    broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that is cut off from the others accepts connections and does not answer to CONNECT."""
    monkeypatch.setattr(versions, "_UNANSWERED_BY_NODE_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        urls = (f"mqtt://127.0.0.1:{silent.getsockname()[1]}", broker)
        for _ in range(4):  # the order is each client's own
            connected = asyncio.Event()
            mqtt = Mqtt(Broker(urls), "a", on_connect=connected.set, on_message=lambda _: None)
            mqtt.start()
            async with asyncio.timeout(20):
                await connected.wait()
            assert mqtt.speaks_5
            await mqtt.stop()


async def test_every_address_of_a_name_is_tried(broker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    port = int(broker.rpartition(":")[2])
    resolve: Callable[..., Sequence[object]] = socket.getaddrinfo

    def two_addresses(host: str, *arguments: object, **options: object) -> list[object]:
        hosts = ("127.0.0.99", "127.0.0.1") if host == "cluster.example" else (host,)
        return [answer for one in hosts for answer in resolve(one, *arguments, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", two_addresses)
    peer = await Peer(f"mqtt://cluster.example:{port}", "a").start()
    await peer.mqtt.stop()


async def test_a_connection_that_ended_is_made_again_after_the_time_that_was_set(broker: str) -> None:
    one = await Peer(broker, "a").start()
    one.mqtt.state.reconnect_after_s = 3.0
    other = await Peer(broker, "a").start()
    ended_s = asyncio.get_running_loop().time()
    one.connected.clear()
    async with asyncio.timeout(30):
        await one.connected.wait()
    assert asyncio.get_running_loop().time() - ended_s > 2
    for peer in (one, other):
        await peer.mqtt.stop()
