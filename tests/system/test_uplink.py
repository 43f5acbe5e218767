"""The uplink against a real broker and a centre that the test plays."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from gateway.host.clock import now_ms
from gateway.host.mqtt import Broker
from gateway.host.threads import OneThread
from gateway.journal.entries import JournalLimits
from gateway.journal.journal import Journal
from gateway.model.batch import Clock, Flag, encode_rows, unpack
from gateway.model.messages import Ask, GatewayState, Receipt, Refusal, WorkerState
from gateway.model.stream import hash_of
from gateway.model.topics import every_gateway, worker_state
from gateway.uplink.session import UplinkSession
from tests.rows import Row
from tests.system.peer import DOCUMENT, ME, Peer, until
from tests.system.servers import Process, free_port, listens, mosquitto, program, wait_until

pytestmark = pytest.mark.system


class Rig:
    """An uplink with its journal."""

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
async def ends(broker: str, tmp_path: Path) -> AsyncIterator[tuple[Rig, Peer]]:
    other = await Peer(broker, every_gateway("prato", "state"), every_gateway("prato", "data"), every_gateway("prato", "schema/+")).start()
    rig = Rig(broker, tmp_path)
    await until("the birth", lambda: other.on("state"))
    yield rig, other
    await rig.end()
    await other.mqtt.stop()


async def online(other: Peer, start: str = "1") -> None:
    await other.say(worker_state("prato", "worker-1"), WorkerState("online", start), retain=True)


async def test_a_forgotten_schema_is_cleared_from_the_broker(ends: tuple[Rig, Peer]) -> None:
    rig, other = ends
    await until("the schema", lambda: other.on("schema"))
    rig.uplink.clear_schema(hash_of(DOCUMENT))
    await until("its end", lambda: other.on("schema")[-1].payload == b"")
    assert other.on("schema")[-1].topic == ME.schema_topic(hash_of(DOCUMENT))


async def test_a_gateway_publishes_its_state_and_its_schema(ends: tuple[Rig, Peer]) -> None:
    _, other = ends
    await until("the schema", lambda: other.on("schema"))
    assert msgspec.json.decode(other.on("state")[0].payload)["state"] == "online"
    assert other.on("schema")[0].payload == DOCUMENT


async def test_batches_are_sent_once_a_worker_is_online_and_confirmed_by_its_receipt(ends: tuple[Rig, Peer]) -> None:
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


async def test_batches_without_a_receipt_are_resent_when_the_worker_restarts(ends: tuple[Rig, Peer]) -> None:
    rig, other = ends
    await online(other)
    await rig.add(1, 2)
    await until("the batches", lambda: len(other.on("data")) == 2)
    await other.say(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), [(0, 0)]))
    await online(other, start="2")
    await until("the one again", lambda: len(other.on("data")) == 3)
    assert unpack(other.on("data")[2].payload).seq == 1


async def test_a_batch_whose_schema_the_centre_lacks_is_resent_soon(ends: tuple[Rig, Peer]) -> None:
    rig, other = ends
    await online(other)
    await rig.add(1)
    await until("the batch", lambda: other.on("data"))
    await other.say(ME.topic("ask"), b'{"schema":"' + hash_of(DOCUMENT).hex().encode() + b'"}')
    await other.say(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), retry=[Refusal(0, "unknown-schema")]))
    await until("the schema again", lambda: len(other.on("schema")) == 2)
    await until("the batch again", lambda: len(other.on("data")) == 2)
    assert rig.uplink.sender.counts.resent == 1


async def test_a_rejected_batch_is_set_aside_and_the_others_are_confirmed(ends: tuple[Rig, Peer]) -> None:
    rig, other = ends
    await online(other)
    await rig.add(1, 2)
    await until("the batches", lambda: len(other.on("data")) == 2)
    await other.say(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), [(1, 1)], rejected=[Refusal(0, "no such thing")]))
    assert await rig.uplink.drained(5)
    assert rig.uplink.sender.counts.rejected == 1


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
async def test_an_invalid_receipt_changes_nothing(ends: tuple[Rig, Peer], payload: bytes) -> None:
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
    """Append batches of a while ago."""
    rig.journal.now_ms = lambda: now_ms() - 1000 * ago_s
    await rig.add(*values)
    rig.journal.now_ms = now_ms


def told(other: Peer) -> list[tuple[int, bool]]:
    batches = [unpack(message.payload) for message in other.on("data")]
    return [(batch.seq, batch.replay) for batch in batches]


async def test_batches_of_the_last_seconds_before_a_connection_are_not_flagged_as_replayed(ends: tuple[Rig, Peer]) -> None:
    """They are sent beside new ones: on a slow link those of a minute would delay new ones for half a minute."""
    rig, other = ends
    await old(rig, *range(10), ago_s=20)
    await rig.add(10)
    await online(other)
    await until("the first", lambda: len(other.on("data")) == 2)
    await asyncio.sleep(0.2)
    assert told(other) == [(10, False), (0, False)]


async def test_after_an_outage_new_batches_come_first_and_the_backlog_is_flagged(ends: tuple[Rig, Peer]) -> None:
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


async def test_a_centre_that_lost_readings_requests_a_replay_and_gets_it(ends: tuple[Rig, Peer]) -> None:
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


async def test_with_confirm_broker_a_batch_waits_until_the_broker_acknowledges_it(tmp_path: Path) -> None:
    process, port = mosquitto(tmp_path)
    rig = Rig(f"mqtt://127.0.0.1:{port}", tmp_path, "broker")
    try:
        await until("the connection", lambda: rig.uplink.mqtt.state.connected)
        await rig.add(1)
        assert await rig.uplink.drained(5)
        process.process.send_signal(signal.SIGSTOP)
        await rig.add(2)
        await until("the batch on its way", lambda: rig.uplink.sender.counts.sent == 2)
        await asyncio.sleep(0.5)
        assert await rig.backlog() == 1
        process.process.send_signal(signal.SIGCONT)
        assert await rig.uplink.drained(10)
    finally:
        process.process.send_signal(signal.SIGCONT)
        await rig.end()
        process.stop()


async def test_no_more_than_the_window_is_sent_without_a_receipt(ends: tuple[Rig, Peer]) -> None:
    rig, other = ends
    await online(other)
    await rig.add(*range(100))
    await until("the window", lambda: len(other.on("data")) == 64)
    await asyncio.sleep(0.3)
    assert len(other.on("data")) == 64
    await other.say(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), [(0, 63)]))
    await until("the rest", lambda: len(other.on("data")) == 100)


async def test_with_confirm_broker_the_acknowledgement_of_the_broker_confirms_a_batch(broker: str, tmp_path: Path) -> None:
    other = await Peer(broker, every_gateway("prato", "data")).start()
    rig = Rig(broker, tmp_path, confirm="broker")
    await until("the connection", lambda: rig.uplink.mqtt.state.connected)
    await rig.add(1, 2)
    assert await rig.uplink.drained(10)
    await until("both batches", lambda: len(other.on("data")) == 2)
    await rig.end()
    await other.mqtt.stop()


async def test_a_gateway_that_vanishes_is_reported_offline(broker: str, tmp_path: Path) -> None:
    other = await Peer(broker, every_gateway("prato", "state")).start()
    rig = Rig(broker, tmp_path)
    await until("the birth", lambda: other.on("state"))
    client = rig.uplink.mqtt._client
    assert client is not None
    connection = client.paho.socket()
    assert isinstance(connection, socket.socket)
    connection.shutdown(socket.SHUT_RDWR)
    await until("the will", lambda: any(b"offline" in message.payload for message in other.on("state")))
    await rig.end()
    await other.mqtt.stop()


async def test_a_batch_that_the_broker_refuses_stays_in_the_journal(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "acl").write_text("topic readwrite prato/v1/centre/#\ntopic readwrite prato/v1/citelum/gw/gw-1/state\ntopic read #\n")
    (tmp_path / "mosquitto.conf").write_text(f"user root\nlistener {port} 127.0.0.1\nallow_anonymous true\nacl_file {tmp_path}/acl\n")
    process = Process("mosquitto", tmp_path, program("mosquitto"), "-c", str(tmp_path / "mosquitto.conf"))
    wait_until("mosquitto", lambda: listens(port))
    rig = Rig(f"mqtt://127.0.0.1:{port}", tmp_path, confirm="broker")
    await until("the connection", lambda: rig.uplink.mqtt.state.connected)
    await rig.add(1)
    await until("the refusal", lambda: rig.uplink.sender.counts.refused == 1)
    assert await rig.backlog() == 1
    await rig.end()
    process.stop()


async def test_a_batch_damaged_on_disk_is_not_sent_and_the_others_are(ends: tuple[Rig, Peer]) -> None:
    rig, other = ends
    await rig.add(1, 2, 3)
    with rig.journal.file.database as database:
        (body,) = database.execute("SELECT body FROM batches WHERE seq = 1").fetchone()
        spoilt = body[:-6] + bytes([body[-6] ^ 1]) + body[-5:]
        database.execute("UPDATE batches SET body = ? WHERE seq = 1", (spoilt,))
    await online(other)
    await until("the batches", lambda: len(other.on("data")) == 2)
    await other.say(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), [(0, 0), (2, 2)]))
    assert await rig.uplink.drained(5)
    assert [unpack(message.payload).seq for message in other.on("data")] == [0, 2]
    assert [(gap.from_seq, gap.readings) for gap in rig.journal.gaps.all()] == [(1, 1)]


async def test_with_confirm_broker_nothing_is_sent_over_mqtt_3(tmp_path: Path) -> None:
    """With MQTT 3.1.1 a broker acknowledges what its access rules discard."""
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


async def test_a_worker_that_paused_is_not_sent_again_what_it_has(ends: tuple[Rig, Peer]) -> None:
    rig, other = ends
    await online(other)
    await rig.add(1, 2)
    await until("the batches", lambda: len(other.on("data")) == 2)
    await other.say(worker_state("prato", "worker-1"), WorkerState("offline"), retain=True)
    await asyncio.sleep(0.3)
    await rig.add(3)
    await asyncio.sleep(0.5)
    assert len(other.on("data")) == 2, "nothing is sent to a worker that is offline"
    await online(other)
    await until("the third", lambda: len(other.on("data")) == 3)
    await asyncio.sleep(0.3)
    assert [unpack(message.payload).seq for message in other.on("data")] == [0, 1, 2]
    await online(other, "2")
    await until("all of it, for a worker that is new", lambda: len(other.on("data")) == 6)
