"""Context brokers over real HTTP: their entities are what is public, whatever fails meanwhile."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.centre.situation.push import sender as module
from gateway.centre.situation.push.brokers import ContextBrokers
from gateway.centre.situation.push.entities import BrokerApi
from gateway.centre.situation.room import SituationRoom
from gateway.host import clock
from gateway.host.webhook import post
from gateway.model.site.situation.room import ContextBrokerSettings
from gateway.situation.lifecycle.actions import Begin, Cancel, End, SituationAction, Update
from gateway.situation.lifecycle.parties import Actor
from tests.centre.situation.push.context_broker import ContextBroker, Json, Place
from tests.centre.situation.push.test_entities import APIS
from tests.centre.situation.push.test_webhooks import opened, publish, until
from tests.situation.examples import CITELUM, NOW_MS, PUBLIACQUA, VIA_ROMA, accident, works

ALERT, WORK = "urn:ngsi-ld:Alert:prato:incidente-1", "urn:ngsi-ld:CityWork:prato:scavo-1"
_PUBLIC_WORKS = {"audience": {"public": True}, "roadworks": {"category": "immediate_urgent"}}


@pytest.fixture(autouse=True)
def _retry_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now_ms", lambda: NOW_MS)
    monkeypatch.setattr(module, "_FIRST_RETRY_S", 0.01)
    monkeypatch.setattr(module, "_LONGEST_RETRY_S", 0.02)


@pytest.fixture(params=APIS)
def api(request: pytest.FixtureRequest) -> BrokerApi:
    found: BrokerApi = request.param
    return found


@contextlib.asynccontextmanager
async def pushing(folder: Path, url: str, api: BrokerApi, **more: Any) -> AsyncIterator[tuple[SituationRoom, ContextBrokers]]:
    """Run a room with a context broker."""
    room, stop = opened(folder), asyncio.Event()
    brokers = ContextBrokers("prato", {"orion": ContextBrokerSettings(url=url, api=api, **more)})
    task = asyncio.create_task(brokers(room, stop))
    try:
        yield room, brokers
    finally:
        stop.set()
        await task
        await room.close()


async def do(room: SituationRoom, name: str, action: SituationAction, actor: Actor) -> None:
    await room.run(lambda service: service.do(name, action, actor, NOW_MS + 1))


async def delivered(room: SituationRoom) -> None:
    """Wait until everything that was done has been sent."""
    async with asyncio.timeout(60):
        while await room.run(lambda service: service.store.position("broker-orion") != service.store.newest()):
            await asyncio.sleep(0.01)


def value(entity: Json, name: str) -> Any:
    found = entity[name]["value"]
    return found["@value"] if isinstance(found, dict) and "@value" in found else found


async def test_what_is_public_is_there_and_the_rest_is_not(tmp_path: Path, api: BrokerApi) -> None:
    with ContextBroker() as broker:
        async with pushing(tmp_path, broker.url, api) as (room, brokers):
            await publish(room, "incidente-1", accident(internal={"text": "chiave"}), CITELUM)
            await publish(room, "segreto-1", accident(audience={}), CITELUM)
            await publish(room, "prova-1", accident(information_status="test"), CITELUM)
            await delivered(room)
            assert [one.samples[0].value for one in brokers.samples()][1:] == [0, 0, 0]
        assert set(broker.all()) == {ALERT}
        assert value(broker.all()[ALERT], "subCategory") == "carAccident"
        assert "chiave" not in str(broker.entities)


async def test_an_update_replaces_everything_and_the_end_removes_an_alert(tmp_path: Path, api: BrokerApi) -> None:
    with ContextBroker() as broker:
        async with pushing(tmp_path, broker.url, api) as (room, _):
            await publish(room, "incidente-1", accident(description={"it": "Due auto (una ribaltata)"}), CITELUM)
            await delivered(room)
            issued = value(broker.all()[ALERT], "dateIssued")
            assert "description" in broker.all()[ALERT]
            await do(room, "incidente-1", Update(content=accident(severity="high"), geometry=VIA_ROMA, version=1), CITELUM)
            await delivered(room)
            entity = broker.all()[ALERT]
            assert ("description" in entity, value(entity, "severity"), value(entity, "dateIssued")) == (False, "high", issued)
            await do(room, "incidente-1", End(), CITELUM)
            await delivered(room)
        assert broker.all() == {}


@pytest.mark.parametrize(("actions", "state"), [([Begin(), End()], "completed"), ([Cancel(reason="rinviato")], "canceled")])
async def test_works_that_are_over_say_so(tmp_path: Path, api: BrokerApi, actions: list[SituationAction], state: str) -> None:
    with ContextBroker() as broker:
        async with pushing(tmp_path, broker.url, api) as (room, _):
            await publish(room, "scavo-1", works(**_PUBLIC_WORKS))
            await delivered(room)
            assert value(broker.all()[WORK], "workState") in ("planned", "open")
            for action in actions:
                await do(room, "scavo-1", action, PUBLIACQUA)
            await delivered(room)
        assert value(broker.all()[WORK], "workState") == state


async def test_what_is_not_public_any_more_is_deleted(tmp_path: Path, api: BrokerApi) -> None:
    with ContextBroker() as broker:
        async with pushing(tmp_path, broker.url, api) as (room, _):
            await publish(room, "incidente-1", accident(), CITELUM)
            await delivered(room)
            await do(room, "incidente-1", Update(content=accident(audience={}), geometry=VIA_ROMA, version=1), CITELUM)
            await delivered(room)
        assert broker.all() == {}


async def test_a_new_broker_gets_everything_and_after_a_restart_only_what_it_has_missed(tmp_path: Path, api: BrokerApi) -> None:
    room = opened(tmp_path)
    await publish(room, "incidente-1", accident(), CITELUM)
    await room.close()
    with ContextBroker() as broker:
        async with pushing(tmp_path, broker.url, api) as (room, _):
            await delivered(room)
        assert set(broker.all()) == {ALERT}
        before = len(broker.requests)
        room = opened(tmp_path)
        await publish(room, "incidente-2", accident(), CITELUM)
        await room.close()
        async with pushing(tmp_path, broker.url, api) as (room, _):
            await delivered(room)
        assert len(broker.all()) == 2
        assert len(broker.requests) - before == before


async def test_a_broker_that_was_down_gets_everything_once_as_it_is(tmp_path: Path, api: BrokerApi) -> None:
    with ContextBroker() as gone:
        port = gone.port
    async with pushing(tmp_path, f"http://127.0.0.1:{port}", api) as (room, brokers):
        await publish(room, "incidente-1", accident(), CITELUM)
        await until(brokers.failing)
        assert brokers.failing()[0].startswith("can't send to the context broker orion: 127.0.0.1:")
        await do(room, "incidente-1", Update(content=accident(severity="high"), geometry=VIA_ROMA, version=1), CITELUM)
        with ContextBroker(port=port) as broker:
            await delivered(room)
            await until(lambda: not brokers.failing())
            assert value(broker.all()[ALERT], "severity") == "high"
            broker.down = True
            await do(room, "incidente-1", End(), CITELUM)
            await until(brokers.failing)
            assert "answered 503" in brokers.failing()[0]
            broker.down = False
            await delivered(room)
            assert broker.all() == {}


async def test_a_slow_broker_is_asked_again_and_has_nothing_twice(tmp_path: Path, api: BrokerApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "_TIMEOUT_S", 0.1)
    with ContextBroker() as broker:
        broker.let_go.clear()
        async with pushing(tmp_path, broker.url, api) as (room, brokers):
            await publish(room, "incidente-1", accident(), CITELUM)
            await until(brokers.failing)
            assert "timed out" in brokers.failing()[0]
            monkeypatch.setattr(post, "_TIMEOUT_S", 20.0)
            broker.let_go.set()
            await delivered(room)
        assert set(broker.all()) == {ALERT}


async def test_an_entity_that_the_broker_rejects_is_given_up_and_the_next_one_is_sent(tmp_path: Path, api: BrokerApi) -> None:
    with ContextBroker() as broker:
        broker.rejected = {ALERT}
        async with pushing(tmp_path, broker.url, api) as (room, brokers):
            await publish(room, "incidente-1", accident(), CITELUM)
            await publish(room, "incidente-2", accident(), CITELUM)
            await delivered(room)
            assert [one.samples[0].value for one in brokers.samples()] == [1, 8, 1, 0]
        assert set(broker.all()) == {ALERT.replace("-1", "-2")}


async def test_tenant_path_and_token_are_in_every_request_and_the_address_may_have_a_path(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("t0ken\n")
    token.chmod(0o600)
    more = {"tenant": "prato", "token_file": str(token)}
    for api, path, place in (("ngsi-v2", "/lavori", Place("prato", "/lavori")), ("ngsi-ld", None, Place("prato"))):
        folder = tmp_path / api
        folder.mkdir()
        with ContextBroker(token="t0ken") as broker:
            async with pushing(folder, f"{broker.url}/", api, service_path=path, **more) as (room, _):  # type: ignore[arg-type]
                await publish(room, "incidente-1", accident(), CITELUM)
                await delivered(room)
                await do(room, "incidente-1", End(), CITELUM)
                await delivered(room)
            assert broker.entities == {place: {}}
            assert {status for _, _, status in broker.requests} <= {201, 204, 404}


async def test_a_token_that_is_missing_or_wrong_is_reported_until_it_is_mended(tmp_path: Path, api: BrokerApi) -> None:
    token = tmp_path / "token"
    with ContextBroker(token="t0ken") as broker:
        async with pushing(tmp_path, broker.url, api, token_file=str(token)) as (room, brokers):
            await publish(room, "incidente-1", accident(), CITELUM)
            await until(brokers.failing)
            assert "can't be read" in brokers.failing()[0]
            token.touch(0o600)
            token.write_text("wrong")
            await until(lambda: "answered 401" in "".join(brokers.failing()))
            assert "wrong" not in brokers.failing()[0]
            token.write_text("t0ken")
            await delivered(room)
        assert set(broker.all()) == {ALERT}


async def test_a_name_that_means_a_private_address_is_not_connected_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(0, 0, 0, "", ("10.0.0.1", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    async with pushing(tmp_path, "https://orion.example", "ngsi-v2") as (room, brokers):
        await publish(room, "incidente-1", accident(), CITELUM)
        await until(brokers.failing)
        assert "a private address; set 'private: true' for this address" in brokers.failing()[0]
