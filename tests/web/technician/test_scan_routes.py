"""The routes of the scan: what a service says is JSON, and what it is asked is checked."""

import msgspec
from starlette.responses import PlainTextResponse, Response

from gateway.provision.findings import Found
from gateway.web.technician.app import local_api
from gateway.web.technician.scan_routes import PortView, ScanAsk, ScanView, routes
from tests.web.asgi import request

PORT = PortView(path="/dev/ttyUSB0", stable=None, description="adapter", serial_number=None, line="street")
VIEW = ScanView(running=True, target="/dev/ttyUSB0", line="street", found=[Found(unit=3, settings="9600 8N1", badges=["new"])])
POST = {"origin": "http://street"}


class Fixed:
    """Scans that do not change; `asked` are those that were started."""

    def __init__(self) -> None:
        self.asked: list[ScanAsk] = []
        self.stops = 0

    async def ports(self) -> list[PortView]:
        return [PORT]

    async def start(self, ask: ScanAsk) -> ScanView:
        self.asked.append(ask)
        return VIEW

    async def stop(self) -> ScanView:
        self.stops += 1
        return VIEW

    def state(self) -> ScanView:
        return VIEW

    def events(self) -> Response:
        return PlainTextResponse("event: …")


async def test_ports_state_and_events_are_served() -> None:
    app = local_api(routes(Fixed()))
    assert msgspec.json.decode((await request(app, "/api/scan/ports")).body, type=list[PortView]) == [PORT]
    assert msgspec.json.decode((await request(app, "/api/scan/state")).body, type=ScanView) == VIEW
    assert (await request(app, "/api/scan/events")).body.decode() == "event: …"


async def test_a_scan_is_started_and_stopped_by_posts_alone() -> None:
    service = Fixed()
    app = local_api(routes(service))
    answer = await request(app, "/api/scan/start", "POST", body=[b'{"line": "street", "full": true}'], headers=POST)
    assert msgspec.json.decode(answer.body, type=ScanView) == VIEW
    assert service.asked == [ScanAsk(line="street", full=True)]
    assert (await request(app, "/api/scan/stop", "POST", headers=POST)).status == 200
    assert service.stops == 1
    assert (await request(app, "/api/scan/start")).status == 405
    assert (await request(app, "/api/scan/stop")).status == 405


async def test_what_is_asked_is_bounded() -> None:
    service = Fixed()
    app = local_api(routes(service))
    long = b"x" * 257
    for body in (
        b"",
        b"[]",
        b'{"targt": "x"}',
        b'{"target": "' + long + b'"}',
        b'{"line": "a", "listen_s": 1e9}',
        b'{"line": "a", "timeout_s": 0}',
    ):
        assert (await request(app, "/api/scan/start", "POST", body=[body], headers=POST)).status == 400, body
    assert service.asked == []
