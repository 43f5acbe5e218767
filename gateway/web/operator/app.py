"""The operator's page and what it asks for: a snapshot, a stream of events, and the points of a value over time."""

from pathlib import Path
from typing import Protocol

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from gateway.centre.stores.port import StoreUnavailable
from gateway.host.threads import OneThread
from gateway.model.batch import Value
from gateway.web.base import web_app
from gateway.web.event_stream import event
from gateway.web.operator.feed import CityFeed

STATIC = Path(__file__).parents[1] / "static"
_POINTS_MOST = 1500
_LONGEST_SPAN_MS = 10 * 366 * 86_400_000
_LATEST_MS = 1 << 43
"""The year 2248; InfluxDB's nanoseconds end in 2262."""


class Points(Protocol):
    """The source of the points of charts."""

    def points(self, asset: str, measurement: str, field: str, device: str, from_ms: int, to_ms: int, most: int) -> list[tuple[int, Value]]:
        """Return the points of a series in a span, oldest first, at most about `most` of them.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        ...


def operator_app(feed: CityFeed, points: Points, thread: OneThread, streets: bytes | None) -> ASGIApp:
    """Return the page's application.

    Args:
        feed: What the page shows.
        points: The source of its charts' points.
        thread: Where points are read.
        streets: The GeoJSON that the map draws, if any.
    """

    async def page(_request: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def snapshot(_request: Request) -> Response:
        return Response(msgspec.json.encode(feed.snapshot()), media_type="application/json")

    async def events(_request: Request) -> Response:
        return feed.stream.response(lambda: event("snapshot", feed.snapshot()))

    async def chart(request: Request) -> Response:
        asset, measurement, field, device, from_ms, to_ms = _series_and_span(request)
        try:
            found = await thread.run(points.points, asset, measurement, field, device, from_ms, to_ms, _POINTS_MOST)
        except StoreUnavailable as error:
            raise HTTPException(503, str(error)) from error
        return Response(msgspec.json.encode({"points": found}), media_type="application/json")

    async def map_of_streets(_request: Request) -> Response:
        if streets is None:
            raise HTTPException(404, "this site has no map of its streets; set 'console.streets'")
        return Response(streets, media_type="application/geo+json")

    async def health(_request: Request) -> Response:
        connected = feed.mqtt.state.connected
        return JSONResponse({"ok": connected, "connected": connected}, status_code=200 if connected else 503)

    return web_app(
        [
            Route("/", page),
            Route("/api/street", snapshot),
            Route("/api/events", events),
            Route("/api/points", chart),
            Route("/api/streets", map_of_streets),
            Route("/health", health),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]
    )


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
