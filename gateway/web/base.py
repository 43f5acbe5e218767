"""The base of every web page: routes behind security headers, a check of the origin, a size limit, and errors as JSON.

An error is `{"error": "<sentence>"}` with its HTTP status; a route raises `HTTPException(status, sentence)`. For technicians, who read
Italian too, it raises `ApiError(status, en, it)`: then the error has `error_it` besides.

The Host header is checked by the server (`gateway.host.http.host_names`), which knows the address that it is bound to.
"""

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.web.headers import with_headers
from gateway.web.json_api import ApiError

BODY_MOST = 1 << 20
"""Bytes of the largest request body that a page accepts: forms and settings, never files."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110, 9.2.1); browsers send no Origin with most of them."""


def web_app(routes: Sequence[BaseRoute], *, body_most: int = BODY_MOST) -> ASGIApp:
    """Return an application that serves the routes on the common base."""
    app = Starlette(routes=routes, exception_handlers={HTTPException: _http_error, Exception: _internal_error})
    return with_headers(_with_request_checks(app, body_most))


def same_origin(origin: str | None, host: str | None) -> bool:
    """Return whether the Origin header of a request names the host that the request went to.

    The scheme is left out: a proxy in front may speak HTTPS to the browser and HTTP to the gateway.
    """
    if not origin or not host:
        return False
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def error_response(status: int, sentence: str) -> JSONResponse:
    """Return an error as JSON."""
    return JSONResponse({"error": sentence}, status_code=status)


def _with_request_checks(app: ASGIApp, body_most: int) -> ASGIApp:
    """Reject requests that change something from another site's page, and bodies that are too large."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["method"] not in SAFE_METHODS and not same_origin(headers.get("origin"), headers.get("host")):
            problem = error_response(403, "the request came from another site; its Origin must equal its Host")
            await problem(scope, receive, send)
            return
        received = 0

        async def receive_bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > body_most:
                raise HTTPException(413, f"the request is larger than {body_most} bytes")
            return message

        await app(scope, receive_bounded, send)

    return wrapped


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    sentence = error.detail
    if sentence == HTTPStatus(error.status_code).phrase:  # Starlette's own, without a sentence
        sentence = f"{sentence.lower()}: {request.method} {request.url.path}"
    more = error.more() if isinstance(error, ApiError) else {}
    return JSONResponse({"error": sentence, **more}, status_code=error.status_code, headers=error.headers)


async def _internal_error(_request: Request, _error: Exception) -> Response:
    """Answer after an error of ours; Starlette raises it again, and the server logs it."""
    return error_response(500, "internal error; the log of the gateway has the details")
