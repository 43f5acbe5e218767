"""The uplink and the ingest on their own, against a real broker and a centre or a gateway that the test plays."""

import asyncio
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from gateway.host.clock import now_ms
from gateway.host.mqtt import Broker, Message, Mqtt, Will
from gateway.host.threads import OneThread
from gateway.journal.entries import JournalLimits
from gateway.journal.journal import Journal
from gateway.model.batch import Clock, Flag, encode_rows, unpack
from gateway.model.canonical import FieldType
from gateway.model.messages import Ask, GatewayState, Receipt, Refusal, WorkerState
from gateway.model.site import LoginSettings, TlsSettings
from gateway.model.stream import Schema, Stream, StreamField, hash_of
from gateway.model.topics import GatewayId, every_gateway, worker_state
from gateway.uplink.session import UplinkSession
from tests.rows import Row
from tests.system.servers import Process, free_port, listens, mosquitto, program, wait_until

pytestmark = pytest.mark.system

ME = GatewayId("prato", "citelum", "gw-1")
STREAM = Stream("pl-1", "dali-1", "intesis_ibmbsdal", "lamp", (StreamField("dim_level", FieldType.INT, "%"),), 10.0)
DOCUMENT = Schema((STREAM,)).document()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    process, port = mosquitto(tmp_path)
    yield f"mqtt://127.0.0.1:{port}"
    process.stop()


async def until(what: str, ready: Callable[[], object], within_s: float = 10.0) -> None:
    try:
        async with asyncio.timeout(within_s):
            while not ready():
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"{what} did not come") from None


class Other:
    """Plays the other end: what came by topic, and what it says."""

    def __init__(self, url: str, *filters: str) -> None:
        self.came: list[Message] = []
        self.filters = filters
        self.mqtt = Mqtt(Broker(url), "the-other-end", on_connect=self._connected, on_message=self.came.append)

    def _connected(self) -> None:
        self.mqtt.subscribe(*self.filters)

    async def start(self) -> "Other":
        self.mqtt.start()
        await until("the connection", lambda: self.mqtt.state.connected)
        await asyncio.sleep(0.1)
        return self

    def on(self, channel: str) -> list[Message]:
        return [message for message in self.came if message.topic.split("/")[-1 if channel != "schema" else -2] == channel]

    async def say(self, topic: str, payload: object, *, retain: bool = False) -> None:
        await self.mqtt.publish(topic, payload if isinstance(payload, bytes) else msgspec.json.encode(payload), retain=retain)


class Rig:
    """An uplink over a journal."""

    def __init__(self, url: str, folder: Path, confirm: Literal["stored", "broker"] = "stored") -> None:
        self.thread = OneThread("journal")
        self.journal = Journal(folder / "journal.sqlite", JournalLimits(1 << 24, 1e6, 1e6), now_ms)
        self.journal.keep_schema(hash_of(DOCUMENT), DOCUMENT)
        self.uplink = UplinkSession(
            ME, Broker(url), self.journal, self.thread, confirm=confirm, state=GatewayState("online"), now_ms=now_ms
        )
        self.stop = asyncio.Event()
        self.task = asyncio.create_task(self.uplink.run(self.stop))

    async def add(self, *values: int) -> None:
        for value in values:
            rows = encode_rows([Row(0, 0, [value])])
            await self.thread.run(
                self.journal.append, schema=hash_of(DOCUMENT), t0_ms=now_ms(), clock=Clock.SYNCED, flags=Flag(0), readings=1, rows=rows
            )
        self.uplink.wake()

    async def backlog(self) -> int:
        return (await self.thread.run(self.journal.backlog)).batches

    async def end(self) -> None:
        self.stop.set()
        await self.task
        await self.thread.run(self.journal.close)
        self.thread.close()


@pytest.fixture
async def ends(broker: str, tmp_path: Path) -> AsyncIterator[tuple[Rig, Other]]:
    other = await Other(broker, every_gateway("prato", "state"), every_gateway("prato", "data"), every_gateway("prato", "schema/+")).start()
    rig = Rig(broker, tmp_path)
    await until("the birth", lambda: other.on("state"))
    yield rig, other
    await rig.end()
    await other.mqtt.stop()


async def online(other: Other, start: str = "1") -> None:
    await other.say(worker_state("prato", "worker-1"), WorkerState("online", start), retain=True)


async def test_a_schema_that_is_forgotten_is_cleared_from_the_broker(ends: tuple[Rig, Other]) -> None:
    rig, other = ends
    await until("the schema", lambda: other.on("schema"))
    rig.uplink.forget_schema(hash_of(DOCUMENT))
    await until("its end", lambda: other.on("schema")[-1].payload == b"")
    assert other.on("schema")[-1].topic == ME.schema_topic(hash_of(DOCUMENT))


async def test_a_gateway_says_who_it_is_and_what_its_batches_are_made_of(ends: tuple[Rig, Other]) -> None:
    _, other = ends
    await until("the schema", lambda: other.on("schema"))
    assert msgspec.json.decode(other.on("state")[0].payload)["state"] == "online"
    assert other.on("schema")[0].payload == DOCUMENT


async def test_nothing_is_sent_before_a_worker_is_online_and_a_receipt_settles_it(ends: tuple[Rig, Other]) -> None:
    rig, other = ends
    await rig.add(1, 2, 3)
    await asyncio.sleep(0.4)
    assert other.on("data") == []
    await online(other)
    await until("the batches", lambda: len(other.on("data")) == 3)
    assert [unpack(message.payload).seq for message in other.on("data")] == [0, 1, 2]
    assert await rig.backlog() == 3
    await other.say(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), [(0, 2)]))
    assert await rig.uplink.drained(5)


async def test_a_new_start_of_a_worker_brings_what_has_no_receipt_again(ends: tuple[Rig, Other]) -> None:
    rig, other = ends
    await online(other)
    await rig.add(1, 2)
    await until("the batches", lambda: len(other.on("data")) == 2)
    await other.say(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), [(0, 0)]))
    await online(other, start="2")
    await until("the one again", lambda: len(other.on("data")) == 3)
    assert unpack(other.on("data")[2].payload).seq == 1


async def test_a_batch_whose_schema_the_centre_lacks_is_sent_again_soon(ends: tuple[Rig, Other]) -> None:
    rig, other = ends
    await online(other)
    await rig.add(1)
    await until("the batch", lambda: other.on("data"))
    await other.say(ME.topic("ask"), b'{"schema":"' + hash_of(DOCUMENT).hex().encode() + b'"}')
    await other.say(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), retry=[Refusal(0, "unknown-schema")]))
    await until("the schema again", lambda: len(other.on("schema")) == 2)
    await until("the batch again", lambda: len(other.on("data")) == 2)
    assert rig.uplink.counts.resent == 1


async def test_a_rejected_batch_is_set_aside_and_the_others_go_on(ends: tuple[Rig, Other]) -> None:
    rig, other = ends
    await online(other)
    await rig.add(1, 2)
    await until("the batches", lambda: len(other.on("data")) == 2)
    await other.say(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), [(1, 1)], rejected=[Refusal(0, "no such thing")]))
    assert await rig.uplink.drained(5)
    assert rig.uplink.counts.rejected == 1


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b'{"epoch":"zz"}',
        b'{"epoch":"00","stored":[[0,99999999999999999999]]}',
        b'{"epoch":"00","stored":[[-1,5]]}',
        b"x" * 100_000,
    ],
)
async def test_a_receipt_that_is_none_changes_nothing(ends: tuple[Rig, Other], payload: bytes) -> None:
    rig, other = ends
    await online(other)
    await rig.add(1)
    await until("the batch", lambda: other.on("data"))
    await other.say(ME.topic("receipt"), payload)
    await other.say(ME.topic("receipt"), Receipt("00" * 8, [(0, 10)]))
    await asyncio.sleep(0.2)
    assert await rig.backlog() == 1
    await other.say(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), [(0, 0)]))
    assert await rig.uplink.drained(5)


async def old(rig: Rig, *values: int, ago_s: int = 3600) -> None:
    """Add batches that were made a while ago."""
    rig.journal.now_ms = lambda: now_ms() - 1000 * ago_s
    await rig.add(*values)
    rig.journal.now_ms = now_ms


def told(other: Other) -> list[tuple[int, bool]]:
    batches = [unpack(message.payload) for message in other.on("data")]
    return [(batch.seq, batch.replay) for batch in batches]


async def test_what_was_made_seconds_before_a_connection_comes_beside_what_is_new_without_being_late(ends: tuple[Rig, Other]) -> None:
    """On a slow link a minute's batches would hold up what is new for half of one."""
    rig, other = ends
    await old(rig, *range(10), ago_s=20)
    await rig.add(10)
    await online(other)
    await until("the first", lambda: len(other.on("data")) == 2)
    await asyncio.sleep(0.2)
    assert told(other) == [(10, False), (0, False)]


async def test_after_an_outage_what_is_new_comes_first_and_the_backlog_beside_it_flagged(ends: tuple[Rig, Other]) -> None:
    rig, other = ends
    await old(rig, *range(40))
    await rig.add(40, 41)
    await online(other)
    await until("the new and one of the backlog", lambda: len(other.on("data")) == 3)
    await asyncio.sleep(0.2)
    assert told(other) == [(40, False), (41, False), (0, True)]
    await rig.add(42)
    await until("one that is new, though the backlog waits", lambda: len(other.on("data")) == 4)
    answered, at_once = 0, []
    async with asyncio.timeout(20):
        while len(other.on("data")) < 43:
            came = told(other)
            at_once.append(len(came) - answered)
            receipts = [(seq, seq) for seq, _ in came[answered:]]
            answered = len(came)
            await other.say(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), receipts))
            await until("more", lambda answered=answered: len(other.on("data")) > answered)  # type: ignore[misc]
            await asyncio.sleep(0.1)
    assert told(other)[4:] == [(seq, True) for seq in range(1, 40)]
    assert max(at_once) > 8, "it takes more as long as receipts come in time"
    await other.say(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), [(0, 42)]))
    assert await rig.uplink.drained(5)


async def test_a_centre_that_lost_its_store_asks_for_a_time_again_and_gets_it(ends: tuple[Rig, Other]) -> None:
    rig, other = ends
    await online(other)
    await rig.add(1, 2)
    before = now_ms() + 1
    await asyncio.sleep(0.01)
    await rig.add(3)
    await until("the batches", lambda: len(other.on("data")) == 3)
    await other.say(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), [(0, 2)]))
    assert await rig.uplink.drained(5)
    await other.say(ME.topic("ask"), Ask(since_ms=before - 60_000, until_ms=before))
    await until("two of them again", lambda: len(other.on("data")) == 5)
    await asyncio.sleep(0.2)
    assert [seq for seq, _ in told(other)[3:]] == [0, 1]


async def test_with_confirm_broker_what_the_broker_does_not_acknowledge_stays_in_the_journal(tmp_path: Path) -> None:
    process, port = mosquitto(tmp_path)
    rig = Rig(f"mqtt://127.0.0.1:{port}", tmp_path, "broker")
    try:
        await until("the connection", lambda: rig.uplink.mqtt.state.connected)
        await rig.add(1)
        assert await rig.uplink.drained(5)
        process.process.send_signal(signal.SIGSTOP)
        await rig.add(2)
        await until("the batch on its way", lambda: rig.uplink.counts.sent == 2)
        await asyncio.sleep(0.5)
        assert await rig.backlog() == 1
        process.process.send_signal(signal.SIGCONT)
        assert await rig.uplink.drained(10)
    finally:
        process.process.send_signal(signal.SIGCONT)
        await rig.end()
        process.stop()


async def test_no_more_than_the_window_is_sent_without_a_receipt(ends: tuple[Rig, Other]) -> None:
    rig, other = ends
    await online(other)
    await rig.add(*range(100))
    await until("the window", lambda: len(other.on("data")) == 64)
    await asyncio.sleep(0.3)
    assert len(other.on("data")) == 64
    await other.say(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), [(0, 63)]))
    await until("the rest", lambda: len(other.on("data")) == 100)


async def test_with_confirm_broker_the_brokers_word_settles_a_batch(broker: str, tmp_path: Path) -> None:
    other = await Other(broker, every_gateway("prato", "data")).start()
    rig = Rig(broker, tmp_path, confirm="broker")
    await until("the connection", lambda: rig.uplink.mqtt.state.connected)
    await rig.add(1, 2)
    assert await rig.uplink.drained(10)
    await until("both batches", lambda: len(other.on("data")) == 2)
    await rig.end()
    await other.mqtt.stop()


async def test_a_gateway_that_vanishes_is_said_to_be_offline(broker: str, tmp_path: Path) -> None:
    other = await Other(broker, every_gateway("prato", "state")).start()
    rig = Rig(broker, tmp_path)
    await until("the birth", lambda: other.on("state"))
    client = rig.uplink.mqtt._client
    assert client is not None
    connection = client.socket()
    assert isinstance(connection, socket.socket)
    connection.shutdown(socket.SHUT_RDWR)
    await until("the will", lambda: any(b"offline" in message.payload for message in other.on("state")))
    await rig.end()
    await other.mqtt.stop()


async def test_a_publish_that_the_broker_forbids_stays_in_the_journal(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "acl").write_text("topic readwrite prato/v1/centre/#\ntopic readwrite prato/v1/citelum/gw/gw-1/state\ntopic read #\n")
    (tmp_path / "mosquitto.conf").write_text(f"user root\nlistener {port} 127.0.0.1\nallow_anonymous true\nacl_file {tmp_path}/acl\n")
    process = Process("mosquitto", tmp_path, program("mosquitto"), "-c", str(tmp_path / "mosquitto.conf"))
    wait_until("mosquitto", lambda: listens(port))
    rig = Rig(f"mqtt://127.0.0.1:{port}", tmp_path, confirm="broker")
    await until("the connection", lambda: rig.uplink.mqtt.state.connected)
    await rig.add(1)
    await until("the refusal", lambda: rig.uplink.counts.refused == 1)
    assert await rig.backlog() == 1
    await rig.end()
    process.stop()


def certificates(folder: Path) -> None:
    """An authority, a broker's certificate for 127.0.0.1 and a client's, by openssl."""
    openssl = shutil.which("openssl")
    assert openssl, "openssl is not installed"

    def run(*arguments: str) -> None:
        subprocess.run([openssl, *arguments], cwd=folder, check=True, capture_output=True)

    run(
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        "-days",
        "2",
        "-subj",
        "/CN=ca",
    )
    for name, extension in (("server", "subjectAltName=IP:127.0.0.1"), ("client", "extendedKeyUsage=clientAuth")):
        run(
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.csr",
            "-subj",
            f"/CN={name}",
        )
        (folder / f"{name}.ext").write_text(extension)
        run(
            "x509",
            "-req",
            "-in",
            f"{name}.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-out",
            f"{name}.pem",
            "-days",
            "2",
            "-extfile",
            f"{name}.ext",
        )


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # paho leaves a socket of a failed handshake open
async def test_a_broker_with_tls_certificates_and_passwords_is_reached_and_another_is_not(tmp_path: Path) -> None:
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


async def test_a_batch_that_the_disk_spoilt_is_never_sent_and_ends_neither_the_uplink_nor_the_others(ends: tuple[Rig, Other]) -> None:
    rig, other = ends
    await rig.add(1, 2, 3)
    with rig.journal._database as database:
        (body,) = database.execute("SELECT body FROM batches WHERE seq = 1").fetchone()
        spoilt = body[:-6] + bytes([body[-6] ^ 1]) + body[-5:]
        database.execute("UPDATE batches SET body = ? WHERE seq = 1", (spoilt,))
    await online(other)
    await until("the batches", lambda: len(other.on("data")) == 2)
    await other.say(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), [(0, 0), (2, 2)]))
    assert await rig.uplink.drained(5)
    assert [unpack(message.payload).seq for message in other.on("data")] == [0, 2]
    assert [(gap.from_seq, gap.readings) for gap in rig.journal.gaps()] == [(1, 1)]


async def test_messages_wait_for_each_other_unless_there_is_enough_of_them(broker: str) -> None:
    came: list[Message] = []
    slow = Mqtt(Broker(broker), "gathers", on_connect=lambda: slow.subscribe("t"), on_message=came.append, gather_s=60.0)
    slow.start()
    other = await Other(broker).start()
    await until("the connection", lambda: slow.state.connected)
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


async def test_a_message_that_breaks_whoever_takes_it_holds_no_others_up(broker: str, caplog: pytest.LogCaptureFixture) -> None:
    came: list[bytes] = []

    def take(message: Message) -> None:
        came.append(message.payload)
        if message.payload == b"2":
            raise ZeroDivisionError("as a fault of ours")

    taker = Mqtt(Broker(broker), "taker", on_connect=lambda: taker.subscribe("t"), on_message=take, gather_s=0.2)
    taker.start()
    other = await Other(broker).start()
    await until("the connection", lambda: taker.state.connected)
    for number in (b"1", b"2", b"3", b"4"):
        await other.say("t", number)
    await until("all of them", lambda: came == [b"1", b"2", b"3", b"4"])
    assert "as a fault of ours" in caplog.text
    await taker.stop()
    await other.mqtt.stop()


async def test_messages_are_read_no_faster_than_they_are_dealt_with(broker: str) -> None:
    held: list[Message] = []
    slow = Mqtt(Broker(broker), "slow", on_connect=lambda: slow.subscribe("t"), on_message=held.append, manual_ack=True, in_hand=5)
    slow.start()
    await until("the connection", lambda: slow.state.connected)
    other = await Other(broker).start()
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


async def test_who_deals_with_nothing_for_long_leaves_in_good_order_and_comes_back_when_all_is_dealt_with(
    broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker would take a client for dead that reads nothing, and one that only reads again and again is in a loop."""
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
    other = await Other(broker, "slow/state").start()
    slow.start()
    await until("the connection", lambda: other.on("state"))
    for n in range(30):
        await other.say("t", str(n).encode())
    await until("its leaving", lambda: other.on("state")[-1].payload == b"offline", 20)
    assert (len(held), slow.state.connected) == (5, False)
    await asyncio.sleep(3)
    assert len(connections) == 1, "it stays away as long as nothing is dealt with"
    done = 0
    async with asyncio.timeout(20):
        while len({message.payload for message in held}) < 30:
            for message in held[done:]:
                slow.finish(message)
                done += 1
            await asyncio.sleep(0.02)
    assert len(connections) == 2
    # It says so itself, and the broker may once more: what was not read yet breaks the connection off.
    assert other.on("state")[-1].payload == b"online"
    await slow.stop()
    await other.mqtt.stop()


async def test_with_confirm_broker_nothing_is_sent_to_a_broker_that_gives_no_reasons(tmp_path: Path) -> None:
    """MQTT 3.1.1 acknowledges what an access rule throws away."""
    from gateway.host.mqtt.embedded_broker import EmbeddedBroker

    port = free_port()
    async with EmbeddedBroker(port):
        rig = Rig(f"mqtt://127.0.0.1:{port}", tmp_path, confirm="broker")
        await until("the connection", lambda: rig.uplink.mqtt.state.connected)
        await rig.add(1)
        await asyncio.sleep(0.5)
        assert await rig.backlog() == 1
        assert not await rig.uplink.drained(0.3)
        await rig.end()


async def test_a_worker_that_only_stood_still_has_what_was_sent_and_is_not_sent_it_again(ends: tuple[Rig, Other]) -> None:
    rig, other = ends
    await online(other)
    await rig.add(1, 2)
    await until("the batches", lambda: len(other.on("data")) == 2)
    await other.say(worker_state("prato", "worker-1"), WorkerState("offline"), retain=True)
    await asyncio.sleep(0.3)
    await rig.add(3)
    await asyncio.sleep(0.5)
    assert len(other.on("data")) == 2, "nothing is sent to a worker that says that it is offline"
    await online(other)
    await until("the third", lambda: len(other.on("data")) == 3)
    await asyncio.sleep(0.3)
    assert [unpack(message.payload).seq for message in other.on("data")] == [0, 1, 2]
    await online(other, "2")
    await until("all of it, for a worker that is new", lambda: len(other.on("data")) == 6)
