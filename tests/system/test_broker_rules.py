"""The configuration and access rules that are shipped for mosquitto: who may publish and receive what, who may be whom."""

import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from gateway.host.mqtt import Broker, Mqtt, PublishRefused
from gateway.model.messages import Receipt, WorkerState
from gateway.model.site.connection import LoginSettings, TlsSettings
from gateway.model.topics import GatewayId, every_gateway, worker_state
from tests.hostile.broker import CENTRE_USER, EXAMPLE_READER, Ports, password_of, shipped_mosquitto, user_of
from tests.hostile.client import Client, Refused
from tests.system.certificates import certificates
from tests.system.peer import until
from tests.system.servers import program, wait_until

pytestmark = pytest.mark.system

GOOD, BAD = GatewayId("prato", "citelum", "gw-0042"), GatewayId("prato", "evil", "gw-1")
SCHEMA = bytes(8)
CITY = {operator: f"prato/v1/{operator}/city/lamp/pl-1" for operator in ("citelum", "evil")}
WORKER = worker_state("prato", "worker-1")
NOT_AUTHORISED = 0x87
GOODS = {channel: GOOD.topic(channel) for channel in ("data", "time", "state", "receipt", "ask")} | {"schema": GOOD.schema_topic(SCHEMA)}
BADS = {channel: BAD.topic(channel) for channel in ("data", "time", "state", "receipt", "ask")} | {"schema": BAD.schema_topic(SCHEMA)}
ALL = [*GOODS.values(), *BADS.values(), *CITY.values(), WORKER, "prato/v1/other", "anything"]
SENT_BY_GATEWAY = ("data", "time", "state", "schema")
CENTRES = [WORKER, *CITY.values(), *(topic for one in (GOODS, BADS) for channel, topic in one.items() if channel != "time")]
MAY_PUBLISH = {
    CENTRE_USER: set(CENTRES),
    user_of(GOOD): {GOODS[channel] for channel in SENT_BY_GATEWAY},
    user_of(BAD): {BADS[channel] for channel in SENT_BY_GATEWAY},
    EXAMPLE_READER: set(),
}
MAY_RECEIVE = {
    CENTRE_USER: {WORKER, *CITY.values(), *(one[channel] for one in (GOODS, BADS) for channel in SENT_BY_GATEWAY)},
    user_of(GOOD): {GOODS["receipt"], GOODS["ask"], GOODS["state"], WORKER},
    user_of(BAD): {BADS["receipt"], BADS["ask"], BADS["state"], WORKER},
    EXAMPLE_READER: {CITY["citelum"]},
}


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[Ports]:
    process, ports = shipped_mosquitto(tmp_path, [GOOD, BAD])
    yield ports
    process.stop()


def client(ports: Ports, user: str, client_id: str = "") -> Client:
    return Client(ports.centre if user == CENTRE_USER else ports.gateways, user, client_id).ready()


@pytest.mark.parametrize("user", MAY_PUBLISH)
def test_a_user_may_publish_on_its_own_topics_and_nothing_else(user: str, ports: Ports) -> None:
    one = client(ports, user)
    reasons = {topic: one.publish(topic, b"{}") for topic in ALL}
    one.close()
    assert {topic for topic, reason in reasons.items() if reason != NOT_AUTHORISED} == MAY_PUBLISH[user]


def received_last(reader: Client) -> bool:
    return any(payload == b"last" for _, payload, _ in reader.received)


def test_a_user_receives_what_is_meant_for_it_and_nothing_else(ports: Ports) -> None:
    readers = {user: client(ports, user) for user in MAY_RECEIVE}
    writers = [client(ports, user, f"writes-{user}") if user == CENTRE_USER else readers[user] for user in MAY_PUBLISH]
    for reader in readers.values():
        reader.subscribe("#", "$SYS/#", *ALL)
    for writer in writers:
        for topic in ALL:
            writer.publish(topic, b"{}")
    for topic in (WORKER, CITY["citelum"]):
        writers[0].publish(topic, b"last")
    for user, reader in readers.items():
        wait_until(f"the messages of {user}", partial(received_last, reader))
    received = {user: {topic for topic, _, _ in reader.received} for user, reader in readers.items()}
    for reader in {*readers.values(), *writers}:
        reader.close()
    assert received == MAY_RECEIVE


def test_forged_receipts_and_worker_states_are_refused(ports: Ports) -> None:
    victim, attacker = client(ports, user_of(GOOD)), client(ports, user_of(BAD))
    victim.subscribe(GOOD.topic("receipt"), WORKER, GOOD.topic("ask"))
    forged = msgspec.json.encode(Receipt("00" * 8, [(0, 1000)]))
    assert attacker.publish(GOOD.topic("receipt"), forged) == NOT_AUTHORISED
    assert attacker.publish(WORKER, msgspec.json.encode(WorkerState("online", "forged")), retain=True) == NOT_AUTHORISED
    centre = client(ports, CENTRE_USER)
    assert centre.publish(GOOD.topic("receipt"), b"genuine") == 0
    wait_until("the centre's receipt", lambda: bool(victim.received))
    assert [payload for _, payload, _ in victim.received] == [b"genuine"]
    for one in (victim, attacker, centre):
        one.close()


def test_a_gateway_can_t_use_the_client_id_of_another(ports: Ports) -> None:
    victim = client(ports, user_of(GOOD))
    victim.subscribe(GOOD.topic("receipt"))
    attacker = client(ports, user_of(BAD), client_id=user_of(GOOD))
    centre = client(ports, CENTRE_USER)
    centre.publish(GOOD.topic("receipt"), b"still here")
    wait_until("the receipt", lambda: len(victim.received) == 1)
    assert victim.paho.is_connected()
    for one in (victim, attacker, centre):
        one.close()


def refuses(port: int, user: str | None, password: str | None) -> bool:
    answers: list[bool] = []
    one = paho.Client(CallbackAPIVersion.VERSION2, user_of(GOOD), protocol=MQTTProtocolVersion.MQTTv5)
    one.username_pw_set(user, password)
    one.on_connect = lambda _c, _d, _f, reason, _p: answers.append(reason.is_failure)
    one.connect("127.0.0.1", port)
    one.loop_start()
    wait_until("the broker's answer", lambda: bool(answers))
    one.disconnect()
    one.loop_stop()
    return all(answers)


def test_nobody_connects_without_a_password_or_with_another_s(ports: Ports) -> None:
    for port in ports:
        assert refuses(port, None, None)
        assert refuses(port, user_of(GOOD), password_of(user_of(BAD)))


async def test_a_gateway_takes_no_share_of_the_workers_messages(ports: Ports, tmp_path: Path) -> None:
    """Mosquitto grants every subscription and then discards what its subscriber may not read: whoever joins a group takes messages away from it."""
    secret = tmp_path / "password"
    secret.write_text(password_of(CENTRE_USER))
    secret.chmod(0o600)
    received: list[bytes] = []
    login = LoginSettings(user=CENTRE_USER, password_file=str(secret))
    worker = Mqtt(
        Broker(f"mqtt://127.0.0.1:{ports.centre}", login=login),
        "prato-central-worker-1",
        on_connect=lambda: worker.subscribe(worker.share + every_gateway("prato", "data")),
        on_message=lambda message: received.append(message.payload),
    )
    attacker = client(ports, user_of(BAD))
    attacker.subscribe("$share/central/prato/v1/+/gw/+/data", "$share/+/prato/v1/+/gw/+/data", "$share/#")
    worker.start()
    await until("the connection", lambda: worker.state.connected)
    victim = client(ports, user_of(GOOD))
    first = [str(number).encode() for number in range(20)]

    def subscribed() -> bool:
        victim.publish(GOOD.topic("data"), b"first")
        return bool(received)

    await until("the subscription", subscribed)
    received.clear()
    for body in first:
        victim.publish(GOOD.topic("data"), body)
    await until("all messages", lambda: [one for one in received if one != b"first"] == first)
    assert attacker.received == []
    await worker.stop()
    victim.close()
    attacker.close()


def test_a_packet_that_is_too_large_ends_its_connection_alone(ports: Ports) -> None:
    victim, attacker = client(ports, user_of(GOOD)), client(ports, user_of(BAD))
    ended: list[bool] = []
    attacker.paho.on_disconnect = lambda *_: ended.append(True)
    attacker.paho.publish(BAD.topic("data"), bytes(8 << 20), qos=1)
    wait_until("the end of the connection", lambda: bool(ended))
    attacker.paho.disconnect()
    assert victim.publish(GOOD.topic("data"), bytes(1 << 20)) in (0, 0x10)
    attacker.close()
    victim.close()


def client_certificate(folder: Path, user: str) -> TlsSettings:
    """Create a certificate whose common name is a user."""
    openssl = program("openssl")
    key, request, made = folder / "own.key", folder / "own.csr", folder / "own.pem"
    new = [
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        str(key),
        "-out",
        str(request),
        "-subj",
        f"/CN={user}",
    ]
    sign = [
        "x509",
        "-req",
        "-in",
        str(request),
        "-CA",
        str(folder / "ca.pem"),
        "-CAkey",
        str(folder / "ca.key"),
        "-CAcreateserial",
        "-out",
        str(made),
    ]
    for arguments in (new, sign):
        subprocess.run([openssl, *arguments], check=True, capture_output=True)
    return TlsSettings(ca=str(folder / "ca.pem"), cert=str(made), key=str(key))


async def test_a_gateway_with_a_certificate_has_the_rights_of_the_user_that_it_names(tmp_path: Path) -> None:
    certificates(tmp_path)
    tls = tmp_path / "tls"
    tls.mkdir()
    shutil.copy(tmp_path / "server.pem", tls / "broker.pem")
    shutil.copy(tmp_path / "server.key", tls / "broker.key")
    documented = f"cafile {tmp_path}/ca.pem\nrequire_certificate true\nuse_identity_as_username true\n"
    process, ports = shipped_mosquitto(tmp_path, [GOOD, BAD], tls, documented)
    broker = Broker(f"mqtts://127.0.0.1:{ports.gateways}", client_certificate(tmp_path, user_of(BAD)))
    one = Mqtt(broker, user_of(GOOD), on_connect=lambda: None, on_message=lambda _: None)
    one.start()
    await until("the connection", lambda: one.state.connected)
    await one.publish(BAD.topic("data"), b"its own")
    with pytest.raises(PublishRefused):
        await one.publish(GOOD.topic("data"), b"of another")
    assert f"as {user_of(BAD)} " in process.said()
    await one.stop()
    process.stop()


async def test_a_gateway_connects_over_tls_with_the_shipped_listener(tmp_path: Path) -> None:
    certificates(tmp_path)
    tls = tmp_path / "tls"
    tls.mkdir()
    shutil.copy(tmp_path / "server.pem", tls / "broker.pem")
    shutil.copy(tmp_path / "server.key", tls / "broker.key")
    process, ports = shipped_mosquitto(tmp_path, [GOOD], tls)
    secret = tmp_path / "password"
    secret.write_text(password_of(user_of(GOOD)))
    secret.chmod(0o600)
    login = LoginSettings(user=user_of(GOOD), password_file=str(secret))
    broker = Broker(f"mqtts://127.0.0.1:{ports.gateways}", TlsSettings(ca=str(tmp_path / "ca.pem")), login)
    one = Mqtt(broker, user_of(GOOD), on_connect=lambda: None, on_message=lambda _: None)
    one.start()
    await until("the connection", lambda: one.state.connected)
    await one.publish(GOOD.topic("data"), b"over TLS")
    await one.stop()
    with pytest.raises(Refused):
        Client(ports.centre, user_of(BAD)).ready()
    process.stop()
