"""A Situation Room whose API is served over TLS on a free port of loopback, in a thread of its own, and a client for it."""

import asyncio
import contextlib
import http.client
import json
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
import pytest

from gateway.centre.situation.port import SituationStore
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.settings import RoomRules
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.host import clock
from gateway.model.site.assets import AssetSettings
from gateway.model.site.connection import PageTlsSettings
from gateway.model.site.situation.api import SituationApiSettings
from gateway.model.site.situation.organisations import OrganisationSettings
from gateway.situation.conflicts.comparison import ConflictRules
from gateway.situation.event.content import SituationContent
from gateway.situation.event.geometry import Geometry
from gateway.web.situation.door import ApiDoor
from gateway.web.situation.tokens import TokensFile
from tests.host.http.test_tls import certificate
from tests.situation.examples import NOW_MS, RULES, TOWN, VIA_ROMA
from tests.situation.test_private_layer import collection, feature, north

ROOM_RULES = RoomRules(TOWN, RULES, ConflictRules())
ASSETS = {
    "qe-041": AssetSettings(lat=43.88025, lon=11.0955),
    "pl-1": AssetSettings(panel="qe-041"),
    "qe-042": AssetSettings(lat=43.9, lon=11.1),
}
"""A panel in the works of Via Roma with a pole that it feeds, and one far away."""

GEO = {"content-type": "application/geo+json"}
T = TypeVar("T")


class Answer(NamedTuple):
    """A response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def about(self) -> tuple[int, str, Any]:
        """The response without what is another one in each: its name."""
        content = json.loads(self.body)
        content.pop("instance", None)
        return self.status, self.headers["content-type"], content


class ServedRoom:
    """The room. Its clock stands at NOW_MS until a test sets `now_ms`."""

    def __init__(self, folder: Path, port: int, loop: asyncio.AbstractEventLoop, room: SituationRoom) -> None:
        self.folder, self.port, self.room = folder, port, room
        self._loop = loop
        self.tokens_file = TokensFile(folder / "tokens.json")
        self.tokens = {name: self.tokens_file.issue(name, "test", "editor", NOW_MS) for name in TOWN.organisations}
        self.tls = ssl.create_default_context(cafile=folder / "cert.pem")
        self._connection = self.connection()

    def connection(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=self.tls, timeout=60)

    def headers(self, organisation: str | None) -> dict[str, str]:
        return {} if organisation is None else {"authorization": f"Bearer {self.tokens[organisation]}"}

    def ask(self, organisation: str | None, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Make a request for an organisation; a body that is no bytes is sent as JSON."""
        content = body if isinstance(body, bytes | None) else msgspec.json.encode(body)
        kind = {} if content is None else {"content-type": "application/json"}
        given = {**kind, **self.headers(organisation), **(headers or {})}
        try:
            self._connection.request(method, path, content, given)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # it was idle for too long
            self._connection.close()
            self._connection.request(method, path, content, given)
            response = self._connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())

    def publish(
        self,
        organisation: str,
        said: SituationContent,
        name: str | None = None,
        *,
        geometry: Geometry | None = VIA_ROMA,
        key: str | None = None,
    ) -> Answer:
        document = document_of(said, name, geometry)
        return self.ask(organisation, "POST", "/v1/situations", document, {} if key is None else {"idempotency-key": key})

    def do(self, work: Callable[[SituationService], T]) -> T:
        """Use the service in the room."""
        return self.run(self.room.run(work))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the loop of the room."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    @contextlib.contextmanager
    def events(self, organisation: str, path: str = "/v1/events", last: int | None = None) -> Iterator["EventReader"]:
        """Follow what changes."""
        connection = self.connection()
        given = {} if last is None else {"last-event-id": str(last)}
        connection.request("GET", path, headers={**self.headers(organisation), **given})
        response = connection.getresponse()
        try:
            assert response.status == 200, response.read()
            yield EventReader(response)
        finally:
            response.close()
            connection.close()

    def close(self) -> None:
        self._connection.close()


class SentEvent(NamedTuple):
    """A server-sent event."""

    kind: str
    id: int | None
    data: Any


class EventReader:
    """Reads the events of a stream."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self._response = response

    def next(self) -> SentEvent | None:
        """Return the next event; None at the end."""
        fields: dict[str, str] = {}
        while line := self._response.readline():
            text = line.decode().rstrip("\n")
            if not text and fields:
                number = fields.get("id")
                return SentEvent(fields["event"], None if number is None else int(number), json.loads(fields["data"]))
            name, _, value = text.partition(": ")
            if name:
                fields[name] = value
        return None

    def until_current(self) -> list[SentEvent]:
        """Return the events of the beginning; the last one is `current`."""
        found = []
        while (event := self.next()) is not None:
            found.append(event)
            if event.kind == "current":
                return found
        raise AssertionError(f"the stream ended after {found}")


def document_of(said: SituationContent, name: str | None = None, geometry: Geometry | None = VIA_ROMA) -> dict[str, Any]:
    """Return a feature as JSON."""
    document = {"type": "Feature", "geometry": msgspec.to_builtins(geometry), "properties": msgspec.to_builtins(said)}
    return document if name is None else document | {"id": name}


@contextlib.contextmanager
def served(
    folder: Path,
    *,
    open_store: Callable[[Path], SituationStore] = SqliteSituations,
    organisations: Mapping[str, OrganisationSettings] | None = None,
    **settings: Any,
) -> Iterator[ServedRoom]:
    """Serve a room over TLS."""
    certificate(folder, "room")
    tls = PageTlsSettings(cert=str(folder / "cert.pem"), key=str(folder / "key.pem"))
    given = {"listen": "127.0.0.1:0", "tls": tls, "public": True, "requests_per_minute": 100_000, "public_requests_per_minute": 100_000}
    api = msgspec.structs.replace(SituationApiSettings(), **(given | settings))
    layer = folder / "rete.geojson"
    layer.write_bytes(collection(feature(north(12), "linea-7"), feature(north(60), "linea-8")))
    layer.chmod(0o600)
    started = threading.Event()
    found: list[tuple[int, asyncio.AbstractEventLoop, SituationRoom, asyncio.Event]] = []

    async def serve() -> None:
        file = folder / "situations.sqlite"
        room = SituationRoom(SituationService(open_store(file), ROOM_RULES), open_store(file))
        stop = asyncio.Event()
        following = asyncio.create_task(room.follow(stop))
        owners = {"citelum": OrganisationSettings(layer=str(layer)), **(organisations or {})}
        async with ApiDoor(api, ROOM_RULES, folder / "tokens.json", "prato", organisations=owners, assets=ASSETS).open(room) as port:
            found.append((port, asyncio.get_running_loop(), room, stop))
            started.set()
            await stop.wait()
        await following
        await room.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now_ms", lambda: NOW_MS)
        thread = threading.Thread(target=lambda: asyncio.run(serve()))
        thread.start()
        assert started.wait(60)
        port, loop, room, stop = found[0]
        served_room = ServedRoom(folder, port, loop, room)
        try:
            yield served_room
        finally:
            served_room.close()
            loop.call_soon_threadsafe(stop.set)
            thread.join()
