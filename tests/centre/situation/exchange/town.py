"""A Situation Room with its exchange at a broker, and readers of it that are independent of the project's own client."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from gateway.centre.role import RoleContext
from gateway.centre.situation.role import Door, SituationRole
from gateway.host.mqtt import Broker, Mqtt
from gateway.model.site.centre import CentreSettings
from gateway.model.site.situation.organisations import OrganisationSettings
from gateway.model.site.situation.room import SituationSettings
from gateway.model.site.store import HistorySettings, StoreSettings
from gateway.situation.event.content import SituationContent
from tests.hostile.client import Client
from tests.situation.examples import VIA_ROMA
from tests.system.peer import until

TREE = "prato/v1/sr"
ROOM = SituationSettings(
    organisations={
        "comune": OrganisationSettings(authority=True, people={"luca": "editor"}),
        "publiacqua": OrganisationSettings(people={"anna": "editor", "rosa": "reader"}),
        "citelum": OrganisationSettings(),
        "cap": OrganisationSettings(kinds=["traffic"]),
    }
)


class Heard(NamedTuple):
    """A message of the Situation Room: a tombstone has no event."""

    topic: str
    event: dict[str, Any] | None
    retained: bool

    @property
    def number(self) -> int:
        assert self.event is not None
        return int(self.event["sequence"])


def heard(client: Client) -> list[Heard]:
    """Return what a client has received, without summaries of all works."""
    return [
        Heard(topic.removeprefix(f"{TREE}/"), json.loads(payload) if payload else None, kept)
        for topic, payload, kept in client.received
        if not topic.endswith(("/near", "/works"))
    ]


def context_of(folder: Path, broker: str) -> RoleContext:
    """Return the centre of the town."""
    settings = CentreSettings(
        broker=broker, store=StoreSettings(history=HistorySettings(path=str(folder / "history.sqlite"))), situation=ROOM
    )
    return RoleContext("prato", settings, time_zone="Europe/Rome")


@contextlib.asynccontextmanager
async def running(folder: Path, port: int, doors: Sequence[Door] = ()) -> AsyncIterator[SituationRole]:
    """Run the role until it is connected, and then until the end of the block."""
    role, stop = SituationRole(context_of(folder, f"mqtt://127.0.0.1:{port}"), ROOM, doors), asyncio.Event()
    task = asyncio.create_task(role.run(stop))
    try:
        await until("the connection", lambda: role.health()["situations_connected"] or task.done(), 60)
        yield role
    finally:
        stop.set()
        await task


def request(number: str, action: dict[str, Any], situation: str | None = None, **more: Any) -> bytes:
    """Return a request as an organisation sends it."""
    return json.dumps({"request": number, "action": action} | ({"situation": situation} if situation else {}) | more).encode()


def publish(number: str, said: SituationContent, name: str | None = "publiacqua-scavo-1", **more: Any) -> bytes:
    """Return a request to publish an event."""
    return request(number, {"type": "publish", "feature": feature(said, name)}, **more)


def feature(said: SituationContent, name: str | None = "publiacqua-scavo-1", **draft: Any) -> dict[str, Any]:
    """Return a feature as an organisation sends it."""
    document = {"type": "Feature", "geometry": msgspec.to_builtins(VIA_ROMA), "properties": msgspec.to_builtins(said) | draft}
    return document | ({"id": name} if name else {})


class Organisation:
    """An organisation at the broker: what it receives, and what it is answered."""

    def __init__(self, name: str, port: int) -> None:
        self.name, self.answers, self.events = name, list[dict[str, Any]](), list[Heard]()
        filters = (f"{TREE}/public/+/+", f"{TREE}/org/{name}/+/+", f"{TREE}/org/{name}/answer")
        self.mqtt = Mqtt(
            Broker(f"mqtt://127.0.0.1:{port}"), name, on_connect=lambda: self.mqtt.subscribe(*filters), on_message=self._received
        )

    def _received(self, message: Any) -> None:
        topic = message.topic.removeprefix(f"{TREE}/")
        if topic.endswith("/answer"):
            self.answers.append(json.loads(message.payload))
        else:
            self.events.append(Heard(topic, json.loads(message.payload) if message.payload else None, message.retained))

    async def ask(self, payload: bytes) -> dict[str, Any]:
        """Send a request, and return the next answer."""
        before = len(self.answers)
        await self.mqtt.publish(f"{TREE}/org/{self.name}/request", payload)
        await until("the answer", lambda: len(self.answers) > before, 30)
        return self.answers[before]


@contextlib.asynccontextmanager
async def connected(port: int, *names: str) -> AsyncIterator[list[Organisation]]:
    """Connect organisations."""
    them = [Organisation(name, port) for name in names]
    for one in them:
        one.mqtt.start()
    try:
        await until("the connections", lambda: all(one.mqtt.state.connected for one in them), 30)
        yield them
    finally:
        for one in them:
            await one.mqtt.stop()
