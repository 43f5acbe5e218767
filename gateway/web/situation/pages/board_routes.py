"""What the wall and the phone ask for: the stream of the board, the history of a situation, and what people do with one tap."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import msgspec
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from gateway.centre.situation.service import SituationService
from gateway.host import clock
from gateway.model.untrusted_json import json_reader
from gateway.situation.event.reading import read_document
from gateway.situation.lifecycle.permissions import audience_of
from gateway.situation.private_layer import NearFeature
from gateway.web.json_api import ApiError, json_response
from gateway.web.operator.login import ConsoleLogin, PageUser, UserGuard
from gateway.web.operator.session_routes import user_routes
from gateway.web.situation.answers import AffectedItems, HistoryItem
from gateway.web.situation.callers import Caller
from gateway.web.situation.http_parts import JSON, body_of, read_as, request_number
from gateway.web.situation.pages.board_stream import BoardStreams
from gateway.web.situation.pages.people import person_and_organisation
from gateway.web.situation.pages.street_map import StreetMap
from gateway.web.situation.problem import ApiProblem
from gateway.web.situation.routes import ACTIONS, ApiParts
from gateway.web.situation.views import WantedAction, act, affected, history, near

T = TypeVar("T")

_PAST_MOST = 50
"""Entries of the history of a situation."""


def board_routes(parts: ApiParts, streams: BoardStreams, login: ConsoleLogin, streets: StreetMap) -> list[BaseRoute]:
    """Return the routes of the wall and the phone: the login for everybody, the rest for the people of organisations.

    Args:
        parts: What the API uses, too.
        streams: The open streams.
        login: Who may use the page.
        streets: The streets of the map.
    """

    async def events(request: Request) -> Response:
        return streams.response(_caller(login, request), packed="gzip" in request.headers.get("accept-encoding", ""))

    async def past(request: Request) -> Response:
        caller, name = _caller(login, request), request.path_params["id"]
        return json_response({"items": await _in_room(parts, lambda service: _past(service, name, caller))})

    async def around(request: Request) -> Response:
        caller, name = _caller(login, request), request.path_params["id"]
        return json_response(await _in_room(parts, lambda service: _around(service, name, caller, parts)))

    async def map_of_streets(request: Request) -> Response:
        if not streets.exists:
            raise ApiError(
                404, "this site has no map of its streets; set 'console.streets'", "manca la mappa delle strade: 'console.streets'"
            )
        return streets.response(request, "private, max-age=3600")

    guarded: list[BaseRoute] = [
        Route("/events", events),
        Route("/streets", map_of_streets),
        Route("/situations/{id}/history", past),
        Route("/situations/{id}/around", around),
        *(_action_route(parts, login, name, type_) for name, type_ in ACTIONS.items()),
    ]
    return [*user_routes(login), Mount("/api", routes=guarded, middleware=[Middleware(UserGuard, login=login)])]


class SituationAround(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a situation affects, for those who see all of it, and what the organisation owns near it."""

    near_own_assets: list[NearFeature]
    affected: AffectedItems | None = None


def _around(service: SituationService, name: str, caller: Caller, parts: ApiParts) -> SituationAround:
    own = near(service, name, caller, parts.layers).near_own_assets
    present = service.store.get(name)
    is_whole = present is not None and caller.organisation in audience_of(present, service.rules.parties)
    return SituationAround(near_own_assets=own, affected=affected(service, name, caller, parts.assets) if is_whole else None)


def _past(service: SituationService, name: str, caller: Caller) -> list[HistoryItem]:
    """Return what was done last with a situation, oldest first."""
    present = service.store.get(name)
    revision = 0 if present is None else present.revision
    return history(service, name, caller, max(0, revision - _PAST_MOST), _PAST_MOST).items


def _action_route(parts: ApiParts, login: ConsoleLogin, action_name: str, type_: type[Any]) -> Route:
    read = partial(read_document, json_reader(type_))

    async def do(request: Request) -> Response:
        caller, name = _caller(login, request), request.path_params["id"]
        with _as_page_errors():
            number = request_number(request)
            action = read_as(read, await body_of(request, JSON) or b"{}")
        wanted = WantedAction(name, action, number)
        seen = (await _in_room(parts, lambda service: act(service, wanted, caller, clock.now_ms()))).seen
        return json_response({"id": seen.id, "version": seen.properties.version, "state": seen.properties.state})

    return Route(f"/situations/{{id}}/{action_name}", do, methods=["POST"])


def _caller(login: ConsoleLogin, request: Request) -> Caller:
    """Return who makes a request, which the guard has let through.

    Raises:
        ApiError: 401, the session has ended meanwhile.
    """
    user = login.user_of(request)
    if user is None or user.name is None:
        raise ApiError(401, "log in first", "prima accedi")
    return caller_of(user, lambda: login.lasts(user))


def caller_of(user: PageUser, lasts: Callable[[], bool]) -> Caller:
    """Return a user of the page as who uses the room."""
    person, organisation = person_and_organisation(user.name or "")
    return Caller(organisation, person, user.role == "operator", lasts)


async def _in_room(parts: ApiParts, use: Callable[[SituationService], T]) -> T:
    """Use the service.

    Raises:
        ApiError: It is not possible.
    """
    with _as_page_errors():
        return await parts.access.run(use)


@contextmanager
def _as_page_errors() -> Iterator[None]:
    """Make errors of the API those of a page."""
    try:
        yield
    except ApiProblem as problem:
        reasons = problem.errors or [problem.text]
        en, it = ("; ".join(getattr(one, language) for one in reasons) for language in ("en", "it"))
        raise ApiError(problem.status_code, en, it) from problem
