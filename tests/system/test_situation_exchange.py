"""The Situation Room at a real mosquitto with TLS and the rules that are made for it: who sees what, and what a withdrawn grant ends."""

import asyncio
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gateway.host.mqtt import Broker, Message, Mqtt
from gateway.model.site.connection import TlsSettings
from tests.centre.situation.exchange.town import TREE, publish, request
from tests.hostile.client import Client
from tests.situation.examples import accident, works
from tests.system.peer import until
from tests.system.servers import Process, gateway, wait_until
from tests.trust.broker import SiteAuthority, SiteBroker

pytestmark = pytest.mark.system

NOT_AUTHORISED = 0x87
SOON = {"planned_start": "2036-12-01", "planned_end": "2036-12-04"}
ORGANISATIONS = ("comune", "publiacqua", "citelum", "cap", "consiag")
ROOM: dict[str, Any] = {"organisations": {name: {"authority": name == "comune"} for name in ORGANISATIONS}}

EVENTS: dict[str, tuple[str, bytes]] = {
    "publiacqua-own": ("publiacqua", publish("own", accident(audience={}), "publiacqua-own")),
    "publiacqua-named": ("publiacqua", publish("named", accident(audience={"organisations": ["citelum", "cap"]}), "publiacqua-named")),
    "citelum-public": ("citelum", publish("public", accident(), "citelum-public")),
    "cap-both": (
        "cap",
        publish("both", accident(audience={"public": True, "organisations": ["consiag"]}, internal={"text": "nota"}), "cap-both"),
    ),
    "publiacqua-proposal": ("publiacqua", publish("proposal", works(timing=SOON, audience={}), "publiacqua-proposal")),
    "consiag-open": ("consiag", publish("open", works(timing=SOON, audience={"public": True}), "consiag-open")),
    "citelum-narrowed": ("citelum", publish("narrowed", accident(audience={"public": True, "organisations": ["cap"]}), "citelum-narrowed")),
    "comune-exercise": ("comune", publish("exercise", accident(information_status="securityExercise"), "comune-exercise")),
}
"""Events by name, with who publishes each."""

PUBLIC = {"citelum-public", "cap-both", "consiag-open", "comune-exercise"}
INBOXES = {
    "comune": {"publiacqua-proposal", "consiag-open", "comune-exercise"},
    "publiacqua": {"publiacqua-own", "publiacqua-named", "publiacqua-proposal"},
    "citelum": {"publiacqua-named", "citelum-public", "citelum-narrowed"},
    "cap": {"publiacqua-named", "cap-both"},
    "consiag": {"cap-both", "consiag-open"},
}
"""What each has in its inbox, at the end; `citelum-narrowed` is then for its owner alone."""


class Town:
    """A broker, the Situation Room, and its organisations."""

    def __init__(self, folder: Path) -> None:
        self.broker = SiteBroker(folder, {"processes": {"sala": "situation"}})
        self.broker.situation = json.loads(json.dumps(ROOM))
        self.authority = SiteAuthority(folder / "authority", self.broker)
        self.broker.start()
        self.room: Process = gateway("room", folder, "situation", "serve", str(self.broker.site), "--listen", "127.0.0.1:0")
        wait_until("the room", lambda: "connected to" in self.room.said())

    def client(self, name: str) -> Client:
        """Connect an organisation, which tries to read everything."""
        one = Client(self.broker.tls, name, tls=self.authority.context(self.authority.identity(name))).ready()
        one.subscribe("#", f"{TREE}/#", *(f"{TREE}/org/{other}/#" for other in ORGANISATIONS))
        return one

    def stop(self) -> None:
        self.room.stop()
        self.broker.stop()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path)
    yield made
    made.stop()


def answered(client: Client, number: str) -> bool:
    return any(topic.endswith("/answer") and json.loads(payload).get("request") == number for topic, payload, _ in client.received)


def ask(client: Client, payload: bytes) -> dict[str, Any]:
    """Send a request, and return its answer."""
    number = json.loads(payload)["request"]
    assert client.publish(f"{TREE}/org/{client.paho._client_id.decode()}/request", payload) in (0, 0x10)
    wait_until("the answer", lambda: answered(client, number))
    return next(
        found for topic, body, _ in client.received if topic.endswith("/answer") and (found := json.loads(body)).get("request") == number
    )


def held(client: Client) -> dict[str, dict[str, Any]]:
    """Return what a client has that keeps the newest message of each topic."""
    found: dict[str, dict[str, Any]] = {}
    for topic, payload, _ in client.received:
        if topic.endswith("/answer"):
            continue
        found.pop(topic, None)
        if payload:
            found[topic.removeprefix(f"{TREE}/")] = json.loads(payload)
            found[topic.removeprefix(f"{TREE}/")]["topic"] = topic
        else:
            found.pop(topic.removeprefix(f"{TREE}/"), None)
    return found


def names(client: Client, tree: str) -> set[str]:
    return {event["subject"] for topic, event in held(client).items() if topic.startswith(tree)}


def complete(client: Client, name: str) -> bool:
    return names(client, "public/") == PUBLIC and names(client, f"org/{name}/") == INBOXES[name]


def test_every_organisation_sees_of_every_event_what_it_may_and_nothing_else(town: Town) -> None:
    clients = {name: town.client(name) for name in ORGANISATIONS}
    for name, (owner, payload) in EVENTS.items():
        assert ask(clients[owner], payload)["situation"] == name
    narrow = {"type": "Feature", "id": "citelum-narrowed", "geometry": None, "properties": json.loads(json.dumps({
        "kind": "accident", "headline": {"it": "Incidente in Via Roma"}, "timing": {"planned_start": "2026-11-02T08:50:00+01:00"},
        "location": {"description": {"it": "Via Roma"}}, "version": 1,
    }))}  # fmt: skip
    assert ask(clients["citelum"], request("n", {"type": "update", "feature": narrow}))["version"] == 2
    for name, client in clients.items():
        wait_until(f"the events of {name}", partial(complete, client, name))
    late = {name: town.client(name) for name in ORGANISATIONS[:1]}  # whoever comes later finds the same
    wait_until("what is retained", partial(complete, late["comune"], "comune"))
    for name, client in clients.items():
        assert {topic.split("/")[1] for topic in held(client) if topic.startswith("org/")} == {name}
        assert {topic for topic, _, _ in client.received if not topic.startswith((f"{TREE}/public/", f"{TREE}/org/{name}/"))} == set()
        assert not any(topic.endswith("/request") for topic, _, _ in client.received)
        told = json.dumps([event for topic, event in held(client).items() if topic.startswith("public/")])
        assert "nota" not in told
        assert held(client)["public/accident/comune-exercise"]["informationstatus"] == "securityExercise"
        seen_narrowed = [json.loads(body) for topic, body, _ in client.received if topic.endswith("/citelum-narrowed") and body]
        assert all(one["data"]["properties"]["version"] == 1 for one in seen_narrowed) or name == "citelum"
    for client in (*clients.values(), *late.values()):
        client.close()


def test_an_organisation_writes_its_own_requests_and_nothing_else(town: Town) -> None:
    client = town.client("cap")
    allowed = {f"{TREE}/org/cap/request"}
    topics = [
        *(f"{TREE}/org/{name}/{last}" for name in ORGANISATIONS for last in ("request", "answer", "accident/x")),
        f"{TREE}/public/accident/x", f"{TREE}/mark", f"{TREE}/org/cap/request/1", "prato/v1/citelum/city/lamp/pl-1",
    ]  # fmt: skip
    reasons = client.publish_all(topics, b"{}")
    assert {topic for topic, reason in reasons.items() if reason != NOT_AUTHORISED} == allowed
    client.close()


async def test_a_withdrawn_grant_silences_who_is_connected_and_discards_what_waits_for_who_is_not(town: Town) -> None:
    names_ = ("cap", "consiag")
    identities = {name: town.authority.identity(name) for name in names_}
    came: dict[str, list[Message]] = {name: [] for name in names_}

    def session(name: str) -> Mqtt:
        tls = TlsSettings(ca=str(town.authority.folder / "authority.pem"), cert=str(identities[name]), key=str(identities[name]))
        made = Mqtt(
            Broker(f"mqtts://127.0.0.1:{town.broker.tls}", tls), name, session_expiry_s=3600, on_message=came[name].append,
            on_connect=lambda: made.subscribe(f"{TREE}/public/+/+", f"{TREE}/org/{name}/+/+"),
        )  # fmt: skip
        return made

    online, away = session("cap"), session("consiag")
    citelum = town.client("citelum")
    for one in (online, away):
        one.start()
        await until("the connection", lambda one=one: one.state.connected, 60)  # type: ignore[misc]
    ask(citelum, publish("1", accident(audience={"public": True, "organisations": ["cap", "consiag"]}), "citelum-uno"))
    await until("the event for both", lambda: all(len(one) == 2 for one in came.values()), 60)
    await away.stop()
    ask(citelum, publish("2", accident(), "citelum-due"))
    await until("the event", lambda: len(came["cap"]) == 3, 60)
    assert town.broker.situation is not None
    rooms = town.broker.situation["organisations"]
    removed = {name: rooms.pop(name) for name in names_}
    was = online.state.session
    assert "disconnected: cap, consiag" in (await asyncio.to_thread(town.broker.reload)).output
    await until("the end of the connection", lambda: online.state.session != was or not online.state.connected, 60)
    came["cap"].clear()
    ask(citelum, publish("3", accident(), "citelum-tre"))
    await until("a new connection", lambda: online.state.session > was and online.state.connected, 60)
    ask(citelum, publish("4", accident(), "citelum-quattro"))
    wait_until("what others see", lambda: {"citelum-tre", "citelum-quattro"} <= names(citelum, "public/"))
    assert came["cap"] == [], "it may connect, as its certificate is valid, and receives nothing"
    await online.stop()
    rooms |= removed
    await asyncio.to_thread(town.broker.reload)
    came["consiag"].clear()
    back = session("consiag")
    back.start()
    await until("what is retained", lambda: len(came["consiag"]) >= 5, 60)
    assert all(one.retained for one in came["consiag"]), "nothing waited for it"
    await back.stop()
    citelum.close()


def test_the_room_runs_on_another_machine_with_a_user_of_its_own(town: Town, tmp_path: Path) -> None:
    town.room.stop()
    identity = town.authority.identity("sala")
    site = json.loads(town.broker.site.read_text())
    tls = {"ca": str(town.authority.folder / "authority.pem"), "cert": str(identity), "key": str(identity)}
    del site["centre"]["login"], site["centre"]["access"]
    site["centre"] |= {"broker": f"mqtts://127.0.0.1:{town.broker.tls}", "tls": tls}
    (tmp_path / "sala.yaml").write_text(json.dumps(site))
    town.room = gateway("sala", tmp_path, "situation", "serve", str(tmp_path / "sala.yaml"), "--listen", "127.0.0.1:0")
    town.room.wait_for("connected to")
    citelum = town.client("citelum")
    assert ask(citelum, publish("1", accident(), "citelum-uno"))["done"]
    wait_until("the event", lambda: names(citelum, "public/") == {"citelum-uno"} == names(citelum, "org/citelum/"))
    assert "ended" not in town.room.said(), "it has one connection, and keeps it"
    citelum.close()
