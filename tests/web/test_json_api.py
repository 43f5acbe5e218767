"""Routes of an API: typed bodies, and errors in two languages."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.web.base import web_app
from gateway.web.json_api import ApiError, body_as, json_response
from tests.web.asgi import request

ORIGIN = {"origin": "http://street"}


class Wanted(msgspec.Struct):
    number: int


async def _double(asked: Request) -> Response:
    return json_response({"twice": 2 * (await body_as(asked, Wanted)).number})


async def _fail(_asked: Request) -> Response:
    raise ApiError(409, "the line is lent; try again", "la linea è in prestito; riprova")


APP = web_app([Route("/double", _double, methods=["POST"]), Route("/fail", _fail)])


async def test_a_body_is_read_as_its_type_and_json_is_not_cached() -> None:
    answer = await request(APP, "/double", "POST", headers=ORIGIN, body=[b'{"numb', b'er": 4}'])
    assert (answer.status, msgspec.json.decode(answer.body)) == (200, {"twice": 8})
    assert answer.headers["cache-control"] == "no-store"


async def test_a_body_of_another_type_is_a_400_that_says_why() -> None:
    for body in (b"", b'{"number": "4"}', b"\xff", b"[" * 100_000):
        answer = await request(APP, "/double", "POST", headers=ORIGIN, body=[body])
        assert answer.status == 400
        assert "body is wrong" in msgspec.json.decode(answer.body)["error"]
        assert "è errato" in msgspec.json.decode(answer.body)["error_it"]


async def test_an_error_is_a_sentence_in_both_languages() -> None:
    answer = await request(APP, "/fail")
    assert answer.status == 409
    expected = {"error": "the line is lent; try again", "error_it": "la linea è in prestito; riprova"}
    assert msgspec.json.decode(answer.body) == expected
