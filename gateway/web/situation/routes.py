"""The routes of the API: each checks who asks, reads the request, and has the room do the rest."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway.centre.situation.changes import ChangeReader
from gateway.centre.situation.layer_file import LayerFile
from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.service import SituationService
from gateway.host import clock
from gateway.model.untrusted_json import json_reader
from gateway.situation.event.reading import read_document, read_feature
from gateway.situation.lifecycle.actions import Acknowledge, AddComment, Begin, Cancel, Confirm, End, TakeBack
from gateway.situation.telemetry.affected import AssetMap
from gateway.web.situation.access import RoomAccess
from gateway.web.situation.answers import HistoryPage, ServerStatus, SituationPage
from gateway.web.situation.callers import Caller, CallerCheck, notes_of
from gateway.web.situation.http_parts import (
    GEO_JSON,
    JSON,
    NOTICE_MISSED,
    PUBLIC_CACHE,
    READ_BY_PAGES,
    body_of,
    feature_response,
    json_answer,
    read_as,
    request_number,
    wanted_versions,
)
from gateway.web.situation.problem import ApiProblem
from gateway.web.situation.queries import ExercisesQuery, HistoryQuery, ListQuery, filter_of, query_as
from gateway.web.situation.streams import SituationStreams
from gateway.web.situation.views import WantedAction, act, affected, conflicts, history, near, page, published, updated

ACTIONS: Mapping[str, type[Any]] = MappingProxyType(
    {
        "confirm": Confirm,
        "begin": Begin,
        "end": End,
        "cancel": Cancel,
        "take-back": TakeBack,
        "acknowledge": Acknowledge,
        "comment": AddComment,
    }
)
"""What is done with a POST to `/v1/situations/{id}/<name>`; the body is the action."""

Handler = Callable[[Request], Awaitable[Response]]

_MOST_DIGITS = 16


class ApiParts(NamedTuple):
    """What routes need: the room, its situations, who calls, the open streams, the assets of the site, private layers."""

    access: RoomAccess
    present: PresentSituations
    check: CallerCheck
    streams: SituationStreams
    assets: AssetMap
    layers: Mapping[str, LayerFile]


def api_parts(
    access: RoomAccess,
    present: PresentSituations,
    changes: ChangeReader,
    check: CallerCheck,
    assets: AssetMap,
    layers: Mapping[str, LayerFile],
) -> ApiParts:
    """Return what routes need."""
    return ApiParts(access, present, check, SituationStreams(access, present, changes), assets, layers)


def handlers_of(parts: ApiParts) -> dict[str, Handler]:
    """Return the handlers, by the ids of their operations in the OpenAPI document."""
    return {**_readers(parts), **_actors(parts), **_public(parts)}


def _readers(parts: ApiParts) -> dict[str, Handler]:
    async def situations(request: Request, caller: Caller) -> Response:
        return await _page_response(parts, request, caller.organisation)

    async def situation(request: Request, caller: Caller) -> Response:
        name = request.path_params["id"]
        return feature_response(request, await parts.access.run(lambda service: service.seen(name, caller.organisation)))

    async def situation_history(request: Request, caller: Caller) -> Response:
        name, query = request.path_params["id"], query_as(request.query_params, HistoryQuery)
        found = await parts.access.run(lambda service: history(service, name, caller, query.cursor, query.limit))
        return json_answer(HistoryPage(items=found.items, next=_next(request, found.cursor)))

    async def situation_conflicts(request: Request, caller: Caller) -> Response:
        name = request.path_params["id"]
        return json_answer(await parts.access.run(lambda service: conflicts(service, name, caller)))

    async def situation_affected(request: Request, caller: Caller) -> Response:
        name = request.path_params["id"]
        return json_answer(await parts.access.run(lambda service: affected(service, name, caller, parts.assets)))

    async def situation_near(request: Request, caller: Caller) -> Response:
        name = request.path_params["id"]
        return json_answer(await parts.access.run(lambda service: near(service, name, caller, parts.layers)))

    async def events(request: Request, caller: Caller) -> Response:
        query = query_as(request.query_params, ExercisesQuery)
        if request.method == "HEAD":
            return Response(media_type="text/event-stream", headers={"cache-control": "no-store"})
        return parts.streams.response(caller, _last_event(request), query.exercises)

    named = {
        "situations": situations,
        "situation": situation,
        "situation_history": situation_history,
        "situation_conflicts": situation_conflicts,
        "situation_affected": situation_affected,
        "situation_near": situation_near,
        "events": events,
    }
    return {name: _as_caller(parts.check, handler) for name, handler in named.items()}


def _actors(parts: ApiParts) -> dict[str, Handler]:
    async def done(request: Request, wanted: WantedAction, caller: Caller, status: int = 200) -> Response:
        found = await parts.access.run(lambda service: act(service, wanted, caller, clock.now_ms()))
        response = feature_response(request, found.seen, status)
        if found.notice_missed is not None:
            response.headers[NOTICE_MISSED] = found.notice_missed
        return response

    async def publish(request: Request, caller: Caller) -> Response:
        number = request_number(request)
        feature = read_as(read_feature, await body_of(request, GEO_JSON, JSON, sha256=caller.body_sha256))
        wanted = published(feature, caller, number)
        response = await done(request, wanted, caller, 201)
        response.headers["location"] = str(request.url.replace(path=f"/v1/situations/{wanted.situation}", query=""))
        return response

    async def update(request: Request, caller: Caller) -> Response:
        number, name = request_number(request), request.path_params["id"]
        versions = wanted_versions(request, required=True)
        feature = read_as(read_feature, await body_of(request, GEO_JSON, JSON, sha256=caller.body_sha256))
        if feature.id not in (None, name):
            raise ApiProblem(
                422, f"the id of the feature is '{feature.id}', not '{name}'", f"l'id della feature è '{feature.id}', non '{name}'"
            )
        return await done(request, updated(feature, name, versions, number), caller)

    def doing(type_: type[Any]) -> Callable[[Request, Caller], Awaitable[Response]]:
        read = partial(read_document, json_reader(type_))

        async def do(request: Request, caller: Caller) -> Response:
            number, name = request_number(request), request.path_params["id"]
            action = read_as(read, await body_of(request, JSON, sha256=caller.body_sha256) or b"{}")
            wanted = WantedAction(name, action, number, wanted_versions(request, required=False))
            return await done(request, wanted, caller)

        return do

    named = {"publish": publish, "update": update, **{name.replace("-", "_"): doing(type_) for name, type_ in ACTIONS.items()}}
    return {name: _as_caller(parts.check, handler) for name, handler in named.items()}


def _public(parts: ApiParts) -> dict[str, Handler]:
    async def public_situations(request: Request) -> Response:
        parts.check.anybody(request)
        notes_of(request).headers |= READ_BY_PAGES
        return await _page_response(parts, request, None, cache=PUBLIC_CACHE)

    async def public_situation(request: Request) -> Response:
        parts.check.anybody(request)
        notes_of(request).headers |= READ_BY_PAGES
        name = request.path_params["id"]
        return feature_response(request, await parts.access.run(lambda service: service.seen(name, None)), cache=PUBLIC_CACHE)

    async def status(request: Request) -> Response:
        parts.check.anybody(request)
        await parts.access.run(lambda service: service.store.newest())
        return json_answer(ServerStatus(status=200, title="OK"))

    return {"public_situations": public_situations, "public_situation": public_situation, "status": status}


def _as_caller(check: CallerCheck, handler: Callable[[Request, Caller], Awaitable[Response]]) -> Handler:
    async def route(request: Request) -> Response:
        return await handler(request, check.caller_of(request))

    return route


async def _page_response(parts: ApiParts, request: Request, organisation: str | None, *, cache: str = "no-store") -> Response:
    query = query_as(request.query_params, ListQuery)

    def read(service: SituationService) -> bytes:
        wanted = filter_of(query, service.rules.times.zone)
        found = page(service, parts.present, organisation, wanted, query.cursor or "", query.limit)
        following = _next(request, found.cursor)
        return msgspec.json.encode(SituationPage(items=found.items, next=following))  # a large page would delay the loop

    return Response(await parts.access.run(read), 200, {"cache-control": cache}, JSON)


def _next(request: Request, cursor: str | int | None) -> str | msgspec.UnsetType:
    """Return the address of the next page, if there is one."""
    return msgspec.UNSET if cursor is None else str(request.url.include_query_params(cursor=cursor))


def _last_event(request: Request) -> int | None:
    """Return the number of the last event that a client has received.

    Raises:
        ApiProblem: 400, because it is none.
    """
    given = request.headers.get("last-event-id")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= _MOST_DIGITS):
        raise ApiProblem(400, "Last-Event-ID must be the id of an event", "Last-Event-ID deve essere l'id di un evento")
    return int(given)
