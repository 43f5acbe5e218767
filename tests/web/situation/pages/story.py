"""A morning in a small town, told over the REST API: what organisations plan and report, and what others answer."""

import asyncio
import contextlib
import http.client
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.settings import room_rules
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.host import clock
from gateway.model.instants import ms_of_iso
from gateway.model.site.assets import AssetSettings
from gateway.model.site.situation.api import SituationApiSettings, SituationPagesSettings
from gateway.model.site.situation.organisations import OrganisationSettings
from gateway.model.site.situation.room import SituationSettings
from gateway.web import sessions
from gateway.web.operator.users import UsersFile
from gateway.web.situation.door import ApiDoor
from gateway.web.situation.pages.app import RoomPages
from gateway.web.situation.pages.people import login_name
from gateway.web.situation.tokens import TokensFile

BEGIN_MS = ms_of_iso("2026-12-01T08:30:00+01:00")
ZONE = ZoneInfo("Europe/Rome")
PASSWORD = "correct horse battery"
SETTINGS = SituationSettings(
    organisations={
        "comune": OrganisationSettings(title="Comune di Prato", authority=True, people={"luca": "editor", "sala": "reader"}),
        "publiacqua": OrganisationSettings(title="Publiacqua", people={"anna": "editor", "rosa": "reader"}),
        "citelum": OrganisationSettings(title="Citelum", people={"piero": "editor"}),
        "e-distribuzione": OrganisationSettings(title="e-distribuzione"),
        "autolinee": OrganisationSettings(title="Autolinee Toscane", people={"mara": "editor"}),
    },
    patron="12-26",
)

_STREETS = {
    "Via Roma": [(11.0935, 43.8752), (11.0948, 43.8763), (11.0960, 43.8775)],
    "Via Strozzi": [(11.0890, 43.8852), (11.0905, 43.8868), (11.0912, 43.8880)],
    "Piazza del Comune": [(11.0962, 43.8803), (11.0968, 43.8809)],
    "Viale della Repubblica": [(11.1010, 43.8735), (11.1045, 43.8722), (11.1075, 43.8712)],
    "Via Pistoiese": [(11.0800, 43.8800), (11.0835, 43.8803), (11.0870, 43.8806)],
    "Via Ferrucci": [(11.1010, 43.8790), (11.1050, 43.8795), (11.1090, 43.8802)],
    "Piazza Mercatale": [(11.0985, 43.8798), (11.0993, 43.8806)],
    "Via del Seminario": [(11.0925, 43.8815), (11.0935, 43.8822)],
}
_KEYS = {name: str(370_000 + number) for number, name in enumerate(_STREETS)}


_ASSETS = {"qe-7": AssetSettings(lat=43.8764, lon=11.0948)}
"""A panel in Via Roma."""


class Reply(NamedTuple):
    """A response, and its content if that is JSON."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class StoryRoom:
    """A Situation Room with its pages on a free port of loopback; tests move its clock."""

    def __init__(self, folder: Path) -> None:
        self.now_ms, self.port = BEGIN_MS, 0
        self.passwords = UsersFile(folder / "people.json")
        self.tokens = TokensFile(folder / "tokens.json")
        self._tokens = {name: self.tokens.issue(name, "works-office", "editor", BEGIN_MS) for name in SETTINGS.organisations}
        with pytest.MonkeyPatch.context() as cheap:
            cheap.setattr(sessions, "_COST", 1 << 4)
            for name, one in SETTINGS.organisations.items():
                for person in one.people:
                    self.passwords.put(login_name(person, name), "viewer", PASSWORD)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Reply:
        """Make a request without a token."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        sent = None if body is None else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, sent, {"content-type": "application/json", **named} if body is not None else named)
        found = connection.getresponse()
        reply = Reply(found.status, {name.lower(): value for name, value in found.getheaders()}, found.read())
        connection.close()
        return reply

    def token(self, organisation: str) -> str:
        """Return the header `authorization` of an organisation's program."""
        return f"Bearer {self._tokens[organisation]}"

    def act(self, organisation: str, method: str, path: str, body: object) -> Any:
        """Make a request of an organisation, which must succeed."""
        reply = self.ask(method, path, body, authorization=self.token(organisation))
        assert reply.status in (200, 201), reply.body
        return reply.json

    def publish(self, organisation: str, name: str, street: str, **said: Any) -> None:
        """Publish something in a street."""
        geometry = {"type": "LineString", "coordinates": _STREETS[street]}
        place = {"street_refs": [{"name": street.upper(), "key": _KEYS[street]}]}
        properties = {"location": place, "audience": {"public": True, "organisations": ["comune", "autolinee"]}, **said}
        self.act(organisation, "POST", "/v1/situations", {"type": "Feature", "id": name, "geometry": geometry, "properties": properties})

    def answer(self, organisation: str, name: str, answer: str, note: str | None = None) -> None:
        """Answer to the present version of a situation."""
        body = {"answer": answer, "version": self.version(organisation, name), **({} if note is None else {"note": note})}
        self.act(organisation, "POST", f"/v1/situations/{name}/acknowledge", body)

    def do(self, organisation: str, name: str, verb: str, **body: Any) -> None:
        self.act(organisation, "POST", f"/v1/situations/{name}/{verb}", body)

    def version(self, organisation: str, name: str) -> int:
        found = self.ask("GET", f"/v1/situations/{name}", authorization=self.token(organisation)).json
        return int(found["properties"]["version"])

    def later(self, minutes: float) -> None:
        """Let time pass."""
        self.now_ms += round(60_000 * minutes)


def headline(it: str, en: str | None = None) -> dict[str, str]:
    return {"it": it} if en is None else {"it": it, "en": en}


def tell_morning(room: StoryRoom) -> None:
    """Tell everything but the last hour."""
    room.publish("e-distribuzione", "e-distribuzione-guasto-pistoiese", "Via Pistoiese", kind="outage", headline=headline("Corrente interrotta in Via Pistoiese", "No electricity in Via Pistoiese"),
                 timing={"planned_start": "2026-12-01T07:40:00+01:00", "planned_end": "2026-12-01T09:00:00+01:00"}, outage={"utility": "electricity", "planned": False}, severity="high")  # fmt: skip
    room.publish("publiacqua", "publiacqua-condotta-roma", "Via Roma", kind="roadworks", headline=headline("Nuova condotta idrica in Via Roma", "New water main in Via Roma"),
                 description={"it": "Si sostituiscono 180 m di condotta. Passaggio pedonale sempre aperto."},
                 timing={"planned_start": "2026-12-01T08:00:00+01:00", "planned_end": "2026-12-05"}, internal={"text": "Chiavi del cantiere in sede", "contact": "Ufficio lavori, 0574 1234"},
                 roadworks={"category": "immediate_urgent", "excavation": {"area_m2": 120}, "ordinance": {"number": "2026/3412"}},
                 impact={"control": "lane_closure", "lanes_closed": 1, "detour": {"description": {"it": "Via Ferrucci", "en": "Via Ferrucci"}}})  # fmt: skip
    room.later(6)
    room.publish("comune", "comune-mercato", "Piazza Mercatale", kind="closure", headline=headline("Mercato del lunedì in Piazza Mercatale", "Monday market in Piazza Mercatale"),
                 timing={"planned_start": "2026-12-07T06:00:00+01:00", "planned_end": "2026-12-07T15:00:00+01:00"}, impact={"control": "road_closure"})  # fmt: skip
    room.publish("comune", "comune-parcheggio-seminario", "Via del Seminario", kind="parking", headline=headline("Parcheggio del Seminario quasi pieno", "Seminario car park almost full"),
                 timing={"planned_start": "2026-12-01T08:20:00+01:00"}, parking={"status": "almostFull", "available": 12, "total": 180})  # fmt: skip
    room.later(5)
    room.publish("citelum", "citelum-pali-roma", "Via Roma", kind="roadworks", headline=headline("Nuovi pali della luce in Via Roma", "New lamp posts in Via Roma"),
                 timing={"planned_start": "2026-12-03", "planned_end": "2026-12-10"}, roadworks={"category": "minor", "excavation": {"area_m2": 16}})  # fmt: skip
    room.publish("publiacqua", "publiacqua-allaccio-strozzi", "Via Strozzi", kind="roadworks", headline=headline("Allacciamento idrico in Via Strozzi", "Water connection in Via Strozzi"),
                 timing={"planned_start": "2026-12-09", "planned_end": "2026-12-11"}, roadworks={"category": "minor", "excavation": {"area_m2": 6}})  # fmt: skip
    room.publish("citelum", "citelum-quadro-ferrucci", "Via Ferrucci", kind="roadworks", headline=headline("Sostituzione quadro QE-14 in Via Ferrucci", "New panel QE-14 in Via Ferrucci"),
                 timing={"planned_start": "2026-12-02T22:00:00+01:00", "planned_end": "2026-12-03T05:00:00+01:00"}, roadworks={"category": "minor"})  # fmt: skip
    room.later(4)
    room.answer("comune", "citelum-quadro-ferrucci", "accepted")
    room.answer("autolinee", "citelum-pali-roma", "objected", "Il capolinea della linea 5 non si può spostare")
    room.answer("autolinee", "publiacqua-condotta-roma", "seen")
    room.later(3)
    room.publish("comune", "comune-presepe", "Piazza del Comune", kind="publicevent", headline=headline("Accensione dell'albero in Piazza del Comune", "Lighting of the tree in Piazza del Comune"),
                 timing={"planned_start": "2026-12-08T16:30:00+01:00", "planned_end": "2026-12-08T20:00:00+01:00"}, publicevent={"type": "exhibition", "visitors": 3000})  # fmt: skip
    room.later(10)
    room.answer("autolinee", "comune-mercato", "accepted")
    room.answer("comune", "publiacqua-condotta-roma", "accepted")


def tell_last_hour(room: StoryRoom) -> None:
    """Tell what happened just now: an exercise, a queue, an answer."""
    room.later(4)
    room.publish("comune", "comune-prova-sottopasso", "Viale della Repubblica", kind="closure", headline=headline("Sottopasso allagato, strada chiusa", "Underpass flooded, road closed"),
                 timing={"planned_start": "2026-12-01T08:58:00+01:00", "planned_end": "2026-12-01T12:00:00+01:00"}, information_status="securityExercise", severity="high")  # fmt: skip
    room.later(2)
    room.publish("comune", "comune-coda-repubblica", "Viale della Repubblica", kind="traffic", headline=headline("Coda in Viale della Repubblica", "Queue in Viale della Repubblica"),
                 timing={"planned_start": "2026-12-01T08:55:00+01:00"}, traffic={"type": "queuingTraffic", "queue_length_m": 800})  # fmt: skip
    room.publish("citelum", "citelum-buio-roma", "Via Roma", kind="lighting", headline=headline("Quadro QE-7 spento, 24 lampioni", "Panel QE-7 dark, 24 lamps"), related=[{"id": "publiacqua-condotta-roma", "relation": "caused_by"}],
                 timing={"planned_start": "2026-12-01T09:02:00+01:00", "actual_start": "2026-12-01T09:02:00+01:00", "start_verified": True}, lighting={"lamps": 24})  # fmt: skip
    room.later(1)
    room.answer("autolinee", "comune-coda-repubblica", "seen", "Linea 5 deviata")
    room.later(0.5)


def _with_layer(folder: Path) -> dict[str, OrganisationSettings]:
    """Return the organisations, of which Citelum has drawn a cable under Via Roma."""
    path = folder / "cavi.geojson"
    cable = {"type": "Feature", "id": "cavo-3", "properties": {}, "geometry": {"type": "LineString", "coordinates": _STREETS["Via Roma"]}}
    path.touch(mode=0o600)
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [cable]}))
    return {**SETTINGS.organisations, "citelum": replace(SETTINGS.organisations["citelum"], layer=str(path))}


@contextlib.contextmanager
def story_room(
    folder: Path, streets: bytes | None = None, *, public: bool = True, requests: int = 100_000, url: str | None = None
) -> Iterator[StoryRoom]:
    """Serve a room with its pages."""
    api = SituationApiSettings(
        listen="127.0.0.1:0",
        url=url,
        public=public,
        pages=SituationPagesSettings(),
        requests_per_minute=100_000,
        public_requests_per_minute=requests,
    )
    story, rules = StoryRoom(folder), room_rules(SETTINGS, ZONE)
    pages = RoomPages("prato", SETTINGS, folder / "people.json", streets)
    started = threading.Event()
    stopping: list[Callable[[], object]] = []

    async def serve() -> None:
        file = folder / "situations.sqlite"
        room = SituationRoom(SituationService(SqliteSituations(file), rules), SqliteSituations(file))
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        stopping.append(lambda: loop.call_soon_threadsafe(stop.set))
        following = asyncio.create_task(room.follow(stop))
        door = ApiDoor(api, rules, folder / "tokens.json", "prato", pages, _with_layer(folder), _ASSETS)
        async with door.open(room) as port:
            story.port = port
            started.set()
            await stop.wait()
        await following
        await room.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now_ms", lambda: story.now_ms)
        thread = threading.Thread(target=lambda: asyncio.run(serve()))
        thread.start()
        assert started.wait(60)
        try:
            yield story
        finally:
            stopping[0]()
            thread.join()


def streets_of_town() -> bytes:
    """Return the GeoJSON of the streets: those of the story, and others around them."""
    around = [[(11.078 + 0.0042 * step + 0.0006 * (row % 2), 43.868 + 0.0024 * row) for step in range(9)] for row in range(9)]
    across = [[(11.079 + 0.0044 * column + 0.0003 * step, 43.866 + 0.0022 * step) for step in range(11)] for column in range(8)]
    lines = [*_STREETS.values(), *around, *across]
    features = [{"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": line}} for line in lines]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()
