"""The routes of upkeep: log, restart and diagnostics."""

import msgspec
from starlette.responses import PlainTextResponse, Response

from gateway.web.technician.app import local_api
from gateway.web.technician.upkeep_routes import LoggedRecord, LogLevel, routes
from tests.web.asgi import Answer, request

RECORD = LoggedRecord(3, 1000, "warning", "gateway", "door open")


class Log:
    def __init__(self) -> None:
        self.asked: list[tuple[LogLevel, int]] = []

    def records(self, level: LogLevel, after: int) -> list[LoggedRecord]:
        self.asked.append((level, after))
        return [RECORD]

    def events(self) -> Response:
        return PlainTextResponse("event: …")


class Restart:
    gateway = "gw-1"
    supervised = True
    stopped = 0

    def stop(self) -> None:
        self.stopped += 1


class Diagnostics:
    file_name = "gw-1-2026-11-30.tar.gz"

    async def collect(self) -> bytes:
        return b"packed"


class Box:
    def __init__(self) -> None:
        self.log, self.restart = Log(), Restart()
        self.app = local_api(routes(self.log, self.restart, Diagnostics()))

    async def post(self, body: object) -> Answer:
        return await request(self.app, "/api/restart", "POST", headers={"origin": "http://street"}, body=[msgspec.json.encode(body)])


async def test_the_log_is_served_from_a_level_and_a_number_on() -> None:
    box = Box()
    assert msgspec.json.decode((await request(box.app, "/api/log")).body, type=list[LoggedRecord]) == [RECORD]
    await request(box.app, "/api/log?level=error&after=12")
    assert box.log.asked == [("info", 0), ("error", 12)]
    assert (await request(box.app, "/api/log/events")).body.decode() == "event: …"
    for query in ("level=debug", "after=x", "after=-1", "after=²", "after=" + "9" * 16):
        assert (await request(box.app, f"/api/log?{query}")).status == 400, query


async def test_a_restart_needs_the_gateways_name_and_comes_after_the_answer() -> None:
    box = Box()
    for wrong in ({}, {"confirm": "gw-2"}, {"confirm": ""}):
        assert (await box.post(wrong)).status in (400, 409)
    assert box.restart.stopped == 0
    answer = await box.post({"confirm": "gw-1"})
    assert (answer.status, answer.body, box.restart.stopped) == (202, b'{"ok":true}', 1)


async def test_a_gateway_that_nobody_would_start_again_is_not_stopped() -> None:
    box = Box()
    box.restart.supervised = False
    answer = await box.post({"confirm": "gw-1"})
    assert (answer.status, box.restart.stopped) == (409, 0)
    assert "restart it by hand" in msgspec.json.decode(answer.body)["error"]


async def test_the_diagnostics_are_a_file_to_save() -> None:
    answer = await request(Box().app, "/api/diagnostics")
    assert (answer.body, answer.headers["content-type"]) == (b"packed", "application/gzip")
    assert answer.headers["content-disposition"] == 'attachment; filename="gw-1-2026-11-30.tar.gz"'
