"""Subscriptions to situations, with a real mail server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.centre.situation.opening import open_situations
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.settings import room_rules
from gateway.centre.situation.subscriptions import door
from gateway.centre.situation.subscriptions.door import SituationSubscriptions, subscription_of
from gateway.centre.situation.subscriptions.nearby import NearbyWorks
from gateway.model.site.alarms import QuietSettings, SmtpSettings
from gateway.model.site.situation.subscriptions import AreaSettings, SubscriptionSettings
from gateway.situation.conflicts.shape import Box
from gateway.situation.event.kinds import SeverityLevel
from gateway.situation.lifecycle.actions import Cancel, Publish
from gateway.situation.lifecycle.parties import Actor
from gateway.situation.subscription import Subscription
from tests.centre.alarms.notification.servers import MailServer
from tests.centre.situation.exchange.town import ROOM, context_of
from tests.situation.examples import COMUNE, NOW_MS, PUBLIACQUA, ROME, VIA_ROMA, accident, works
from tests.situation.test_private_layer import collection, feature, north
from tests.system.peer import until


def test_settings_are_a_subscription() -> None:
    area = AreaSettings(west=11, south=43, east=12, north=44)
    found = subscription_of(SubscriptionSettings(email=["a@b"], kinds=["roadworks"], severity="high", area=area))
    assert found == Subscription(frozenset({"roadworks"}), SeverityLevel.HIGH, Box(11, 43, 12, 44))
    assert subscription_of(SubscriptionSettings(email=["a@b"])) == Subscription()


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(door, "_FIRST_RETRY_S", 0.01)
    monkeypatch.setattr(door, "_LONGEST_RETRY_S", 0.05)


@contextlib.asynccontextmanager
async def at_work(folder: Path, server: MailServer, **settings: Any) -> AsyncIterator[tuple[SituationRoom, SituationSubscriptions]]:
    """Run a subscription of `anna@example.org` to the situations in a folder."""
    centre = context_of(folder, "mqtt://127.0.0.1:1").settings
    room = SituationRoom(SituationService(open_situations(centre), room_rules(ROOM, ROME)), open_situations(centre))
    values: dict[str, Any] = {"email": ["anna@example.org"], "interval": 0.0} | settings
    subscription = SubscriptionSettings(**values)
    smtp = SmtpSettings(server=f"127.0.0.1:{server.port}", encryption="none", sender="room@comune.example")
    nearby = {"lavori": NearbyWorks("citelum", str(folder / "rete.geojson"), 30.0)} if subscription.near else {}
    mails, stop = SituationSubscriptions("prato", {"lavori": subscription}, smtp, ROME, nearby), asyncio.Event()
    sending = asyncio.create_task(mails(room, stop))
    try:
        yield room, mails
    finally:
        stop.set()
        await sending
        await room.close()


async def publish(room: SituationRoom, name: str, actor: Actor = PUBLIACQUA, **changes: Any) -> None:
    said = accident(**changes) if actor is COMUNE else works(**changes)
    await room.run(lambda service: service.do(name, Publish(id=name, content=said, geometry=VIA_ROMA), actor, NOW_MS))


async def position_of(room: SituationRoom) -> int | None:
    return await room.run(lambda service: service.store.position("subscription-lavori"))


async def begun(room: SituationRoom) -> None:
    async with asyncio.timeout(30):
        while await position_of(room) is None:
            await asyncio.sleep(0.01)


def subjects(server: MailServer) -> list[str]:
    return [str(one["Subject"]) for one in server.received]


async def test_an_organisation_is_sent_what_it_may_see_and_wants(tmp_path: Path) -> None:
    server = MailServer()
    async with server.running(), at_work(tmp_path, server, organisation="citelum", kinds=["roadworks"], language="it") as (room, mails):
        await begun(room)
        await publish(room, "incidente", COMUNE)
        await publish(room, "scavo-1")
        await until("the e-mail", lambda: len(server.received) == 1, 30)
        await room.run(lambda service: service.do("scavo-1", Cancel("rinviato"), PUBLIACQUA, NOW_MS))
        await until("the second e-mail", lambda: len(server.received) == 2, 30)
        await until("the count", lambda: value_of(mails, "sent_total") == 2, 30)
    assert subjects(server) == ["[prato] proposto: Scavo in Via Roma", "[prato] annullato: Scavo in Via Roma"]
    assert server.recipients == ["anna@example.org"] * 2


async def test_without_an_organisation_only_what_is_public_is_sent(tmp_path: Path) -> None:
    server = MailServer()
    async with server.running(), at_work(tmp_path, server) as (room, _):
        await begun(room)
        await publish(room, "scavo-1")
        await publish(room, "incidente", COMUNE)
        await until("the e-mail", lambda: bool(server.received), 30)
    assert subjects(server) == ["[prato] active: Incidente in Via Roma"]


async def test_what_was_not_sent_before_a_stop_is_sent_after_it_and_nothing_twice(tmp_path: Path) -> None:
    server = MailServer()
    async with server.running():
        async with at_work(tmp_path, server, organisation="citelum", quiet=QuietSettings(begin=0, end=24 * 60)) as (room, mails):
            await begun(room)
            await publish(room, "scavo-1", severity="high")
            await until("the urgent one", lambda: len(server.received) == 1, 30)
            await publish(room, "scavo-2")
            await until("the other", lambda: value_of(mails, "waiting") == 1, 30)
        async with at_work(tmp_path, server, organisation="citelum") as (room, _):
            await until("the other", lambda: len(server.received) == 2, 30)
            async with asyncio.timeout(30):
                while await position_of(room) != 2:
                    await asyncio.sleep(0.01)
        assert len(server.received) == 2


async def test_an_organisation_is_sent_the_works_near_to_what_it_owns_and_nothing_while_nobody_knows_what_that_is(tmp_path: Path) -> None:
    server = MailServer()
    async with server.running(), at_work(tmp_path, server, organisation="citelum", near=True, language="it") as (room, mails):
        await begun(room)
        await publish(room, "incidente", COMUNE)
        await publish(room, "scavo-1")
        await until("the report", lambda: bool(mails.failing()), 30)
        layer = tmp_path / "rete.geojson"
        layer.touch(mode=0o600)
        layer.write_bytes(collection(feature(north(12), "linea-7")))
        await until("the e-mail", lambda: bool(server.received), 30)
        await publish(room, "altro", COMUNE)
        await until("the end of the report", lambda: not mails.failing(), 30)
    assert subjects(server) == ["[prato] proposto: Scavo in Via Roma"]
    assert "Vicino ai vostri impianti: linea-7 (" in server.received[0].get_content()


def value_of(mails: SituationSubscriptions, name: str) -> float:
    return {one.name: one.value for metric in mails.samples() for one in metric.samples}[f"street_situation_subscriptions_{name}"]


async def test_a_server_that_is_away_is_tried_again_and_reported(tmp_path: Path) -> None:
    server = MailServer()
    server.refuses = {"anna@example.org": "451 try later"}
    async with server.running(), at_work(tmp_path, server, organisation="citelum") as (room, mails):
        await begun(room)
        await publish(room, "scavo-1")
        await until("the report", lambda: bool(mails.failing()), 30)
        assert mails.failing()[0].startswith("can't send to the subscription lavori: anna@example.org was refused: 451")
        server.refuses = {}
        await until("the e-mail", lambda: len(server.received) == 1, 30)
        await until("the end of the report", lambda: not mails.failing(), 30)


async def test_an_e_mail_that_is_rejected_for_good_is_given_up(tmp_path: Path) -> None:
    server = MailServer()
    server.refuses = {"anna@example.org": "550 no such user"}
    async with server.running(), at_work(tmp_path, server, organisation="citelum") as (room, mails):
        await begun(room)
        await publish(room, "scavo-1")
        await until("the end of the attempts", lambda: value_of(mails, "dropped_total") == 1, 30)
        assert value_of(mails, "failed_total") == door._REJECTED_ATTEMPTS
