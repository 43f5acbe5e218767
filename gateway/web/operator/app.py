"""The operator's page and what it asks for: a snapshot, a stream of events, what the store contains, and alarms."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from gateway.centre.energy import EnergyToday
from gateway.centre.stores.port import StoreUnavailable
from gateway.host import clock
from gateway.host.threads import OneThread
from gateway.model.batch import Value
from gateway.model.messages import GatewayState
from gateway.model.site.access import CornerSettings
from gateway.web.base import web_app
from gateway.web.built_page import page_routes
from gateway.web.event_stream import event
from gateway.web.operator.alarm_routes import PageAlarms, alarm_routes
from gateway.web.operator.completeness import CompletenessView
from gateway.web.operator.feed import CityFeed
from gateway.web.operator.login import ConsoleLogin, UserGuard
from gateway.web.operator.session_routes import user_routes
from gateway.web.operator.shared_answer import SharedAnswer
from gateway.web.operator.store_data import GatewayView

Answer = TypeVar("Answer")
_POINTS_MOST = 1500
_LONGEST_SPAN_MS = 10 * 366 * 86_400_000
_LATEST_MS = 1 << 43
"""The year 2248; InfluxDB's nanoseconds end in 2262."""


_ENERGY_KEPT_S = 60.0
"""The counters of all meters since midnight are much to read."""

_GATEWAYS_KEPT_S = 10.0
_COMPLETENESS_KEPT_S = 120.0
_COMPLETENESS_DAYS = (1, 3, 7)


class PageData(Protocol):
    """What the page shows of the past. Every method raises StoreUnavailable if the store does not answer."""

    def points(self, asset: str, measurement: str, field: str, device: str, from_ms: int, to_ms: int, most: int) -> list[tuple[int, Value]]:
        """Return the points of a series in a span, oldest first, at most about `most` of them."""
        ...

    def energy_today(self, now_ms: int) -> EnergyToday:
        """Return the energy that the panels have drawn since midnight."""
        ...

    def gateways(self, states: Mapping[str, GatewayState], now_ms: int) -> list[GatewayView]:
        """Return the gateways, from their states by `operator/gateway` and from the health that they have reported."""
        ...

    def completeness(self, now_ms: int, hours: int, gateway: tuple[str, str] | None = None) -> CompletenessView:
        """Return the completeness of the last full hours, of every gateway or of the devices of one."""
        ...


class CityMap(NamedTuple):
    """What the page knows of the city beside its assets: the GeoJSON of its streets, if there is one, and its areas by name."""

    streets: bytes | None
    areas: Mapping[str, Sequence[CornerSettings]]


def operator_app(
    feed: CityFeed,
    data: PageData,
    alarms: PageAlarms,
    thread: OneThread,
    city: CityMap,
    login: ConsoleLogin,
    now_ms: Callable[[], int] = clock.now_ms,
) -> ASGIApp:
    """Return the page's application: its files and the login for everybody, what it shows for those who are known.

    Args:
        feed: What the page shows.
        data: What it shows of the past.
        alarms: The alarms of the centre.
        thread: Where both are read.
        city: The streets and areas of the city.
        login: Who may use it.
        now_ms: The clock.
    """

    async def snapshot(_request: Request) -> Response:
        return _json(feed.snapshot())

    async def events(_request: Request) -> Response:
        return feed.stream.response(lambda: event("snapshot", feed.snapshot()))

    async def map_of_streets(_request: Request) -> Response:
        if city.streets is None:
            raise HTTPException(404, "this site has no map of its streets; set 'console.streets'")
        return Response(city.streets, media_type="application/geo+json")

    async def areas(_request: Request) -> Response:
        return _json({"areas": {name: [(one.lat, one.lon) for one in corners] for name, corners in city.areas.items()}})

    async def health(_request: Request) -> Response:
        connected = feed.mqtt.state.connected
        return JSONResponse({"ok": connected, "connected": connected}, status_code=200 if connected else 503)

    guarded = [
        Route("/street", snapshot),
        Route("/events", events),
        *_store_routes(feed, data, thread, now_ms),
        *_completeness_routes(data, thread, now_ms),
        *alarm_routes(alarms, thread, login, now_ms),
        Route("/streets", map_of_streets),
        Route("/areas", areas),
    ]
    return web_app(
        [
            Route("/health", health),
            *user_routes(login),
            Mount("/api", routes=guarded, middleware=[Middleware(UserGuard, login=login)]),
            *page_routes("operator"),
        ]
    )


def _store_routes(feed: CityFeed, data: PageData, thread: OneThread, now_ms: Callable[[], int]) -> list[Route]:
    """Return the routes whose answers the store has."""
    energy_answer = SharedAnswer(lambda: thread.run(data.energy_today, now_ms()), _ENERGY_KEPT_S)
    fleet_answer = SharedAnswer(lambda: thread.run(data.gateways, feed.board.gateway_states(), now_ms()), _GATEWAYS_KEPT_S)

    async def chart(request: Request) -> Response:
        asset, measurement, field, device, from_ms, to_ms = _series_and_span(request)
        found = await _stored(thread.run(data.points, asset, measurement, field, device, from_ms, to_ms, _POINTS_MOST))
        return _json({"points": found})

    async def energy(_request: Request) -> Response:
        return _json((await _stored(energy_answer.get()))._asdict())

    async def gateways(_request: Request) -> Response:
        return _json({"gateways": await _stored(fleet_answer.get())})

    return [Route("/points", chart), Route("/energy", energy), Route("/gateways", gateways)]


def _completeness_routes(data: PageData, thread: OneThread, now_ms: Callable[[], int]) -> list[Route]:
    """Return the route of completeness: of all gateways it is read once for all viewers."""

    def asked(days: int) -> SharedAnswer[CompletenessView]:
        return SharedAnswer(lambda: thread.run(data.completeness, now_ms(), 24 * days), _COMPLETENESS_KEPT_S)

    of_all = {str(days): asked(days) for days in _COMPLETENESS_DAYS}

    async def completeness(request: Request) -> Response:
        query = request.query_params
        days, operator, gateway = (query.get(name, "") for name in ("days", "operator", "gateway"))
        if days not in of_all:
            raise HTTPException(400, f"days must be one of {', '.join(of_all)}")
        if not gateway:
            return _json(await _stored(of_all[days].get()))
        return _json(await _stored(thread.run(data.completeness, now_ms(), 24 * int(days), (operator, gateway))))

    return [Route("/completeness", completeness)]


def _json(content: object) -> Response:
    return Response(msgspec.json.encode(content), media_type="application/json")


async def _stored(answer: Awaitable[Answer]) -> Answer:
    """Return what the store answers.

    Raises:
        HTTPException: 503, because it does not answer.
    """
    try:
        return await answer
    except StoreUnavailable as error:
        raise HTTPException(503, str(error)) from error


def _series_and_span(request: Request) -> tuple[str, str, str, str, int, int]:
    """Return what a chart's request asks for.

    Raises:
        HTTPException: 400, with what is wrong.
    """
    query = request.query_params
    try:
        asset, measurement, field, device = (query[key] for key in ("asset", "measurement", "field", "device"))
        from_ms, to_ms = int(query["from"]), int(query["to"])
    except (KeyError, ValueError) as error:
        raise HTTPException(400, "asset, measurement, field, device, from and to (milliseconds since 1970) are required") from error
    if not (0 <= from_ms < to_ms <= _LATEST_MS and to_ms - from_ms <= _LONGEST_SPAN_MS):
        raise HTTPException(400, "'to' must be after 'from', by ten years at most, and both after 1970")
    return asset, measurement, field, device, from_ms, to_ms
