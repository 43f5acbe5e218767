"""Messages are received as paho receives them, with less work."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt._packet import decode_publish
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
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
    with connected(ReceivingClient, port, "one", version) as one, connected(paho.Client, port, "other", version) as other:
        for client, name in ((one, "one"), (other, "other")):
            client.on_message = lambda _c, _d, m, name=name: heard[name].append((m.topic, bytes(m.payload), bool(m.retain), m.mid))
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.UserProperty = [("k" * 100, "v" * 100)]
        for number in range(300):
            more = {"properties": properties} if number % 3 and version == MQTTProtocolVersion.MQTTv5 else {}
            other.publish(f"a/{number}", bytes(number * (number % 5)), qos=number % 3, retain=number % 2 > 0, **more)
        wait_until("the messages", lambda: all(len(some) >= 300 for some in heard.values()))
    assert sorted(heard["one"]) == sorted(heard["other"])


@pytest.mark.system
def test_without_manual_acknowledgement_the_broker_goes_on_beyond_its_window(port: int) -> None:
    heard = list[int]()
    with connected(ReceivingClient, port, "one", MQTTProtocolVersion.MQTTv5) as one:
        one.on_message = lambda _c, _d, m: heard.append(m.mid)
        for _ in range(100):
            one.publish("a/b", b"x", qos=1)
        wait_until("the messages", lambda: len(heard) == 100)


@pytest.mark.system
def test_with_manual_acknowledgement_a_message_counts_until_it_is_acknowledged(port: int) -> None:
    heard = list[int]()
    with connected(ReceivingClient, port, "one", MQTTProtocolVersion.MQTTv5, manual_ack=True) as one:
        one.on_message = lambda _c, _d, m: heard.append(m.mid)
        for _ in range(100):
            one.publish("a/b", b"x", qos=1)
        acknowledged = 0
        while acknowledged < 100:
            wait_until("a message", lambda: len(heard) > acknowledged)  # noqa: B023 — called at once
            one.ack(heard[acknowledged], 1)
            acknowledged += 1


@given(st.binary(min_size=2, max_size=300), st.integers(0x30, 0x33), st.booleans())
def test_whatever_a_packet_has_it_is_read_as_paho_reads_it_or_left_to_paho(packet: bytes, first: int, with_properties: bool) -> None:
    found = _parsed(first, packet, with_properties=with_properties)
    try:
        expected = decode_publish(first, packet, MQTTProtocolVersion.MQTTv5 if with_properties else MQTTProtocolVersion.MQTTv311)
    except Exception:  # noqa: BLE001 — paho raises whatever comes for a malformed packet
        return
    if found is not None:
        assert (found._topic, found.mid, found.payload, found.retain) == (
            expected.topic,
            expected.mid,
            bytes(expected.payload),
            expected.retain,
        )
