"""The page's server: a snapshot, a stream of server-sent events, and the points of any value over time."""

from pathlib import Path
from typing import Protocol

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from gateway.centre.stores.port import StoreUnavailable
from gateway.host.threads import OneThread
from gateway.model.batch import Value
from gateway.web.headers import with_headers
from gateway.web.operator.feed import CityFeed

STATIC = Path(__file__).parents[1] / "static"
_POINTS_MOST = 1500
_LONGEST_SPAN_MS = 10 * 366 * 86_400_000


class Points(Protocol):
    """Where the points of charts come from."""

    def points(self, asset: str, measurement: str, field: str, device: str, from_ms: int, to_ms: int, most: int) -> list[tuple[int, Value]]:
        """Give the points of a series in a span, oldest first, at most about `most` of them.

        Raises:
            StoreUnavailable: they can't be read now.
        """
        ...


def console(feed: CityFeed, points: Points, thread: OneThread, streets: bytes | None) -> ASGIApp:
    """Make the page's server."""

    async def page(_request: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def snapshot(_request: Request) -> Response:
        return Response(msgspec.json.encode(feed.snapshot()), media_type="application/json")

    async def events(_request: Request) -> Response:
        return StreamingResponse(feed.events(), media_type="text/event-stream", headers={"cache-control": "no-store"})

    async def chart(request: Request) -> Response:
        asked = request.query_params
        try:
            asset, measurement, field, device = (asked[key] for key in ("asset", "measurement", "field", "device"))
            from_ms, to_ms = int(asked["from"]), int(asked["to"])
        except (KeyError, ValueError):
            return JSONResponse({"error": "asset, measurement, field, device, from and to (milliseconds) are wanted"}, status_code=400)
        if not 0 < to_ms - from_ms <= _LONGEST_SPAN_MS:
            return JSONResponse({"error": "'to' must come after 'from', within ten years"}, status_code=400)
        try:
            found = await thread.run(points.points, asset, measurement, field, device, from_ms, to_ms, _POINTS_MOST)
        except StoreUnavailable as error:
            return JSONResponse({"error": str(error)}, status_code=503)
        return Response(msgspec.json.encode({"points": found}), media_type="application/json")

    async def map_of_streets(_request: Request) -> Response:
        return Response(streets, media_type="application/geo+json") if streets is not None else Response(status_code=404)

    async def health(_request: Request) -> Response:
        connected = feed.mqtt.state.connected
        return JSONResponse({"ok": connected, "connected": connected}, status_code=200 if connected else 503)

    routes = [
        Route("/", page),
        Route("/api/street", snapshot),
        Route("/api/events", events),
        Route("/api/points", chart),
        Route("/api/streets", map_of_streets),
        Route("/health", health),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    return with_headers(Starlette(routes=routes))
