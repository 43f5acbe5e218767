"""An ingest worker with a real broker: what it stores, acknowledges and replies."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path

import msgspec
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from gateway.centre.dead_letters import DeadLetters, NewLetter
from gateway.centre.ingest.worker import IngestWorker
from gateway.centre.stores.port import RefusedRow, StoreUnavailable
from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from gateway.host.clock import now_ms
from gateway.host.mqtt import Broker, Message, Mqtt
from gateway.host.threads import OneThread
from gateway.model.batch import Clock, Flag, Value, encode, encode_rows
from gateway.model.instants import ms_of_iso
from gateway.model.messages import GatewayState, Receipt
from gateway.model.stream import hash_of
from gateway.model.topics import GatewayId, worker_state
from tests.rows import Row
from tests.system.peer import DOCUMENT, ME, Peer, until
from tests.system.servers import mosquitto

pytestmark = pytest.mark.system


class FailingStore(HistoryStore):
    """A store that is unavailable for its first writes."""

    failures = 2

    def write(self, parts: object) -> list[RefusedRow]:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("away")
        return super().write(parts)  # type: ignore[arg-type]


async def with_ingest(broker: str, folder: Path, work: Callable[[Peer, IngestWorker], Awaitable[None]]) -> HistoryReader:
    thread, stop = OneThread("store"), asyncio.Event()
    store = FailingStore(folder / "history.sqlite")
    dead = DeadLetters(folder / "dead.sqlite")
    ingest = IngestWorker("prato", "worker-1", Broker(broker), store, dead, thread, start="1", now_ms=now_ms, knows_time=lambda: True)
    running = asyncio.create_task(ingest.run(stop))
    other = await Peer(broker, ME.topic("receipt"), ME.topic("ask"), worker_state("prato", "worker-1")).start()
    await until("the worker", lambda: any(b"online" in message.payload for message in other.on("state")))
    await work(other, ingest)
    stop.set()
    await running
    await until("the worker's end", lambda: any(b"offline" in message.payload for message in other.on("state")))
    await other.mqtt.stop()
    await thread.run(store.close)
    await thread.run(dead.close)
    thread.close()
    return HistoryReader(folder / "history.sqlite")


def body(*values: Value, seq: int = 0, flags: Flag = Flag(0)) -> bytes:  # noqa: B008 — a constant
    return encode(
        epoch=b"epoch..8", seq=seq, schema=hash_of(DOCUMENT), t0_ms=1_795_400_120_000 + seq, clock=Clock.SYNCED, flags=flags,
        floor_ms=1_795_400_000_000, rows=encode_rows([Row(0, n, [value]) for n, value in enumerate(values)]),
    )  # fmt: skip


async def test_batches_are_stored_after_their_schema_arrived_whatever_comes_between(broker: str, tmp_path: Path) -> None:
    async def work(other: Peer, ingest: IngestWorker) -> None:
        await other.say(ME.topic("data"), body(50))
        await until("the question", lambda: other.on("ask"))
        assert msgspec.json.decode(other.on("ask")[0].payload) == {"schema": hash_of(DOCUMENT).hex()}
        await until("the receipt", lambda: other.on("receipt"))
        assert msgspec.json.decode(other.on("receipt")[0].payload)["retry"] == [{"seq": 0, "reason": "unknown-schema"}]
        await other.say(ME.schema_topic(hash_of(DOCUMENT)), DOCUMENT, retain=True)
        for junk in (b"", b"junk", body(1)[:20], b"\x28\xb5\x2f\xfd" + bytes(30)):
            await other.say(ME.topic("data"), junk)
        await other.say(ME.schema_topic(bytes(8)), b"{}", retain=True)
        await other.say(ME.topic("data"), body(50, 60))
        await other.say(ME.topic("data"), body("no number", seq=10))
        await other.say(ME.topic("data"), body(50, 60))
        await until("the receipts", lambda: any(b"[[0,0]]" in message.payload for message in other.on("receipt")))
        await until("the rejection", lambda: any(b"rejected" in message.payload for message in other.on("receipt")))
        assert ingest.store.failures == 2
        assert ingest.counts.unreadable == 3

    reader = await with_ingest(broker, tmp_path, work)
    assert list(reader.rows("lamp")) == [("pl-1", 1_795_400_120_000, "dim_level", 50), ("pl-1", 1_795_400_120_001, "dim_level", 60)]
    reader.close()


async def test_a_batch_is_acknowledged_and_confirmed_only_after_it_is_stored(broker: str, tmp_path: Path) -> None:
    async def work(other: Peer, ingest: IngestWorker) -> None:
        happened: list[str] = []
        write, finish = ingest.store._store.write, ingest.mqtt.finish

        def writing(parts: object) -> list[RefusedRow]:
            refused = write(parts)  # type: ignore[arg-type]
            happened.append("stored")
            return refused

        def finishing(message: Message) -> None:
            if message.topic.endswith("/data"):
                happened.append("acknowledged")
            finish(message)

        ingest.store._store.write, ingest._inbox._finish = writing, finishing  # type: ignore[method-assign]
        ingest.store._store.failures = 3  # type: ignore[attr-defined]
        await other.say(ME.schema_topic(hash_of(DOCUMENT)), DOCUMENT, retain=True)
        await other.say(ME.topic("data"), body(50))
        await until("a failure", lambda: ingest.store.failures >= 2)
        assert (happened, other.on("receipt")) == ([], [])
        await until("the receipt", lambda: other.on("receipt"))
        assert happened == ["stored", "acknowledged"]

    (await with_ingest(broker, tmp_path, work)).close()


async def test_a_worker_whose_store_is_unavailable_reports_itself_offline_until_it_is_back(
    broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.centre.ingest.worker._OFFLINE_AFTER_S", 1.0)

    async def work(other: Peer, ingest: IngestWorker) -> None:
        ingest.store._store.failures = 4  # type: ignore[attr-defined]
        await other.say(ME.schema_topic(hash_of(DOCUMENT)), DOCUMENT, retain=True)
        await other.say(ME.topic("data"), body(50))
        await until("the receipt", lambda: other.on("receipt"), 30)
        states = [msgspec.json.decode(message.payload) for message in other.on("state")]
        assert [one["state"] for one in states] == ["online", "offline", "online"]
        assert states[0]["start"] == states[2]["start"]
        assert abs(ms_of_iso(states[1]["store_away_since"]) - time.time_ns() // 1_000_000) < 60_000
        assert "store_away_since" not in states[2]

    (await with_ingest(broker, tmp_path, work)).close()


@pytest.mark.parametrize("heard", [b'{"state":"offline"}', b""])
async def test_a_worker_that_hears_its_own_state_contradicted_says_it_again(broker: str, tmp_path: Path, heard: bytes) -> None:
    """A cluster may publish the will of an earlier connection after the state of the new one; a worker alone would be shut out for ever."""

    async def work(other: Peer, _: IngestWorker) -> None:
        await until("the worker's retained state", lambda: other.on("state"))
        await other.say(worker_state("prato", "worker-1"), heard, retain=True)
        await until("the contradiction", lambda: heard in [message.payload for message in other.on("state")])
        await until("the state again", lambda: b"online" in other.on("state")[-1].payload)
        assert other.on("state")[-1].payload == other.on("state")[0].payload

    (await with_ingest(broker, tmp_path, work)).close()


async def test_retained_documents_beyond_the_limit_are_cleared_though_the_brokers_queue_loses_most_of_them(tmp_path: Path) -> None:
    process, port = mosquitto(tmp_path, queued=50)
    url, names = f"mqtt://127.0.0.1:{port}", [n.to_bytes(8, "big") for n in range(200)]

    async def documents() -> int:
        """Return how many the broker retains, or some number above the limit: its queue for a reader is short, too."""
        heard: list[Message] = []
        beside = ME.schema_topic(bytes(8)).rpartition("/")[0] + "/+"
        reader = Mqtt(Broker(url), "reader", on_connect=lambda: reader.subscribe(beside, "end"), on_message=heard.append)
        reader.start()
        await until("the connection", lambda: reader.state.connected)
        while len(heard) <= 32 and not any(one.topic == "end" for one in heard):
            await reader.publish("end", b"")
        await reader.stop()
        return sum(one.topic != "end" for one in heard)

    async def work(other: Peer, ingest: IngestWorker) -> None:
        topics = [*map(ME.schema_topic, names), *(f"{ME.schema_topic(one)}-no-hash" for one in names)]
        await asyncio.gather(*(other.mqtt.publish(one, DOCUMENT, retain=True) for one in topics))
        await until("the clearing", lambda: ingest._clearing.cleared)
        async with asyncio.timeout(60):
            while await documents() > 32:
                pass

    (await with_ingest(url, tmp_path, work)).close()
    process.stop()


async def test_a_flood_of_one_gateway_holds_up_no_other(broker: str, tmp_path: Path) -> None:
    """Batches of some hundred bytes with thousands of readings each: counted packed, all of them would be one round before the next."""
    flood, loud = 60, GatewayId("prato", "other", "gw-loud")

    async def work(other: Peer, _: IngestWorker) -> None:
        def receipts(sender: GatewayId) -> list[Receipt]:
            found = [message for message in other.on("receipt") if message.topic == sender.topic("receipt")]
            return [msgspec.json.decode(message.payload, type=Receipt) for message in found]

        other.mqtt.subscribe(loud.topic("receipt"))
        for sender in (loud, ME):
            await other.say(sender.schema_topic(hash_of(DOCUMENT)), DOCUMENT, retain=True)
        many = encode_rows([Row(0, 0, [1])] * 9000)
        large = [
            encode(
                epoch=b"epoch..8",
                seq=seq,
                schema=hash_of(DOCUMENT),
                t0_ms=1_795_400_120_000,
                clock=Clock.SYNCED,
                flags=0,
                floor_ms=0,
                rows=many,
            )
            for seq in range(flood)
        ]
        assert sum(map(len, large)) < 40_000
        for one in large:
            await other.say(loud.topic("data"), one)
        await other.say(ME.topic("data"), body(60, seq=2))
        await until("the receipt", lambda: receipts(ME))
        assert sum(last - first + 1 for one in receipts(loud) for first, last in one.stored) < flood, "the flood is still worked on"
        await until("the end of the flood", lambda: any(last == flood - 1 for one in receipts(loud) for _, last in one.stored), 120)

    (await with_ingest(broker, tmp_path, work)).close()


async def retained(broker: str) -> list[str]:
    """Return the topics of the schema documents that the broker retains, in their order."""
    found, last = list[str](), ME.topic("state")
    reader = Mqtt(Broker(broker), "reads-documents", on_connect=lambda: None, on_message=lambda one: found.append(one.topic))
    reader.start()
    await until("the connection", lambda: reader.state.connected)
    reader.subscribe(ME.topic("data").removesuffix("data") + "schema/+", last)
    await reader.publish(last, b"{}")
    await until("what is retained", lambda: last in found)
    await reader.stop()
    return found[: found.index(last)]


async def test_the_broker_retains_no_more_documents_of_a_gateway_than_a_worker_keeps(broker: str, tmp_path: Path) -> None:
    async def work(other: Peer, ingest: IngestWorker) -> None:
        ingest.store._store.failures = 0  # type: ignore[attr-defined]
        await other.say(ME.schema_topic(hash_of(DOCUMENT)), DOCUMENT, retain=True)
        for number in range(60):
            document = DOCUMENT.replace(b"pl-1", b"pl-1-%d" % number)
            await other.say(ME.schema_topic(hash_of(document)), document, retain=True)
            await other.say(f"prato/v1/citelum/gw/gw-1/schema/no-hash-{number}", b"x", retain=True)
            await other.say(ME.topic("data"), body(50, seq=number))
            await until("its receipt", partial(lambda count: len(other.on("receipt")) >= count, number + 1))
        found = await retained(broker)
        while len(found) > 32:
            found = await retained(broker)
        assert len(found) == 32
        assert not any("no-hash" in one for one in found)
        assert ME.schema_topic(hash_of(DOCUMENT)) in found, "it is used"
        assert not any(b"unknown-schema" in one.payload for one in other.on("receipt"))

    (await with_ingest(broker, tmp_path, work)).close()


def count_retained(port: int) -> int:
    """Return how many schema documents the broker retains. It does not queue messages of QoS 0, so none is missing."""
    found, last = list[str](), threading.Event()
    reader = paho.Client(CallbackAPIVersion.VERSION2)
    reader.on_message = lambda _client, _data, message: last.set() if message.topic == "last" else found.append(message.topic)
    reader.connect("127.0.0.1", port)
    reader.subscribe([("last", 0), (ME.schema_topic(b"x").rpartition("/")[0] + "/+", 0)])
    reader.publish("last", b"")
    reader.loop_start()
    assert last.wait(20)
    reader.disconnect()
    reader.loop_stop()
    return len(found)


async def test_documents_are_cleared_that_the_broker_dropped_from_its_queue_for_the_worker(tmp_path: Path) -> None:
    process, port = mosquitto(tmp_path, queued=40)
    broker = f"mqtt://127.0.0.1:{port}"
    other = await Peer(broker, ME.topic("receipt")).start()
    for number in range(200):
        document = DOCUMENT.replace(b"pl-1", b"pl-1-%d" % number)
        await other.say(ME.schema_topic(hash_of(document)), document, retain=True)
    await other.mqtt.stop()

    async def work(_: Peer, ingest: IngestWorker) -> None:
        ingest.store._store.failures = 0  # type: ignore[attr-defined]
        async with asyncio.timeout(60):
            while await asyncio.to_thread(count_retained, port) > 32:
                await asyncio.sleep(0.2)

    (await with_ingest(broker, tmp_path, work)).close()
    process.stop()


async def test_a_gateway_that_asks_for_the_time_gets_it(broker: str, tmp_path: Path) -> None:
    async def work(other: Peer, _: IngestWorker) -> None:
        await other.say(ME.topic("time"), b"what time is it")
        await other.say(ME.topic("time"), b'{"asked_ms":123456}')
        await until("the time", lambda: other.on("ask"))
        answer = msgspec.json.decode(other.on("ask")[0].payload)["time"]
        assert answer["asked_ms"] == 123456
        assert 0 <= now_ms() - answer["now_ms"] < 10_000

    (await with_ingest(broker, tmp_path, work)).close()


async def test_the_states_of_two_gateways_with_one_name_are_an_alarm(broker: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def work(other: Peer, ingest: IngestWorker) -> None:
        for epoch, host in (("bb", "edge-b"), *(2 * (("aa", "edge-a"), ("bb", "edge-b")))):
            await other.say(ME.topic("state"), GatewayState("online", epoch, host=host), retain=True)
        await other.say(ME.topic("state"), b"junk")
        await until("the alarm", lambda: "two gateways run as citelum/gw-1, on edge-a and on edge-b: stop one of the two" in caplog.text)
        assert len(ingest.counts.clones.alarms(time.monotonic())) == 1

    (await with_ingest(broker, tmp_path, work)).close()


async def test_a_batch_whose_dead_letters_can_not_be_stored_is_rejected(broker: str, tmp_path: Path) -> None:
    async def work(other: Peer, ingest: IngestWorker) -> None:
        def full(letters: Iterable[NewLetter]) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        ingest._dead.add = full  # type: ignore[method-assign]
        await other.say(ME.schema_topic(hash_of(DOCUMENT)), DOCUMENT, retain=True)
        await other.say(ME.topic("data"), body(50, "no number"))
        await until("the receipt", lambda: other.on("receipt"))
        receipt = msgspec.json.decode(other.on("receipt")[0].payload, type=Receipt)
        assert ([one.seq for one in receipt.rejected], receipt.partly, receipt.stored) == ([0], [], [])

    reader = await with_ingest(broker, tmp_path, work)
    assert [value for *_, value in reader.rows("lamp")] == [50]
    reader.close()


async def test_a_withdrawn_batch_is_deleted_and_confirmed(broker: str, tmp_path: Path) -> None:
    async def work(other: Peer, _: IngestWorker) -> None:
        def receipt_for(seq: int, flags: Flag) -> bool:
            return any(f"[{seq},{seq}]".encode() in message.payload for message in other.on("receipt")[2 * bool(flags) :])

        await other.say(ME.schema_topic(hash_of(DOCUMENT)), DOCUMENT, retain=True)
        for seq, flags in ((0, Flag(0)), (3, Flag(0)), (0, Flag.WITHDRAWN)):
            await other.say(ME.topic("data"), body(50, 60, seq=seq, flags=flags))
            await until("its receipt", partial(receipt_for, seq, flags))

    reader = await with_ingest(broker, tmp_path, work)
    assert [t_ms for _, t_ms, *_ in reader.rows("lamp")] == [1_795_400_120_003, 1_795_400_120_004]
    assert [value for _, _, field, value in reader.rows("uplink") if field == "seq"] == [3]
    reader.close()


async def test_a_worker_ends_although_batches_keep_coming(broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood never lets it store everything; what it does not store comes again."""
    monkeypatch.setattr("gateway.centre.ingest.worker._STORED_AFTER_STOP_S", 0.1)

    async def work(_: Peer, ingest: IngestWorker) -> None:
        handle_round = ingest._handle_round

        async def handle_round_of_a_flood(stop: asyncio.Event) -> None:
            await handle_round(stop)
            ingest._received(Message(ME.topic("data"), body(50), retained=False, mid=0, session=0))

        monkeypatch.setattr(ingest, "_handle_round", handle_round_of_a_flood)
        ingest._received(Message(ME.topic("data"), body(50), retained=False, mid=0, session=0))

    async with asyncio.timeout(20):
        await with_ingest(broker, tmp_path, work)
