"""The routes about firmware: changes are for programs of this machine alone."""

from starlette.responses import Response
from starlette.routing import Route

from firmware_tools.flash.preparation.plan import FlashPlan
from gateway.web.firmware.routes import FirmwareView, FlashAsk, routes, socket_routes
from gateway.web.json_api import ApiError
from gateway.web.technician.app import local_api
from tests.web.asgi import connected

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


async def test_each_route_asks_the_service() -> None:
    updates = Updates()
    client = connected(local_api([*routes(updates), *socket_routes(updates)]))
    assert (await client.get("/api/firmware/state")).json() == {"updates": []}
    assert (await client.get("/api/firmware/events")).text.startswith("event: state")
    ask = {"device": "led-1", "by": "tests"}
    assert (await client.post("/api/firmware/plan", json=ask)).json()["size_bytes"] == 100
    assert (await client.post("/api/firmware/start", json=ask)).json() == {"updates": []}
    assert (await client.post("/api/firmware/pause", json={"device": "led-1"})).status_code == 200
    assert updates.asked == [("plan", "led-1"), ("start", "led-1"), ("pause", "led-1")]
    wrong = await client.post("/api/firmware/start", json=ask | {"device": "led-2"})
    assert (wrong.status_code, wrong.json()) == (404, {"error": "unknown", "error_it": "sconosciuto"})


async def test_a_wish_that_is_none_is_refused() -> None:
    client = connected(local_api(socket_routes(Updates())))
    for body in ({}, {"device": "x" * 300, "by": "t"}, {"device": "led-1", "by": "t", "force": True}):
        assert (await client.post("/api/firmware/start", json=body)).status_code == 400
