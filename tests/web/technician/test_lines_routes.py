"""The routes of the lines: what they pass on to the services, and what they refuse."""

import msgspec
from starlette.responses import PlainTextResponse, Response

from gateway.fieldbus.line.commands import Outcome, OutcomeStatus
from gateway.web.technician.app import local_api
from gateway.web.technician.lines_routes import RawAsk, RegisterRead, RegisterValues, routes, socket_routes
from tests.web.asgi import request

OWN = {"origin": "http://street"}


class Lines:
    def report(self) -> object:
        return {"gateway": "gw-1", "lines": []}


class HexLog:
    def line(self, line: str) -> Response:
        return PlainTextResponse(f"line {line}")

    def device(self, device: str) -> Response:
        return PlainTextResponse(f"device {device}")


class Registers:
    def __init__(self) -> None:
        self.asked: list[RegisterRead] = []

    async def read(self, wanted: RegisterRead) -> RegisterValues:
        self.asked.append(wanted)
        return RegisterValues("done", "", None, [7], [])

    async def ask(self, wanted: RawAsk) -> Outcome:
        return Outcome(OutcomeStatus.DONE, data=" ".join(wanted.words).encode())


REGISTERS = Registers()
APP = local_api(routes(Lines(), HexLog(), REGISTERS))


async def test_line_quality_is_what_the_service_reports() -> None:
    assert msgspec.json.decode((await request(APP, "/api/lines")).body) == {"gateway": "gw-1", "lines": []}


async def test_the_hex_log_is_that_of_one_line_or_one_device() -> None:
    assert (await request(APP, "/api/hexlog?line=street")).body == b"line street"
    assert (await request(APP, "/api/hexlog?device=d-1")).body == b"device d-1"
    for query in ("", "?", "?line=a&device=b"):
        assert (await request(APP, f"/api/hexlog{query}")).status == 400


async def test_only_the_socket_has_raw_requests_that_may_write() -> None:
    body = msgspec.json.encode(RawAsk("d-1", ["write", "coil", "3", "on"]))
    answer = await request(local_api(socket_routes(REGISTERS)), "/api/registers/ask", "POST", headers=OWN, body=[body])
    assert msgspec.json.decode(answer.body, type=Outcome).data == b"write coil 3 on"
    assert (await request(APP, "/api/registers/ask", "POST", headers=OWN, body=[body])).status == 404


async def test_registers_are_read_by_a_post_and_nothing_can_be_written() -> None:
    body = msgspec.json.encode({"device": "d-1", "table": "input", "address": 4, "count": 2})
    answer = await request(APP, "/api/registers/read", "POST", headers=OWN, body=[body])
    assert msgspec.json.decode(answer.body, type=RegisterValues).words == [7]
    assert REGISTERS.asked == [RegisterRead("d-1", "input", 4, 2)]
    assert (await request(APP, "/api/registers/read")).status == 405
    for wrong in (
        b"{}",
        b'{"device": "d-1", "table": "input", "address": 65536}',
        b'{"device": "d-1", "table": "input", "address": 0, "count": 2001}',
    ):
        assert (await request(APP, "/api/registers/read", "POST", headers=OWN, body=[wrong])).status == 400
