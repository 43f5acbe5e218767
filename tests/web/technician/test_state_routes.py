"""The routes of the state: what a service says is JSON, and its events begin with everything."""

import msgspec
from starlette.responses import PlainTextResponse, Response

from gateway.web.technician.app import local_api
from gateway.web.technician.state_routes import IdentityView, LiveReading, LiveValue, LocalState, UplinkView, routes
from tests.web.asgi import request

STATE = LocalState(
    identity=IdentityView("prato", "citelum", "gw-1", "1.0", "box"),
    up_s=5,
    now_ms=1_000,
    clock="synced",
    disk_free=50.0,
    readings=7,
    ok=True,
    uplink=UplinkView(
        broker="mqtt://127.0.0.1", connected=True, confirm="stored", waiting=0, unconfirmed=0, cloned_by=None, certificate_days=None
    ),
    lines=[],
)
VALUES = [LiveReading("d-1", "panel-1", "traffic", 900, [LiveValue("count", 3, "{count}", "Good")])]


class Fixed:
    """A gateway that does not change."""

    async def state(self) -> LocalState:
        return STATE

    def values(self) -> list[LiveReading]:
        return VALUES

    async def events(self) -> Response:
        return PlainTextResponse("event: …")


async def test_state_values_and_events_are_served() -> None:
    app = local_api(routes(Fixed()))
    assert msgspec.json.decode((await request(app, "/api/state")).body, type=LocalState) == STATE
    assert msgspec.json.decode((await request(app, "/api/values")).body, type=list[LiveReading]) == VALUES
    assert (await request(app, "/api/events")).body.decode() == "event: …"
    assert (await request(app, "/api/state", "POST", headers={"origin": "http://street"})).status == 405
