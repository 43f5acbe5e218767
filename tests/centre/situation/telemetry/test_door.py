"""Alarms on a real broker become situations, and end with them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple, get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest
from msgspec.structs import replace

from gateway.alarms.catalogue import KINDS
from gateway.centre.situation.exchange.answering import Requesters
from gateway.centre.situation.exchange.connection import SituationExchange
from gateway.centre.situation.exchange.outgoing import Directory
from gateway.centre.situation.opening import open_situations
from gateway.centre.situation.role import SituationRole
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.settings import room_rules
from gateway.centre.situation.telemetry import door
from gateway.centre.situation.telemetry.door import TelemetryEvents, positions_of, telemetry_rules
from gateway.host import clock
from gateway.host.mqtt import Broker, Mqtt
from gateway.model.instants import iso_utc
from gateway.model.messages import AlarmEntry, AlarmMessage, AlarmText
from gateway.model.site.assets import AssetSettings
from gateway.model.site.situation.room import EventAlarm, TelemetryEventSettings
from gateway.situation.event.content import Audience
from gateway.situation.event.kinds import SeverityLevel, SituationKind, SituationState
from gateway.situation.lifecycle.actions import Publish
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.telemetry import events
from gateway.situation.telemetry.events import TelemetryRule
from tests.centre.situation.exchange.town import ROOM, context_of
from tests.situation.examples import PUBLIACQUA, VIA_ROMA, works
from tests.system.peer import until
from tests.system.servers import mosquitto

TEXT = AlarmText("Panel without supply", "Quadro senza alimentazione")
ROME = ZoneInfo("Europe/Rome")
SETTINGS: dict[EventAlarm, TelemetryEventSettings] = {"supply_outage": TelemetryEventSettings(kind="outage", severity="high", public=True)}
ASSETS = {"qe-041": AssetSettings(lat=43.88025, lon=11.0955), "qe-042": AssetSettings(lat=43.8803, lon=11.0960)}


def test_settings_are_rules_and_poles_belong_to_their_panel() -> None:
    rule = TelemetryRule(SituationKind.OUTAGE, SeverityLevel.HIGH, Audience(public=True))
    assert telemetry_rules(SETTINGS) == {"supply_outage": rule}
    poles = {
        "pl-1": AssetSettings(lat=43.9, lon=11.1, panel="qe-041"),
        "pl-2": AssetSettings(panel="qe-041"),
        "pl-3": AssetSettings(lat=1, lon=2, panel="qe-9"),
    }
    assert positions_of(ASSETS | poles)["qe-041"] == [(11.0955, 43.88025), (11.1, 43.9)]


def test_what_a_site_can_name_is_an_alarm_of_the_catalogue() -> None:
    assert set(get_args(EventAlarm)) <= set(KINDS)


class Alarms:
    """Publishes alarms as the centre does."""

    def __init__(self, port: int) -> None:
        self.mqtt = Mqtt(Broker(f"mqtt://127.0.0.1:{port}"), "alarms", on_connect=lambda: None, on_message=lambda _: None)

    async def publish(self, asset: str, *, raised: bool, operator: str = "citelum") -> None:
        entry = AlarmEntry("supply_outage", 1, "unacknowledged", iso_utc(clock.now_ms() - 600_000), TEXT, TEXT)
        payload = msgspec.json.encode(AlarmMessage(1, asset, operator, [entry])) if raised else b""
        await self.mqtt.publish(f"prato/v1/{operator}/city/alarm/{asset}", payload, retain=True)


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_STEP_S", 0.05)
    monkeypatch.setattr(door, "_SETTLED_S", 0.2)
    monkeypatch.setattr(events, "_GONE_MS", 100)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    process, port = mosquitto(tmp_path)
    yield port
    process.stop()


class At(NamedTuple):
    """A room that runs with its exchange, and the centre that publishes alarms."""

    room: SituationRoom
    telemetry: TelemetryEvents
    alarms: Alarms


@contextlib.asynccontextmanager
async def at_work(folder: Path, port: int) -> AsyncIterator[At]:
    """Run a room that follows alarms."""
    context = context_of(folder, f"mqtt://127.0.0.1:{port}")
    settings = context.settings
    room = SituationRoom(SituationService(open_situations(settings), room_rules(ROOM, ROME)), open_situations(settings))
    telemetry, stop, alarms = TelemetryEvents("prato", SETTINGS, ASSETS, ROME), asyncio.Event(), Alarms(port)
    directory = Directory("prato", room_rules(ROOM, ROME).parties)
    exchange = SituationExchange(directory, room, Requesters({}, 1200), open_situations(settings), context.broker, telemetry)
    alarms.mqtt.start()
    tasks = [asyncio.create_task(one) for one in (room.follow(stop), exchange.run(stop), telemetry(room, stop))]
    try:
        await until("the connection", lambda: alarms.mqtt.state.connected, 60)
        yield At(room, telemetry, alarms)
    finally:
        stop.set()
        await asyncio.gather(*tasks)
        await alarms.mqtt.stop()
        await room.close()


async def present(room: SituationRoom, owner: str = "citelum") -> list[Situation]:
    return [one for one in await room.run(SituationService.everything) if one.owner == owner]


async def wait_for(room: SituationRoom, what: str, *states: SituationState) -> list[Situation]:
    """Wait until the operator's situations have these states."""
    async with asyncio.timeout(60):
        while [one.state for one in await present(room)] != list(states):
            await asyncio.sleep(0.05)
    return await present(room)


async def test_alarms_that_are_raised_become_one_event_with_its_cause_and_it_ends_with_them(tmp_path: Path, port: int) -> None:
    async with at_work(tmp_path, port) as (room, telemetry, alarms):
        digs = works(roadworks={"category": "immediate_urgent", "excavation": {"area_m2": 4}}, timing={"planned_start": "2020-01-01"})
        await room.run(
            lambda service: service.do(
                "scavo-1", Publish(id="scavo-1", content=digs, geometry=VIA_ROMA), PUBLIACQUA, clock.now_ms() - 3_600_000
            )
        )
        for asset in ("qe-041", "qe-042"):
            await alarms.publish(asset, raised=True)
        async with asyncio.timeout(60):
            while [one.content.impact and one.content.impact.assets for one in await present(room)] != [["qe-041", "qe-042"]]:
                await asyncio.sleep(0.05)
        (one,) = await present(room)
        assert [(found.id, found.relation) for found in one.content.related] == [("scavo-1", "caused_by")]
        assert one.content.audience.public
        await alarms.publish("qe-041", raised=False)
        await alarms.publish("qe-042", raised=False)
        await wait_for(room, "the end", SituationState.ENDED)
        assert telemetry.failing() == []
        assert telemetry.done >= 2


async def test_an_event_goes_on_and_is_not_published_again_by_a_process_that_begins_anew(tmp_path: Path, port: int) -> None:
    async with at_work(tmp_path, port) as (room, _, alarms):
        await alarms.publish("qe-041", raised=True)
        (before,) = await wait_for(room, "the event", SituationState.ACTIVE)
    async with at_work(tmp_path, port) as (room, _, alarms):
        await alarms.publish("qe-099", raised=True)
        await wait_for(room, "the other event", SituationState.ACTIVE, SituationState.ACTIVE)
        assert before in await present(room)
        await alarms.publish("qe-041", raised=False)
        await wait_for(room, "its end", SituationState.ENDED, SituationState.ACTIVE)


async def test_who_takes_no_part_is_reported_and_nonsense_is_ignored(tmp_path: Path, port: int) -> None:
    async with at_work(tmp_path, port) as (room, telemetry, alarms):
        await alarms.mqtt.publish("prato/v1/citelum/city/alarm/qe-041", b"nonsense", retain=True)
        await alarms.publish("qe-041", raised=True, operator="enel")
        await until("the refusal", lambda: bool(telemetry.failing()), 60)
        (sentence,) = telemetry.failing()
        assert sentence.startswith("alarms of enel become no situations: ")
        assert await room.run(SituationService.everything) == []
        assert {one.name: one.value for metric in telemetry.samples() for one in metric.samples} == {
            "street_situation_telemetry_steps_total": 0, "street_situation_telemetry_refused": 1,
        }  # fmt: skip
        await alarms.publish("qe-041", raised=False, operator="enel")
        await until("its end", lambda: not telemetry.failing(), 60)


async def test_the_role_follows_alarms_if_the_site_file_names_some(tmp_path: Path, port: int) -> None:
    context = context_of(tmp_path, f"mqtt://127.0.0.1:{port}")
    role, stop, alarms = SituationRole(context, replace(ROOM, telemetry=SETTINGS)), asyncio.Event(), Alarms(port)
    task = asyncio.create_task(role.run(stop))
    alarms.mqtt.start()
    await until("the connection", lambda: alarms.mqtt.state.connected, 60)
    await alarms.publish("qe-041", raised=True)

    def done() -> bool:
        return any(
            one.name == "street_situation_telemetry_steps_total" and one.value for metric in role.samples() for one in metric.samples
        )

    await until("the event", done, 60)
    assert role.health()["ok"]
    stop.set()
    await task
    await alarms.mqtt.stop()
