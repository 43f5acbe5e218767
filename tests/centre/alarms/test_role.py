"""The role `alarms` on a real broker: what it hears is raised, published, acted on, and is there after a restart."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.alarms.catalogue import KINDS
from gateway.alarms.state import Action, AlarmKey
from gateway.centre.alarms import role as role_module
from gateway.centre.alarms.file import AlarmFile
from gateway.centre.alarms.role import AlarmRole
from gateway.centre.role import RoleContext
from gateway.centre.stores.port import StoreUnavailable
from gateway.host import clock
from gateway.model.messages import (
    AlarmMessage,
    CityMessage,
    GatewayState,
    RolledOutFirmware,
    RolloutsMessage,
    RolloutStatus,
    RoomWorks,
    RoomWorksMessage,
)
from gateway.model.site.alarms import AlarmContactSettings, AlarmSettings, EscalationSettings, WorksSettings
from gateway.model.site.centre import CentreSettings
from gateway.model.site.situation.room import SituationSettings
from gateway.model.site.store import HistorySettings, StoreSettings
from gateway.model.topics import rollouts
from tests.alarms.city_messages import message
from tests.system.peer import Peer, until
from tests.system.servers import mosquitto

GATEWAY_TOPIC = "prato/v1/citelum/gw/gw-1/state"
ALARM_TOPIC = "prato/v1/citelum/city/alarm/gw-1"
LAMP_TOPIC = "prato/v1/citelum/city/lamp/pl-1"
KEY = AlarmKey("citelum", "gw-1", "gateway_silent", "")
SOON_S = 30.0


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process, port = mosquitto(tmp_path_factory.mktemp("broker"))
    yield f"mqtt://127.0.0.1:{port}"
    process.stop()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(role_module, "_TICK_S", 0.05)
    monkeypatch.setattr(role_module, "_GATHER_S", 0.0)
    quick = {name: kind._replace(on_delay_s=0.0, off_delay_s=0.0) for name, kind in KINDS.items()}
    monkeypatch.setattr("gateway.alarms.state.KINDS", quick)


def context(broker: str, folder: Path, operator: str | None = None, **settings: Any) -> RoleContext:
    store = StoreSettings(history=HistorySettings(path=str(folder / "history.sqlite")))
    centre = CentreSettings(broker=broker, store=store, dead_letters=str(folder / "dead.sqlite"), **settings)
    return RoleContext("prato", centre, operator)


@asynccontextmanager
async def running(broker: str, folder: Path, operator: str | None = None, **settings: Any) -> AsyncIterator[AlarmRole]:
    role, stop = AlarmRole(context(broker, folder, operator, **settings)), asyncio.Event()
    task = asyncio.create_task(role.run(stop))
    await until("the connection", lambda: role.health()["alarms_connected"], SOON_S)
    yield role
    stop.set()
    await task


@asynccontextmanager
async def utility(broker: str) -> AsyncIterator[Peer]:
    """Who reads alarms. Afterwards, the broker retains nothing."""
    peer = await Peer(broker, "prato/v1/+/city/alarm/+").start()
    yield peer
    for topic in (GATEWAY_TOPIC, LAMP_TOPIC, *{one.topic for one in peer.received}):
        await peer.say(topic, b"", retain=True)
    await peer.mqtt.stop()


async def test_a_roll_out_that_stops_by_itself_is_raised_and_cleared(broker: str, tmp_path: Path) -> None:
    topic = "prato/v1/centre/city/alarm/rollout-r7"
    async with running(broker, tmp_path), utility(broker) as peer:
        for state, kinds in (("running", None), ("stopped", ["rollout_stopped"]), ("running", None)):
            status = RolloutStatus("r7", RolledOutFirmware("a", "WBMR6C", "1"), state, "me", "", "", [], 0, [], {})  # type: ignore[arg-type]
            await peer.say(rollouts("prato"), msgspec.json.encode(RolloutsMessage(1, [status])))

            def said(kinds: list[str] | None = kinds) -> bool:
                found = newest(peer, topic)
                return (None if found is None else [one.kind for one in found.alarms]) == kinds

            await until(f"the alarms of a roll-out that is {state}", said, SOON_S)


def newest(peer: Peer, topic: str = ALARM_TOPIC) -> AlarmMessage | None:
    payloads = [one.payload for one in peer.received if one.topic == topic]
    return msgspec.json.decode(payloads[-1], type=AlarmMessage) if payloads and payloads[-1] else None


def state(peer: Peer, topic: str = ALARM_TOPIC) -> str | None:
    found = newest(peer, topic)
    return found.alarms[0].state if found else None


async def test_a_gateway_that_goes_offline_is_an_alarm_until_it_is_back(broker: str, tmp_path: Path) -> None:
    async with utility(broker) as peer, running(broker, tmp_path) as role:
        await peer.say(GATEWAY_TOPIC, GatewayState("offline"), retain=True)
        await until("the alarm", lambda: state(peer) == "unacknowledged", SOON_S)
        found = newest(peer)
        assert found is not None
        assert (found.v, found.operator, found.asset, found.alarms[0].title.en) == (1, "citelum", "gw-1", "Gateway silent")
        assert role.health() == {"ok": True, "alarms_connected": True, "alarms_raised": 1, "alarms_unreached": []}
        await peer.say(GATEWAY_TOPIC, GatewayState("online"), retain=True)
        await until("its end", lambda: newest(peer) is None, SOON_S)
        assert [one.change for one in AlarmFile(tmp_path / "alarms.sqlite").log(9)] == ["raised", "cleared"]


async def test_what_an_operator_does_is_applied_and_published(broker: str, tmp_path: Path) -> None:
    async with utility(broker) as peer, running(broker, tmp_path):
        await peer.say(GATEWAY_TOPIC, GatewayState("offline"), retain=True)
        await until("the alarm", lambda: newest(peer), SOON_S)
        file = AlarmFile(tmp_path / "alarms.sqlite")
        number = file.ask(Action(KEY, "ack", "control room"), clock.now_ms())
        await until("that it is applied", lambda: file.is_applied(number), SOON_S)
        await until("the new state", lambda: state(peer) == "acknowledged", SOON_S)
        await until("that the role is followed", file.followed_ms, SOON_S)
        file.ask(Action(KEY, "shelve", "control room", clock.now_ms() + 600_000), clock.now_ms())
        await until("the shelf", lambda: (found := newest(peer)) and found.alarms[0].shelved_until, SOON_S)
        file.close()


async def test_alarms_are_there_after_a_restart_and_those_that_are_over_are_cleared_at_the_broker(broker: str, tmp_path: Path) -> None:
    async with utility(broker) as peer:
        async with running(broker, tmp_path):
            await peer.say(GATEWAY_TOPIC, GatewayState("offline"), retain=True)
            await until("the alarm", lambda: newest(peer), SOON_S)
            AlarmFile(tmp_path / "alarms.sqlite").ask(Action(KEY, "ack", "control room"), clock.now_ms())
            await until("that it is acknowledged", lambda: state(peer) == "acknowledged", SOON_S)
        peer.received.clear()
        async with running(broker, tmp_path):
            await until("the same alarm", lambda: state(peer) == "acknowledged", SOON_S)
        for file in tmp_path.glob("alarms.sqlite*"):
            file.unlink()
        await peer.say(GATEWAY_TOPIC, GatewayState("online"), retain=True)
        async with running(broker, tmp_path):
            await until("that it is cleared", lambda: newest(peer) is None, SOON_S)


async def test_an_asset_of_the_city_plane_raises_alarms_and_one_that_is_removed_has_none(broker: str, tmp_path: Path) -> None:
    topic = "prato/v1/citelum/city/alarm/pl-1"
    async with utility(broker) as peer, running(broker, tmp_path):
        sent: CityMessage = message("lamp", clock.now_ms(), {"lamp_failure": True}, asset="pl-1")
        await peer.say(LAMP_TOPIC, sent, retain=True)
        await until("the alarm", lambda: newest(peer, topic), SOON_S)
        await peer.say(LAMP_TOPIC, b"", retain=True)
        await until("its end", lambda: newest(peer, topic) is None, SOON_S)


async def test_during_works_an_alarm_is_published_as_suppressed_and_does_not_count(broker: str, tmp_path: Path) -> None:
    works = WorksSettings(name="via-roma", begins="2020-01-01T00:00", ends="2100-01-01T00:00", assets=["gw-1"])
    async with utility(broker) as peer, running(broker, tmp_path, works=[works]) as role:
        await peer.say(GATEWAY_TOPIC, GatewayState("offline"), retain=True)
        await until("the alarm", lambda: (found := newest(peer)) and found.alarms[0].suppressed_by == "via-roma", SOON_S)
        found = newest(peer)
        assert found is not None
        assert found.alarms[0].suppressed_until == "2100-01-01T00:00:00.000Z"
        assert role.health()["alarms_raised"] == 0
        figures = {one.name: one.samples[0].value for one in role.samples()}
        assert (figures["street_alarms_unacknowledged"], figures["street_alarms_suppressed"]) == (0, 1)


async def test_what_works_of_the_situation_room_can_have_caused_is_suppressed_until_they_are_over(broker: str, tmp_path: Path) -> None:
    topic, room = "prato/v1/sr/works", SituationSettings(organisations={})
    dug = RoomWorks("via-roma-3", "2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z", ["gw-1"])
    async with utility(broker) as peer:
        await peer.say(topic, RoomWorksMessage(1, [dug]), retain=True)
        await peer.say(GATEWAY_TOPIC, GatewayState("offline"), retain=True)
        async with running(broker, tmp_path, situation=room):
            await until("the alarm", lambda: (found := newest(peer)) and found.alarms[0].suppressed_by == "via-roma-3", SOON_S)
            assert (found := newest(peer)) is not None
            assert found.alarms[0].suppressed_by_room
            await peer.say(topic, b"no message", retain=True)
            await peer.say(topic, RoomWorksMessage(1, []), retain=True)
            await until("that it comes up", lambda: (found := newest(peer)) and found.alarms[0].suppressed_by is None, SOON_S)
        await peer.say(topic, b"", retain=True)


@pytest.mark.parametrize("room", [None, SituationSettings(organisations={}, suppress_alarms=False)])
async def test_without_a_room_that_suppresses_alarms_nothing_that_is_retained_does(
    broker: str, tmp_path: Path, room: SituationSettings | None
) -> None:
    dug = RoomWorks("via-roma-3", "2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z", ["gw-1"])
    async with utility(broker) as peer:
        await peer.say("prato/v1/sr/works", RoomWorksMessage(1, [dug]), retain=True)
        async with running(broker, tmp_path, situation=room) as role:
            await peer.say(GATEWAY_TOPIC, GatewayState("offline"), retain=True)
            await until("the alarm", lambda: role.health()["alarms_raised"] == 1 and newest(peer), SOON_S)
        assert (found := newest(peer)) is not None
        assert found.alarms[0].suppressed_by is None
        await peer.say("prato/v1/sr/works", b"", retain=True)


async def test_a_contact_that_can_not_be_notified_is_named_in_the_health(
    broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(role_module, "_NOTIFY_EVERY_S", 0.05)
    contact = AlarmContactSettings(webhook="http://127.0.0.1:1/", secret_file=str(tmp_path / "missing"), interval=0.0)
    rules = [EscalationSettings(contacts=["room"], after=0.0)]
    alarms = AlarmSettings(contacts={"room": contact}, notify={"citelum": rules}, gather=0.0)
    async with utility(broker) as peer, running(broker, tmp_path, alarms=alarms) as role:
        await peer.say(GATEWAY_TOPIC, GatewayState("offline"), retain=True)
        await until("the failure", lambda: not role.health()["ok"], SOON_S)
        unreached = role.health()["alarms_unreached"]
        assert isinstance(unreached, list)
        assert unreached[0].startswith("can't notify room: ")


async def test_what_is_no_message_is_ignored(broker: str, tmp_path: Path) -> None:
    async with utility(broker) as peer, running(broker, tmp_path) as role:
        await peer.say(LAMP_TOPIC, b"[" * 100_000)
        await peer.say(GATEWAY_TOPIC, b"{}")
        await peer.say(GATEWAY_TOPIC, GatewayState("offline"), retain=True)
        await until("an alarm", lambda: newest(peer), SOON_S)
        assert role.health()["ok"]


async def test_a_role_of_one_operator_leaves_others_alone(broker: str, tmp_path: Path) -> None:
    async with utility(broker) as peer, running(broker, tmp_path, "other") as role:
        file = AlarmFile(tmp_path / "alarms.sqlite")
        number = file.ask(Action(KEY, "ack", "control room"), clock.now_ms())
        await peer.say(GATEWAY_TOPIC, GatewayState("offline"), retain=True)
        await peer.say("prato/v1/other/gw/gw-9/state", GatewayState("offline"), retain=True)
        await until("its own alarm", lambda: newest(peer, "prato/v1/other/city/alarm/gw-9"), SOON_S)
        assert role.health()["alarms_raised"] == 1
        assert not file.is_applied(number)
        file.close()
        await peer.say("prato/v1/other/gw/gw-9/state", b"", retain=True)
        await until("its end", lambda: newest(peer, "prato/v1/other/city/alarm/gw-9") is None, SOON_S)


async def test_alarms_that_can_not_be_stored_are_not_published_and_are_stored_later(
    broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("disk full")

    async with utility(broker) as peer, running(broker, tmp_path) as role:
        with monkeypatch.context() as broken:
            broken.setattr(AlarmFile, "save", full)
            await peer.say(GATEWAY_TOPIC, GatewayState("offline"), retain=True)
            await until("the failure", lambda: not role.health()["ok"], SOON_S)
            assert newest(peer) is None
        await until("the alarm", lambda: newest(peer), SOON_S)
        assert role.health()["ok"]


def test_a_file_that_can_not_be_opened_is_a_store_that_is_not_available(tmp_path: Path) -> None:
    (tmp_path / "alarms.sqlite").mkdir()
    with pytest.raises(StoreUnavailable, match="can't open the alarms"):
        AlarmRole(context("mqtt://127.0.0.1:1", tmp_path))


def test_metrics_count_the_alarms_by_state(tmp_path: Path) -> None:
    role = AlarmRole(context("mqtt://127.0.0.1:1", tmp_path))
    assert {one.name for one in role.samples()} == {
        "street_alarms_raised",
        "street_alarms_unacknowledged",
        "street_alarms_suppressed",
        "street_alarms_connected",
        *(f"street_alarms_notifications_{what}" for what in ("sent", "failed", "dropped", "waiting")),
    }
    assert not role.stuck()
    assert not role.health()["ok"]
