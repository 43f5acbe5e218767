"""Every response carries the headers that keep other sites out."""

from starlette.responses import PlainTextResponse

from gateway.web.base import web_app
from gateway.web.headers import SECURITY_HEADERS, with_headers
from tests.web.asgi import request


async def test_a_response_has_the_security_headers_and_its_own() -> None:
    answer = await request(with_headers(PlainTextResponse("hello", headers={"x-own": "1"})), "/")
    assert (answer.status, answer.body, answer.headers["x-own"]) == (200, b"hello", "1")
    assert SECURITY_HEADERS.items() <= answer.headers.items()


async def test_an_error_and_a_rejected_request_have_them_too() -> None:
    for method in ("GET", "POST"):
        assert SECURITY_HEADERS.items() <= (await request(web_app([]), "/nothing", method)).headers.items()


def test_no_other_site_may_frame_the_page_or_run_scripts_in_it() -> None:
    policy = SECURITY_HEADERS["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
