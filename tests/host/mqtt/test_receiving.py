"""Messages are received as paho receives them, with less work."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import paho.mqtt.client as paho
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt._packet import decode_publish
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from gateway.host.mqtt.receiving import ReceivingClient, _parsed
from tests.system.servers import mosquitto, wait_until

SUBSCRIBER_QOS = 2


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    process, port = mosquitto(tmp_path)
    yield port
    process.stop()


class Threaded(ReceivingClient):
    """Runs in paho's own thread, which does not know of bytes that are received and not read."""

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        while (done := super().loop_read(max_packets)) == MQTTErrorCode.MQTT_ERR_SUCCESS and self.has_bytes:
            pass
        return done


def _subscribe(client: paho.Client) -> None:
    client.subscribe("a/#", SUBSCRIBER_QOS)


@contextmanager
def connected(
    kind: type[paho.Client], port: int, name: str, version: MQTTProtocolVersion, *, manual_ack: bool = False
) -> Iterator[paho.Client]:
    client, subscribed = kind(CallbackAPIVersion.VERSION2, name, protocol=version, manual_ack=manual_ack), threading.Event()
    client.on_connect = lambda *_: _subscribe(client)
    client.on_subscribe = lambda *_: subscribed.set()
    client.connect("127.0.0.1", port)
    client.loop_start()
    assert subscribed.wait(10)
    yield client
    client.disconnect()
    client.loop_stop()


@pytest.mark.system
@pytest.mark.parametrize("version", [MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311])
def test_what_arrives_is_what_paho_receives(port: int, version: MQTTProtocolVersion) -> None:
    heard = dict[str, list[tuple[str, bytes, bool, int]]](one=[], other=[])
    with connected(Threaded, port, "one", version) as one, connected(paho.Client, port, "other", version) as other:
        for client, name in ((one, "one"), (other, "other")):
            client.on_message = lambda _c, _d, m, name=name: heard[name].append((m.topic, bytes(m.payload), bool(m.retain), m.mid))
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.UserProperty = [("k" * 100, "v" * 100)]
        for number in range(300):
            more = {"properties": properties} if number % 3 and version == MQTTProtocolVersion.MQTTv5 else {}
            other.publish(f"a/{number}", bytes(number * number * (number % 5)), qos=1 + number % 2, retain=number % 2 > 0, **more)
        wait_until("the messages", lambda: all(len(some) >= 300 for some in heard.values()))
    assert sorted(heard["one"]) == sorted(heard["other"])


@pytest.mark.system
def test_without_manual_acknowledgement_the_broker_goes_on_beyond_its_window(port: int) -> None:
    heard = list[int]()
    with connected(Threaded, port, "one", MQTTProtocolVersion.MQTTv5) as one:
        one.on_message = lambda _c, _d, m: heard.append(m.mid)
        for _ in range(100):
            one.publish("a/b", b"x", qos=1)
        wait_until("the messages", lambda: len(heard) == 100)


@pytest.mark.system
def test_with_manual_acknowledgement_a_message_counts_until_it_is_acknowledged(port: int) -> None:
    heard = list[int]()
    with connected(Threaded, port, "one", MQTTProtocolVersion.MQTTv5, manual_ack=True) as one:
        one.on_message = lambda _c, _d, m: heard.append(m.mid)
        for _ in range(100):
            one.publish("a/b", b"x", qos=1)
        acknowledged = 0
        while acknowledged < 100:
            wait_until("a message", lambda: len(heard) > acknowledged)  # noqa: B023 — called at once
            one.ack(heard[acknowledged], 1)
            acknowledged += 1


@given(st.binary(min_size=2, max_size=300), st.integers(0x30, 0x35), st.booleans())
def test_whatever_a_packet_has_it_is_read_as_paho_reads_it_or_left_to_paho(packet: bytes, first: int, with_properties: bool) -> None:
    found = _parsed(first, packet, with_properties=with_properties)
    try:
        expected = decode_publish(first, packet, MQTTProtocolVersion.MQTTv5 if with_properties else MQTTProtocolVersion.MQTTv311)
    except Exception:  # noqa: BLE001 — paho raises whatever comes for a malformed packet
        return
    if found is not None:
        assert (found.topic.encode(), found.mid, found.payload, found.retain) == (
            expected.topic,
            expected.mid,
            bytes(expected.payload),
            expected.retain,
        )


class Sent(NamedTuple):
    """A message to be sent."""

    qos: int
    payload: bytes

    def packet(self, mid: int) -> bytes:
        """Return the message as a packet of MQTT 3.1.1."""
        body = b"\0\3a/b" + (mid.to_bytes(2, "big") if self.qos else b"") + self.payload
        size, length = len(body), b""
        while True:
            size, part = divmod(size, 128)
            length += bytes((part | (0x80 if size else 0),))
            if not size:
                return bytes((0x30 | self.qos << 1,)) + length + body


SENT = st.builds(Sent, st.sampled_from((0, 1)), st.one_of(st.binary(max_size=40), st.integers(100, 40_000).map(bytes)))


@given(st.lists(SENT, max_size=12), st.lists(st.integers(1, 20_000), max_size=30))
def test_in_whatever_pieces_messages_arrive_each_of_qos_1_is_received_once_and_none_of_qos_0(sent: list[Sent], sizes: list[int]) -> None:
    client, heard = ReceivingClient(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv311, manual_ack=True), list[bytes]()
    client.on_message = lambda _c, _d, message: heard.append(bytes(message.payload))
    stream, at = b"".join(one.packet(number + 1) for number, one in enumerate(sent)), 0
    here, there = socket.socketpair()
    with here, there:
        here.setblocking(False)
        client._sock = here
        for size in [*sizes, len(stream)]:
            there.sendall(stream[at : at + size])
            at += size
            while client.has_bytes or select.select([here], [], [], 0)[0]:
                assert client.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS
        client._sock = None
    assert heard == [one.payload for one in sent if one.qos]


def test_messages_that_arrive_together_are_received_together_until_the_reader_pauses() -> None:
    client, heard = ReceivingClient(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv311, manual_ack=True), list[bytes]()

    def hear(_client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        heard.append(bytes(message.payload))
        client.paused = message.payload == b"\2"

    client.on_message = hear
    here, there = socket.socketpair()
    with here, there:
        here.setblocking(False)
        client._sock = here
        there.sendall(b"".join(Sent(1, bytes((number,))).packet(number + 1) for number in range(5)))
        while not heard:
            assert client.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS
        assert heard == [b"\0", b"\1", b"\2"]
        assert client.has_bytes
        client.paused = False
        assert client.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS
        client._sock = None
    assert heard == [b"\0", b"\1", b"\2", b"\3", b"\4"]


def test_acknowledgements_that_wait_are_sent_in_one_write_and_in_their_order_with_the_rest() -> None:
    client = ReceivingClient(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True)
    client.on_socket_register_write = lambda *_: None
    here, there = socket.socketpair()
    with here, there:
        client._sock = here
        for mid in (1, 2, 0x1234):
            client.ack(mid, 1)
        client.publish("a/b", b"x", qos=0)
        client.ack(5, 1)
        assert len(client._out_packet) == 3
        client.loop_write()
        client._sock = None
        assert there.recv(100) == b"\x40\2\0\1\x40\2\0\2\x40\2\x12\x34" + b"\x30\7\0\3a/b\0x" + b"\x40\2\0\5"


def test_what_is_sent_in_part_is_not_added_to() -> None:
    client = ReceivingClient(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True)
    client.on_socket_register_write = lambda *_: None
    here, there = socket.socketpair()
    with here, there:
        client._sock = here
        client.ack(1, 1)
        client.ack(2, 1)
        client._out_packet[0]["pos"], client._out_packet[0]["to_process"] = 3, 5
        client.ack(3, 1)
        client.loop_write()
        client._sock = None
        assert there.recv(100) == b"\1\x40\2\0\2" + b"\x40\2\0\3"


@pytest.mark.system
def test_a_flood_of_qos_0_does_not_hold_up_what_is_sent_with_qos_1(port: int) -> None:
    """What is dropped is dropped before anything is made of it."""
    heard = list[bytes]()
    with connected(Threaded, port, "one", MQTTProtocolVersion.MQTTv5) as one:
        one.on_message = lambda _c, _d, m: heard.append(bytes(m.payload))
        for number in range(2000):
            one.publish("a/b", b"flood", qos=0)
            if number % 500 == 0:
                one.publish("a/b", bytes((number // 500,)), qos=1)
        wait_until("the messages", lambda: len(heard) == 4)
    assert heard == [b"\0", b"\1", b"\2", b"\3"]
