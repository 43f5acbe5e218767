"""The base of the pages: the origin of requests, their size, and errors as JSON."""

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from gateway.web.base import same_origin, web_app
from gateway.web.headers import SECURITY_HEADERS
from tests.web.asgi import Answer, Connection, request

OWN = {"origin": "https://street"}


def app(body_most: int = 100) -> ASGIApp:
    async def echo(asked: Request) -> Response:
        return JSONResponse({"size": len(await asked.body())})

    async def refuse(_asked: Request) -> Response:
        raise HTTPException(409, "the lamp is locked", headers={"retry-after": "5"})

    async def fail(_asked: Request) -> Response:
        raise RuntimeError("a secret of the program")

    return web_app([Route("/echo", echo, methods=["GET", "POST"]), Route("/refuse", refuse), Route("/fail", fail)], body_most=body_most)


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("https://street.example", "street.example", True),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", True),
        ("https://Street.Example", "street.example", True),
        ("http://[::1]:8080", "[::1]:8080", True),
        ("https://evil.example", "street.example", False),
        ("https://street.example.evil.example", "street.example", False),
        ("https://street.example:8443", "street.example", False),
        ("https://street.example@evil.example", "street.example", False),
        ("null", "street.example", False),
        ("http://[", "street.example", False),
        ("", "", False),
        (None, "street.example", False),
        ("https://street.example", None, False),
    ],
)
def test_an_origin_is_the_same_if_it_names_the_host_of_the_request(origin: str | None, host: str | None, *, same: bool) -> None:
    assert same_origin(origin, host) is same


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"origin": "null"}])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "UNHEARD"])
async def test_a_request_from_another_site_that_changes_something_is_rejected(method: str, headers: dict[str, str]) -> None:
    answer = await request(app(), "/echo", method, headers=headers)
    assert (answer.status, answer.error) == (403, "the request came from another site; its Origin must equal its Host")


async def test_a_request_of_the_page_itself_is_accepted() -> None:
    answer = await request(app(), "/echo", "POST", headers=OWN, body=[b"abc", b"de"])
    assert (answer.status, answer.body) == (200, b'{"size":5}')


async def test_reading_needs_no_origin() -> None:
    assert (await request(app(), "/echo")).status == 200


@pytest.mark.parametrize("body", [[b"x" * 101], [b"x" * 50, b"x" * 50, b"x"]])
async def test_a_body_that_is_too_large_is_rejected(body: list[bytes]) -> None:
    answer = await request(app(), "/echo", "POST", headers=OWN, body=body)
    assert (answer.status, answer.error) == (413, "the request is larger than 100 bytes")
    assert (await request(app(101), "/echo", "POST", headers=OWN, body=[b"x" * 101])).status == 200


async def test_an_error_of_a_route_is_its_sentence_as_json() -> None:
    answer = await request(app(), "/refuse")
    assert (answer.status, answer.error, answer.headers["retry-after"]) == (409, "the lamp is locked", "5")
    assert answer.headers["content-type"] == "application/json"


async def test_an_unknown_path_and_a_method_that_is_not_allowed_are_named() -> None:
    assert (await request(app(), "/nothing")).error == "not found: GET /nothing"
    assert (await request(app(), "/refuse", "POST", headers=OWN)).error == "method not allowed: POST /refuse"


async def test_an_error_of_the_program_is_answered_without_its_details_and_raised_for_the_log() -> None:
    failed = Connection(app(), "GET", "/fail", {}, [b""])
    with pytest.raises(RuntimeError, match="a secret of the program"):
        await failed.task
    answer = Answer(failed.status, failed.headers, failed.chunks.get_nowait())
    assert (answer.status, answer.error) == (500, "internal error; the log of the gateway has the details")
    assert SECURITY_HEADERS.items() <= answer.headers.items()
