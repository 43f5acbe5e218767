"""The pages on one application: beside the API, for whoever comes with a browser."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.host.threads import OneThread
from gateway.model.site.situation.api import SituationApiSettings
from gateway.model.site.situation.room import SituationSettings
from gateway.web.base import web_app
from gateway.web.built_page import files_route, page_routes
from gateway.web.operator.login import ConsoleLogin
from gateway.web.operator.users import UsersFile
from gateway.web.situation.app import reached_at
from gateway.web.situation.pages.board_routes import board_routes
from gateway.web.situation.pages.board_stream import BoardStreams
from gateway.web.situation.pages.people import ADD_WITH, RoomPeople
from gateway.web.situation.pages.public_routes import PublicPages, public_routes
from gateway.web.situation.pages.street_map import StreetMap
from gateway.web.situation.rates import RequestRates
from gateway.web.situation.routes import ApiParts

ROOM_ADDRESS = "/room"
"""Of the wall and the phone; `/` is for citizens."""

_API = ("/v1/", "/public/", "/status", "/openapi.json")

_PACKED_BYTES = 1000
"""From this size on, answers are compressed; what the login answers is smaller."""

_SESSION_MOST_S = 7 * 86_400.0
"""A wall is on for days; a person on duty should not type a password in the street. A new password, or the site file, ends sessions."""


class RoomPages(NamedTuple):
    """What the pages need besides the room.

    `passwords` is the file of the people's passwords, `streets` the GeoJSON of the streets, if there is one.
    """

    site: str
    settings: SituationSettings
    passwords: Path
    streets: bytes | None


class ServedPages:
    """The pages, which share the server of the API.

    Args:
        pages: What they need.
        settings: What the site file says of the API.
        parts: What the API and the pages both use.
    """

    def __init__(self, pages: RoomPages, settings: SituationApiSettings, parts: ApiParts) -> None:
        self._thread = OneThread("room-passwords")
        people = RoomPeople(UsersFile(pages.passwords, ADD_WITH), pages.settings.organisations)
        is_secure = settings.tls is not None or (settings.url or "").startswith("https:")
        login = ConsoleLogin(people, None, self._thread, tls=is_secure, absolute_s=_SESSION_MOST_S)
        self._streams = BoardStreams(parts.access, parts.present)
        streets = StreetMap(pages.streets)
        citizens = _citizens(pages, settings, parts, streets) if settings.public else [Route("/", _to_room)]
        routes = [*citizens, *board_routes(parts, self._streams, login, streets), *page_routes("situation", ROOM_ADDRESS)]
        self.app = reached_at(settings.url, GZipMiddleware(web_app(routes), minimum_size=_PACKED_BYTES))

    def end_streams(self) -> None:
        """End every stream; an open one would delay the end of the server."""
        self._streams.close()

    def close(self) -> None:
        """Close the thread."""
        self._thread.close()


def beside(api: ASGIApp, pages: ASGIApp) -> ASGIApp:
    """Return an application of both: programs know the addresses of the API, browsers everything else."""

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        is_api = scope["type"] == "http" and scope["path"].startswith(_API)
        await (api if is_api else pages)(scope, receive, send)

    return either


def _citizens(pages: RoomPages, settings: SituationApiSettings, parts: ApiParts, streets: StreetMap) -> Sequence[BaseRoute]:
    public = PublicPages(parts.access, parts.present, pages.site, RequestRates(settings.public_requests_per_minute))
    return [*public_routes(public, streets), files_route("public", "/static/public")]


async def _to_room(request: Request) -> Response:
    if request.method not in ("GET", "HEAD"):
        raise HTTPException(405)
    return RedirectResponse(ROOM_ADDRESS, 303)
