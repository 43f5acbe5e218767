"""The page's server: a snapshot, a stream of server-sent events, and the points of any value over time."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Protocol

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from gateway.centre.stores.port import StoreUnavailable
from gateway.host.mqtt import Broker, Message, Mqtt
from gateway.host.stopping import stopped
from gateway.host.threads import OneThread
from gateway.model import topics
from gateway.model.batch import Value
from gateway.web.operator.board import Board

log = logging.getLogger(__name__)

STATIC = Path(__file__).parents[1] / "static"
_POINTS_MOST = 1500
_ALARMS_EVERY_S = 1.0
_VIEWER_BEHIND = 2000
"""How many events a slow viewer may lag behind before it is cut off; its browser comes back and takes a snapshot."""

_VIEWERS_MOST = 200
_LONGEST_SPAN_MS = 10 * 366 * 86_400_000
_HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' data: https:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


class Points(Protocol):
    """Where the points of charts come from."""

    def points(self, asset: str, measurement: str, field: str, device: str, from_ms: int, to_ms: int, most: int) -> list[tuple[int, Value]]:
        """Give the points of a series in a span, oldest first, at most about `most` of them.

        Raises:
            StoreUnavailable: they can't be read now.
        """
        ...


class Feed:
    """Follows the city plane of one site, and tells every viewer."""

    def __init__(self, site: str, broker: Broker, now_ms: Callable[[], int], *, name: str) -> None:
        self._site, self._now_ms = site, now_ms
        self.board = Board()
        self._viewers: set[asyncio.Queue[bytes | None]] = set()
        self._alarms = b""
        self.mqtt = Mqtt(broker, name, on_connect=self._connected, on_message=self._received)

    async def run(self, stop: asyncio.Event) -> None:
        """Follow until told to stop; then let every viewer go."""
        self.mqtt.start()
        try:
            while not await stopped(stop, _ALARMS_EVERY_S):
                self._tell_alarms()
        finally:
            for viewer in list(self._viewers):
                viewer.put_nowait(None)
            await self.mqtt.stop()

    def _connected(self) -> None:
        self.mqtt.subscribe(topics.every_asset(self._site), topics.every_gateway(self._site, "state"))

    def _received(self, message: Message) -> None:
        city, gateway = topics.parse_city(message.topic), topics.parse_gateway(message.topic)
        try:
            if city is not None:
                taken = self.board.take_asset(message.topic, message.payload)
                if taken is not None:
                    self._tell(_event("asset", taken))
            elif gateway is not None:
                self.board.take_gateway(f"{gateway.sender.operator}/{gateway.sender.gateway}", message.payload, self._now_ms())
                self._tell(_event("gateways", self.board.gateways()))
        except ValueError as error:
            log.warning("ignored a message on %s: %s", message.topic, error)

    def _tell_alarms(self) -> None:
        alarms = _event("alarms", self.board.alarms(self._now_ms()))
        if alarms != self._alarms:
            self._alarms = alarms
            self._tell(alarms)

    def _tell(self, event: bytes) -> None:
        for viewer in list(self._viewers):
            if viewer.qsize() >= _VIEWER_BEHIND:
                self._viewers.discard(viewer)
                viewer.put_nowait(None)
            else:
                viewer.put_nowait(event)

    def snapshot(self) -> dict[str, Any]:
        """Give everything that a page needs to begin with."""
        now_ms = self._now_ms()
        return {"site": self._site, "now_ms": now_ms, "assets": self.board.assets(), "gateways": self.board.gateways(),
                "alarms": self.board.alarms(now_ms)}  # fmt: skip

    async def events(self) -> AsyncIterator[bytes]:
        """Give server-sent events for one viewer: first everything, then what changes."""
        viewer: asyncio.Queue[bytes | None] = asyncio.Queue()
        if len(self._viewers) >= _VIEWERS_MOST:
            return
        self._viewers.add(viewer)
        try:
            yield _event("snapshot", self.snapshot())
            while (event := await viewer.get()) is not None:
                yield event
        finally:
            self._viewers.discard(viewer)


def _event(kind: str, data: object) -> bytes:
    return f"event: {kind}\ndata: ".encode() + msgspec.json.encode(data) + b"\n\n"


def console(feed: Feed, points: Points, thread: OneThread, streets: bytes | None) -> ASGIApp:
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
    return _with_headers(Starlette(routes=routes))


def _with_headers(app: ASGIApp) -> ASGIApp:
    """Add the headers that keep other pages and other people's scripts out."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: AsgiMessage) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await app(scope, receive, sending)

    return wrapped
