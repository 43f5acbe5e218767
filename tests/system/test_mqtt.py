"""The MQTT client against a real broker: TLS and passwords, gathered messages, back-pressure."""

import asyncio
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from gateway.host.mqtt import Broker, Message, Mqtt, Will
from gateway.model.site.connection import LoginSettings, TlsSettings
from tests.system.certificates import certificates
from tests.system.peer import Peer, until
from tests.system.servers import Process, free_port, listens, program, wait_until

pytestmark = pytest.mark.system


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # paho leaves a socket of a failed handshake open
async def test_a_broker_with_tls_and_passwords_is_connected_to_and_one_with_another_authority_is_not(tmp_path: Path) -> None:
    certificates(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    certificates(other)
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(tmp_path / "users"), "gw-1", "secret"], check=True)
    (tmp_path / "password").write_text("secret")
    (tmp_path / "password").chmod(0o600)
    port = free_port()
    (tmp_path / "mosquitto.conf").write_text(
        f"user root\nlistener {port} 127.0.0.1\ncafile {tmp_path}/ca.pem\ncertfile {tmp_path}/server.pem\nkeyfile {tmp_path}/server.key\n"
        f"require_certificate true\nallow_anonymous false\npassword_file {tmp_path}/users\n"
    )
    process = Process("mosquitto", tmp_path, program("mosquitto"), "-c", str(tmp_path / "mosquitto.conf"))
    wait_until("mosquitto", lambda: listens(port))

    async def reached(folder: Path) -> bool:
        tls = TlsSettings(ca=str(folder / "ca.pem"), cert=str(folder / "client.pem"), key=str(folder / "client.key"))
        broker = Broker(f"mqtts://127.0.0.1:{port}", tls, LoginSettings(user="gw-1", password_file=str(tmp_path / "password")))
        mqtt = Mqtt(broker, "c", on_connect=lambda: None, on_message=print)
        mqtt.start()
        for _ in range(40):
            if mqtt.state.connected:
                break
            await asyncio.sleep(0.05)
        connected = mqtt.state.connected
        await mqtt.stop()
        return connected

    assert await reached(tmp_path)
    assert not await reached(other)
    process.stop()


async def test_messages_are_gathered_until_there_is_enough_data(broker: str) -> None:
    came: list[Message] = []
    slow = Mqtt(Broker(broker), "gathers", on_connect=lambda: slow.subscribe("t"), on_message=came.append, gather_s=60.0)
    slow.start()
    other = await Peer(broker).start()
    await until("the subscription", lambda: slow.state.connected and not slow._publishes._pending)
    for _ in range(3):
        await other.say("t", b"small")
    await asyncio.sleep(0.2)
    assert came == []
    await other.say("t", bytes(40_000))
    await until("all of them", lambda: len(came) == 4)
    for body in (b"small", bytes(40_000)):
        await other.say("t", body)
    await until("those after them", lambda: len(came) == 6)
    await slow.stop()
    await other.mqtt.stop()


async def test_a_message_whose_handler_fails_does_not_stop_the_others(broker: str, caplog: pytest.LogCaptureFixture) -> None:
    came: list[bytes] = []

    def take(message: Message) -> None:
        came.append(message.payload)
        if message.payload == b"2":
            raise ZeroDivisionError("a fault in the handler")

    taker = Mqtt(Broker(broker), "taker", on_connect=lambda: taker.subscribe("t"), on_message=take, gather_s=0.2)
    taker.start()
    other = await Peer(broker).start()
    await until("the subscription", lambda: taker.state.connected and not taker._publishes._pending)
    for number in (b"1", b"2", b"3", b"4"):
        await other.say("t", number)
    await until("all of them", lambda: came == [b"1", b"2", b"3", b"4"])
    assert "a fault in the handler" in caplog.text
    await taker.stop()
    await other.mqtt.stop()


async def test_messages_are_read_no_faster_than_they_are_processed(broker: str) -> None:
    held: list[Message] = []
    slow = Mqtt(Broker(broker), "slow", on_connect=lambda: slow.subscribe("t"), on_message=held.append, manual_ack=True, in_hand=5)
    slow.start()
    await until("the connection", lambda: slow.state.connected)
    other = await Peer(broker).start()
    await asyncio.sleep(0.2)
    for n in range(30):
        await other.say("t", str(n).encode())
    await until("the first", lambda: len(held) == 5)
    await asyncio.sleep(0.3)
    assert len(held) == 5
    while len(held) < 30:
        for message in held:
            slow.finish(message)
        seen = len(held)
        await until("more", lambda seen=seen: len(held) > seen)  # type: ignore[misc]
        held_now = held[seen:]
        if len(held) == 30:
            break
        for message in held_now:
            slow.finish(message)
    assert sorted(int(message.payload) for message in held) == list(range(30))
    await slow.stop()
    await other.mqtt.stop()


async def test_a_client_that_processes_nothing_for_long_disconnects_and_returns_when_all_is_processed(
    broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker would give up a client that reads nothing; one that connects again without processing anything would do so forever."""
    monkeypatch.setattr("gateway.host.mqtt.connector.KEEP_ALIVE_S", 6)
    held: list[Message] = []
    connections: list[int] = []

    def connected() -> None:
        connections.append(1)
        slow.subscribe("t")
        slow.publish("slow/state", b"online", retain=True)

    slow = Mqtt(
        Broker(broker), "slow", on_connect=connected, on_message=held.append, manual_ack=True, in_hand=5, session_expiry_s=60,
        will=Will("slow/state", b"offline"),
    )  # fmt: skip
    other = await Peer(broker, "slow/state").start()
    slow.start()
    await until("the connection", lambda: other.on("state"))
    for n in range(30):
        await other.say("t", str(n).encode())
    await until("its leaving", lambda: other.on("state")[-1].payload == b"offline", 20)
    assert (len(held), slow.state.connected) == (5, False)
    await asyncio.sleep(3)
    assert len(connections) == 1, "it stays away as long as nothing is processed"
    done = 0
    async with asyncio.timeout(20):
        while len({message.payload for message in held}) < 30:
            for message in held[done:]:
                slow.finish(message)
                done += 1
            await asyncio.sleep(0.02)
    assert len(connections) == 2
    # It publishes this itself; the broker may publish the will once more, as unread messages break the connection off.
    assert other.on("state")[-1].payload == b"online"
    await slow.stop()
    await other.mqtt.stop()


async def test_a_message_of_qos_0_is_dropped_and_ends_no_connection(broker: str) -> None:
    received: list[bytes] = []

    def finish(message: Message) -> None:
        received.append(message.payload)
        mqtt.finish(message)

    mqtt = Mqtt(
        Broker(broker),
        "worker",
        on_connect=lambda: mqtt.subscribe("data"),
        on_message=finish,
        manual_ack=True,
    )
    mqtt.start()
    await until("the connection", lambda: mqtt.state.connected)
    other = paho.Client(CallbackAPIVersion.VERSION2, "other", protocol=MQTTProtocolVersion.MQTTv5)
    other.connect("127.0.0.1", urlsplit(broker).port or 0)
    other.loop_start()

    def said(qos: int) -> bool:
        other.publish("data", str(qos), qos=qos)
        return str(qos).encode() in received

    said(0)
    await until("the messages of QoS 1", lambda: said(1))
    assert b"0" not in received
    await mqtt.publish("answer", b"over the same connection")
    assert mqtt.state.session == 1
    other.disconnect()
    other.loop_stop()
    await mqtt.stop()
