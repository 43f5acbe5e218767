"""The session's rules of when what is published, with a client that the test plays. With a real broker: `tests/system/test_uplink.py`."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from gateway.host.mqtt import Broker, Message, Will
from gateway.host.threads import OneThread
from gateway.journal.entries import JournalLimits
from gateway.journal.journal import Journal
from gateway.model.batch import Clock, Flag, encode_rows
from gateway.model.messages import Ask, GatewayState, Receipt, RenewedCertificate, TimeAnswer, WorkerState
from gateway.model.topics import GatewayId, worker_state
from gateway.uplink import identity
from gateway.uplink.session import UplinkCallbacks, UplinkSession

ME = GatewayId("prato", "citelum", "gw-1")
NOW_MS = 1_795_400_000_000
DATA, STATE, TIME = (ME.topic(channel) for channel in ("data", "state", "time"))
SCHEMA = ME.schema_topic(b"schema.8")


class PlayedMqtt:
    """A connection that keeps what is published."""

    class State:
        connected = False
        reconnect_after_s = identity.FIRST_S

    def __init__(
        self, _: Broker, client_id: str, *, on_connect: Callable[[], None], on_message: Callable[[Message], None], will: Will
    ) -> None:
        self.client_id, self.will, self.state, self.speaks_5 = client_id, will, self.State(), True
        self._on_connect, self._on_message = on_connect, on_message
        self.running = False
        self.subscribed: list[str] = []
        self.published: list[tuple[str, bytes, bool]] = []

    def start(self) -> None:
        self.running = True

    async def stop(self) -> None:
        self.state.connected = self.running = False

    def subscribe(self, *filters: str) -> None:
        self.subscribed += filters

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> asyncio.Future[None]:
        self.published.append((topic, payload, retain))
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future

    def connect(self) -> None:
        self.state.connected = True
        self._on_connect()

    def receive(self, topic: str, payload: object) -> None:
        body = payload if isinstance(payload, bytes) else msgspec.json.encode(payload)
        self._on_message(Message(topic, body, retained=False, mid=1, session=1))


class Rig:
    """A session that runs."""

    def __init__(self, folder: Path, confirm: Literal["stored", "broker"] = "stored") -> None:
        self.thread = OneThread("journal")
        self.journal = Journal(folder / "journal.sqlite", JournalLimits(1 << 24, 1e6, 1e6), lambda: NOW_MS)
        self.journal.keep_schema(b"schema.8", b"{}")
        self.ready, self.calls = True, list[object]()
        callbacks = UplinkCallbacks(
            lambda: self.ready,
            lambda: self.calls.append("centre"),
            self.calls.append,
            lambda: self.calls.append("renew"),
            self.calls.append,
            on_page=lambda: self.calls.append("page"),
        )
        state = GatewayState("online", self.journal.epoch.hex(), host="edge-a")
        self.session = UplinkSession(
            ME,
            Broker("mqtt://127.0.0.1:9"),
            self.journal,
            self.thread,
            confirm=confirm,
            state=state,
            now_ms=lambda: NOW_MS,
            callbacks=callbacks,
        )
        self.mqtt: PlayedMqtt = self.session.mqtt  # type: ignore[assignment]  # patched
        self.stop = asyncio.Event()
        self.running = asyncio.create_task(self.session.run(self.stop))

    def add(self) -> None:
        rows = encode_rows([(0, 0, [1], None)])
        self.journal.append(schema=b"schema.8", t0_ms=NOW_MS, clock=Clock.SYNCED, flags=Flag(0), readings=1, rows=rows)
        self.session.wake()

    def online(self, start: str = "1") -> None:
        self.mqtt.receive(worker_state("prato", "w-1"), WorkerState("online", start))

    async def settled(self) -> list[str]:
        """Wait until the session has nothing more to do. Return the topics published since the last call."""
        await self.session._tasks.finish(5)
        for _ in range(10):  # each round lets one more function run in the journal's thread
            await self.thread.run(lambda: None)
            for _ in range(20):
                await asyncio.sleep(0)
        topics = [topic for topic, _, _ in self.mqtt.published]
        self.last = list(self.mqtt.published)
        self.mqtt.published.clear()
        return topics

    async def end(self) -> None:
        self.stop.set()
        await self.running
        self.journal.close()
        self.thread.close()


@pytest.fixture(autouse=True)
def played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.uplink.session.Mqtt", PlayedMqtt)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path)
    yield made
    await made.end()


async def test_state_and_schemas_are_published_before_the_first_batch(rig: Rig) -> None:
    rig.add()
    rig.mqtt.connect()
    rig.online()
    assert await rig.settled() == [STATE, SCHEMA, DATA]
    assert [retain for _, _, retain in rig.last] == [True, True, False]
    assert rig.mqtt.subscribed == [STATE, ME.topic("receipt"), ME.topic("ask"), "prato/v1/centre/+/state", ME.topic("certificate")]
    assert rig.mqtt.client_id == "prato-citelum-gw-1"
    epoch = rig.journal.epoch.hex()
    assert rig.mqtt.will == Will(STATE, msgspec.json.encode(GatewayState("offline", epoch, host="edge-a")))


async def test_nothing_is_sent_before_a_worker_is_online_and_the_gateway_is_ready(rig: Rig) -> None:
    rig.ready = False
    rig.add()
    rig.mqtt.connect()
    assert DATA not in await rig.settled()
    rig.online()
    assert await rig.settled() == []
    rig.ready = True
    rig.session.wake()
    assert await rig.settled() == [DATA]
    assert rig.calls == ["centre"]


async def test_a_worker_that_restarts_gets_unconfirmed_batches_again_and_one_that_was_only_offline_does_not(rig: Rig) -> None:
    rig.add()
    rig.mqtt.connect()
    rig.online()
    await rig.settled()
    rig.mqtt.receive(worker_state("prato", "w-1"), b"")
    rig.online()
    assert await rig.settled() == []
    rig.online(start="2")
    assert await rig.settled() == [DATA]
    assert rig.calls == ["centre"] * 3


async def test_a_new_connection_sends_unconfirmed_batches_again(rig: Rig) -> None:
    rig.add()
    rig.mqtt.connect()
    rig.online()
    await rig.settled()
    rig.mqtt.connect()
    assert await rig.settled() == [STATE, SCHEMA], "the workers are offline until their states arrive"
    rig.online()
    assert await rig.settled() == [DATA]


async def test_a_receipt_settles_and_lets_the_session_drain(rig: Rig) -> None:
    rig.add()
    rig.mqtt.connect()
    rig.online()
    await rig.settled()
    draining = asyncio.create_task(rig.session.drained(60))
    await rig.settled()
    assert not draining.done()
    rig.mqtt.receive(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), [(0, 0)]))
    async with asyncio.timeout(10):
        assert await draining


async def test_draining_ends_without_a_connection_and_after_its_time(rig: Rig) -> None:
    rig.add()
    async with asyncio.timeout(10):
        assert not await rig.session.drained(60)
    rig.mqtt.connect()
    assert not await rig.session.drained(0.01)


async def test_the_centre_may_ask_for_a_schema_for_readings_and_answer_a_question_for_the_time(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.add()
    rig.mqtt.connect()
    rig.online()
    rig.mqtt.receive(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), [(0, 0)]))
    await rig.settled()
    rig.mqtt.receive(ME.topic("ask"), Ask(schema=b"schema.8".hex(), time=TimeAnswer(1, 2)))
    assert await rig.settled() == [SCHEMA]
    assert rig.calls[-1] == TimeAnswer(1, 2)
    rig.mqtt.receive(ME.topic("ask"), Ask(schema=b"unknown.".hex()))
    assert await rig.settled() == []
    assert "which is not in this journal" in caplog.text
    rig.mqtt.receive(ME.topic("ask"), Ask(since_ms=NOW_MS))
    assert await rig.settled() == [DATA]


async def test_the_centre_may_ask_for_a_renewal_and_answer_it(rig: Rig) -> None:
    rig.mqtt.connect()
    assert ME.topic("certificate") in rig.mqtt.subscribed
    rig.mqtt.receive(ME.topic("ask"), Ask(renew=True))
    rig.mqtt.receive(ME.topic("ask"), Ask(page=True))
    rig.mqtt.receive(ME.topic("ask"), Ask())
    rig.mqtt.receive(ME.topic("certificate"), RenewedCertificate("-----BEGIN", page=True))
    assert rig.calls == ["renew", "page", RenewedCertificate("-----BEGIN", page=True)]


async def test_a_message_that_can_not_be_read_changes_nothing(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.mqtt.connect()
    await rig.settled()
    for topic, payload in (
        (ME.topic("receipt"), b"{"),
        (ME.topic("receipt"), b'{"epoch":"zz"}'),
        (ME.topic("ask"), b'{"schema":"zz"}'),
        (ME.topic("certificate"), b'{"certificate":5}'),
        (worker_state("prato", "w-1"), b"junk"),
        (worker_state("prato", "Not-A-Name"), WorkerState("online")),
    ):
        rig.mqtt.receive(topic, payload)
    assert await rig.settled() == []
    assert len([record for record in caplog.records if record.getMessage().startswith("ignored a message on")]) == 5


async def test_the_time_is_asked_for_only_while_the_centre_is_online(rig: Rig) -> None:
    rig.session.ask_time(5)
    rig.mqtt.connect()
    rig.session.ask_time(5)
    await rig.settled()
    rig.online()
    rig.session.ask_time(7)
    assert await rig.settled() == [TIME]
    assert rig.last[0][1] == b'{"asked_ms":7}'
    rig.mqtt.state.connected = False
    rig.session.ask_time(9)
    assert await rig.settled() == []


async def test_a_renewed_journal_is_introduced_with_its_epoch(rig: Rig) -> None:
    rig.mqtt.connect()
    rig.session.check_epoch()
    await rig.settled()
    rig.session.check_epoch()
    assert await rig.settled() == []
    rig.online()
    rig.add()
    assert await rig.settled() == [DATA]
    rig.journal.epoch = b"another."
    rig.session.check_epoch()
    assert sorted(await rig.settled()) == sorted([STATE, SCHEMA, DATA]), "what waits is sent as if nothing had been"
    assert b"another.".hex().encode() in next(payload for topic, payload, _ in rig.last if topic == STATE)


async def test_the_clock_is_published_with_the_state_and_a_schema_is_cleared(rig: Rig) -> None:
    rig.session.report(clock="holdover")
    rig.mqtt.connect()
    await rig.settled()
    rig.session.report(clock="synced")
    rig.session.clear_schema(b"schema.8")
    await rig.settled()
    (topic, payload, retain), cleared = rig.last
    assert (topic, b'"clock":"synced"' in payload, retain) == (STATE, True, True)
    assert cleared == (SCHEMA, b"", True)


async def test_a_session_that_ends_says_that_the_gateway_is_offline(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    await asyncio.sleep(0)
    assert rig.mqtt.running
    rig.mqtt.connect()
    await rig.settled()
    await rig.end()
    assert rig.mqtt.published == [(STATE, b'{"state":"offline"}', True)]
    assert not rig.mqtt.running


async def test_a_session_that_ends_applies_the_receipts_that_it_has(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.add()
    await asyncio.sleep(0)
    rig.mqtt.connect()
    rig.mqtt.receive(ME.topic("receipt"), Receipt(rig.journal.epoch.hex(), [(0, 0)]))
    rig.stop.set()
    await rig.running
    assert rig.journal.backlog().batches == 0
    rig.journal.close()
    rig.thread.close()


@pytest.mark.parametrize("speaks_5", [True, False])
async def test_with_confirm_broker_only_a_broker_with_reason_codes_gets_batches(
    speaks_5: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rig = Rig(tmp_path, "broker")
    rig.mqtt.speaks_5 = speaks_5
    rig.add()
    await rig.settled()
    rig.mqtt.connect()
    assert (DATA in await rig.settled()) is speaks_5
    assert ("needs MQTT 5" in caplog.text) is not speaks_5
    assert rig.journal.backlog().batches == (0 if speaks_5 else 1)
    await rig.end()


@pytest.fixture
def holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the waits of the identity."""
    monkeypatch.setattr(identity, "GRACE_S", 1.0)
    monkeypatch.setattr(identity, "HOLD_S", 2.0)


async def data_sent(rig: Rig) -> None:
    async with asyncio.timeout(10):
        while DATA not in await rig.settled():
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("holds")
async def test_two_gateways_of_one_name_send_nothing_until_one_is_gone(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    other = GatewayState("offline", b"clone...".hex(), host="edge-b")
    for _ in range(3):
        rig.mqtt.connect()
        rig.mqtt.receive(STATE, other)
        rig.online()
        rig.add()
        assert DATA not in await rig.settled()
        rig.mqtt.receive(STATE, rig.session._state)
    assert rig.session.cloned_by == "edge-b"
    rig.mqtt.connect()
    assert rig.mqtt.state.reconnect_after_s != identity.FIRST_S, "it waits for a time of its own before it takes over again"
    rig.online()
    assert caplog.text.count("another gateway runs as citelum/gw-1, on edge-b; this one, on edge-a, sends nothing") == 1
    await data_sent(rig)
    assert rig.session.cloned_by is None
    assert rig.journal.backlog().batches == 3, "nothing was lost"
    rig.mqtt.connect()
    assert rig.mqtt.state.reconnect_after_s == identity.FIRST_S


@pytest.mark.usefixtures("holds")
async def test_the_state_of_the_run_before_delays_the_first_batch_a_little_and_is_no_alarm(rig: Rig) -> None:
    rig.add()
    rig.mqtt.connect()
    rig.mqtt.receive(STATE, GatewayState("offline", b"before..".hex(), host="edge-a"))
    rig.mqtt.receive(STATE, rig.session._state)
    rig.mqtt.receive(STATE, b"")
    rig.mqtt.receive(STATE, GatewayState("offline"))
    rig.online()
    assert DATA not in await rig.settled()
    await data_sent(rig)
    assert rig.session.cloned_by is None


@pytest.mark.usefixtures("holds")
async def test_the_state_of_the_run_before_that_a_crashed_broker_restores_is_no_alarm(rig: Rig) -> None:
    """The journal's thread may be slow to say whose run it was: the own state has been shown meanwhile."""
    before = GatewayState("offline", b"before..".hex(), host="edge-a")
    for _ in range(2):  # a start, and the crash of a broker soon after
        rig.mqtt.connect()
        await rig.settled()
        rig.mqtt.receive(STATE, before)
        rig.mqtt.receive(STATE, rig.session._state)
        await rig.settled()
    assert rig.session.cloned_by is None


async def test_a_state_with_an_epoch_that_is_none_is_ignored(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.mqtt.connect()
    rig.mqtt.receive(STATE, GatewayState("online", "zz"))
    assert "ignored a message on" in caplog.text
    assert rig.session._may_send() is False
    rig.online()
    assert rig.session._may_send() is True


async def test_a_gateway_that_hears_that_it_is_offline_says_again_that_it_is_not(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster may publish the will of an earlier connection after the state of the new one."""
    monkeypatch.setattr("gateway.uplink.session._SAY_AGAIN_S", 0.01)
    rig.mqtt.connect()
    await rig.settled()
    rig.mqtt.receive(STATE, rig.mqtt.will.payload)
    async with asyncio.timeout(10):
        while STATE not in await rig.settled():
            await asyncio.sleep(0.01)
    assert rig.last == [(STATE, msgspec.json.encode(rig.session._state), True)]


async def test_an_old_state_that_the_own_one_follows_is_not_contradicted(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.uplink.session._SAY_AGAIN_S", 0.01)
    rig.mqtt.connect()
    rig.mqtt.receive(STATE, GatewayState("offline"))
    rig.mqtt.receive(STATE, rig.session._state)
    await rig.settled()
    await asyncio.sleep(0.05)
    assert STATE not in await rig.settled()
