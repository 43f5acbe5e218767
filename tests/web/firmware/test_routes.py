"""The routes about firmware: changes are for programs of this machine alone."""

import json
from typing import Any

from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from firmware_tools.flash.preparation.plan import FlashPlan
from gateway.web.firmware.routes import FirmwareView, FlashAsk, routes, socket_routes
from gateway.web.json_api import ApiError
from gateway.web.technician.app import local_api
from tests.web.asgi import request

PLAN = FlashPlan(device="led-1", line="street", image="0" * 64, size_bytes=100, about_s=5.0)


class Updates:
    """A service that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    async def plan(self, ask: FlashAsk) -> FlashPlan:
        self.asked.append(("plan", ask.device))
        return PLAN

    async def start(self, ask: FlashAsk) -> FirmwareView:
        if ask.device != "led-1":
            raise ApiError(404, "unknown", "sconosciuto")
        self.asked.append(("start", ask.device))
        return self.state()

    async def pause(self, device: str) -> FirmwareView:
        self.asked.append(("pause", device))
        return self.state()

    def state(self) -> FirmwareView:
        return FirmwareView(updates=[])

    def events(self) -> Response:
        return Response(b"event: state\ndata: {}\n\n")


def test_what_changes_devices_is_not_among_the_routes_that_the_page_has() -> None:
    shared = {route.path for route in routes(Updates()) if isinstance(route, Route)}
    assert shared == {"/api/firmware/state", "/api/firmware/events"}


async def posted(app: ASGIApp, path: str, body: object) -> tuple[int, Any]:
    headers = {"content-type": "application/json", "host": "localhost", "origin": "http://localhost"}
    answer = await request(app, path, "POST", headers=headers, body=[json.dumps(body).encode()])
    return answer.status, json.loads(answer.body)


async def test_each_route_asks_the_service() -> None:
    updates = Updates()
    app = local_api([*routes(updates), *socket_routes(updates)])
    assert json.loads((await request(app, "/api/firmware/state")).body) == {"updates": []}
    assert (await request(app, "/api/firmware/events")).body.startswith(b"event: state")
    ask = {"device": "led-1", "by": "tests"}
    assert (await posted(app, "/api/firmware/plan", ask))[1]["size_bytes"] == 100
    assert await posted(app, "/api/firmware/start", ask) == (200, {"updates": []})
    assert await posted(app, "/api/firmware/pause", {"device": "led-1"}) == (200, {"updates": []})
    assert updates.asked == [("plan", "led-1"), ("start", "led-1"), ("pause", "led-1")]
    assert await posted(app, "/api/firmware/start", ask | {"device": "led-2"}) == (404, {"error": "unknown", "error_it": "sconosciuto"})


async def test_a_wish_that_is_none_is_refused() -> None:
    app = local_api(socket_routes(Updates()))
    for body in ({}, {"device": "x" * 300, "by": "t"}, {"device": "led-1", "by": "t", "force": True}):
        assert (await posted(app, "/api/firmware/start", body))[0] == 400
