"""The local API: rooms behind the checks of every page."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.web.technician.app import LOCAL_BODY_MOST, local_api
from tests.web.asgi import request


async def _echo(asked: Request) -> Response:
    return PlainTextResponse(str(len(await asked.body())))


APP = local_api([Route("/api/echo", _echo, methods=["POST"])])


async def test_rooms_are_behind_the_check_of_the_origin() -> None:
    assert (await request(APP, "/api/echo", "POST", headers={"origin": "http://street"}, body=[b"12"])).body == b"2"
    assert (await request(APP, "/api/echo", "POST", headers={"origin": "http://elsewhere"})).status == 403
    assert (await request(APP, "/api/echo", "POST")).status == 403


async def test_a_body_that_is_too_large_is_refused() -> None:
    answer = await request(APP, "/api/echo", "POST", headers={"origin": "http://street"}, body=[bytes(LOCAL_BODY_MOST), b"1"])
    assert answer.status == 413
