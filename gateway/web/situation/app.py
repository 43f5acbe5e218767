"""The application: routes from the table of operations, errors as problem+json, and the OpenAPI document."""

import time
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.centre.situation.changes import ChangeReader
from gateway.centre.situation.layer_file import LayerFile
from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.settings import RoomRules
from gateway.model.site.situation.api import SituationApiSettings
from gateway.situation.telemetry.affected import AssetMap
from gateway.web.headers import with_headers
from gateway.web.situation.access import RoomAccess
from gateway.web.situation.callers import CallerCheck, notes_of, with_notes
from gateway.web.situation.feeds.documents import SituationFeeds
from gateway.web.situation.feeds.routes import feed_handlers
from gateway.web.situation.feeds.versions import SituationVersions
from gateway.web.situation.openapi.document import openapi
from gateway.web.situation.openapi.operations import OPERATIONS
from gateway.web.situation.problem import ApiProblem, problem_response
from gateway.web.situation.rates import RequestRates
from gateway.web.situation.routes import ApiParts, Handler, api_parts, handlers_of
from gateway.web.situation.signed.check import SignedTokens
from gateway.web.situation.streams import SituationStreams
from gateway.web.situation.tokens import TokensFile

_HOST = "host-of-this-server"
"""Stands in the document for the host that a client has named: it is made once, whatever clients name."""


class SituationApi(NamedTuple):
    """The application, its open streams, which must end before it is stopped, what other pages of the room can use of it, and its feeds."""

    app: ASGIApp
    streams: SituationStreams
    parts: ApiParts
    feeds: SituationFeeds


def situation_api(
    room: SituationRoom,
    rules: RoomRules,
    settings: SituationApiSettings,
    tokens: TokensFile,
    site: str,
    assets: AssetMap,
    layers: Mapping[str, LayerFile],
    signed: SignedTokens | None = None,
    now_s: Callable[[], float] = time.monotonic,
) -> SituationApi:
    """Return the API of a Situation Room.

    Args:
        room: The room.
        rules: Who takes part, and by which rules.
        settings: What the site file says of the API.
        tokens: The file of tokens.
        site: The name of the site.
        assets: The assets of the site.
        layers: The private layers of organisations.
        signed: What recognises signed tokens, if a program signs them.
        now_s: A monotonic clock.
    """
    present = PresentSituations(rules.times.zone)
    rates, address_rates = RequestRates(settings.requests_per_minute), RequestRates(settings.public_requests_per_minute)
    check = CallerCheck(tokens, signed, rules.parties, rates, address_rates, now_s)
    parts = api_parts(RoomAccess(room), present, ChangeReader(present, rules.parties), check, assets, layers)
    feeds = SituationFeeds(parts.access, SituationVersions(present), site, rules, now_s)
    app = Starlette(
        routes=_routes(parts, feeds, public=settings.public),
        exception_handlers={HTTPException: _errors(check), Exception: _internal_error},
    )
    return SituationApi(with_notes(with_headers(reached_at(settings.url, app))), parts.streams, parts, feeds)


def reached_at(url: str | None, app: ASGIApp) -> ASGIApp:
    """Return the application, which sends links to the address under which a proxy is reached."""
    if url is None:
        return app
    scheme, host = urlsplit(url)[:2]

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
        await app({**scope, "scheme": scheme, "headers": [(b"host", host.encode()), *headers]}, receive, send)

    return wrapped


def _routes(parts: ApiParts, feeds: SituationFeeds, *, public: bool) -> list[Route]:
    handlers = {**handlers_of(parts), **feed_handlers(feeds, parts.check)}

    @cache
    def document_of(scheme: str) -> bytes:
        return msgspec.json.encode(openapi(f"{scheme}://{_HOST}", public=public))

    async def document(request: Request) -> Response:
        parts.check.anybody(request)
        url = request.base_url
        host = msgspec.json.encode(url.netloc)[1:-1]
        return Response(document_of(url.scheme).replace(_HOST.encode(), host), 200, {"cache-control": "no-cache"}, "application/json")

    by_path: dict[str, dict[str, Handler]] = {"/openapi.json": {"GET": document}}
    for one in OPERATIONS:
        if public or not one.path.startswith("/public/"):
            by_path.setdefault(one.path, {})[one.method] = handlers[one.id]
    return [Route(path, _by_method(several), methods=[*several]) for path, several in by_path.items()]


def _by_method(handlers: Mapping[str, Handler]) -> Handler:
    async def route(request: Request) -> Response:
        return await handlers["GET" if request.method == "HEAD" else request.method](request)

    return route


def _errors(check: CallerCheck) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def http_error(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        problem = error if isinstance(error, ApiProblem) else _problem_of(request, error, check)
        return problem_response(problem, request.headers.get("accept-language", ""), notes_of(request).instance)

    return http_error


def _problem_of(request: Request, error: HTTPException, check: CallerCheck) -> ApiProblem:
    """Return an error of Starlette as one of the API. It counts as a request of its address."""
    try:
        check.anybody(request)
    except ApiProblem as limited:
        return limited
    path = request.url.path[:200]
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return ApiProblem(405, f"{path} has no {request.method}", f"{path} non ha {request.method}", headers=error.headers)
    return ApiProblem(404, f"there is no {path}", f"{path} non esiste")


async def _internal_error(request: Request, _error: Exception) -> Response:
    """Answer after an error of ours; Starlette raises it again, and the server logs it."""
    problem = ApiProblem(500, "internal error; the server's log has the details", "errore interno; i dettagli sono nel registro")
    return problem_response(problem, request.headers.get("accept-language", ""), notes_of(request).instance)
