"""Headers that keep other pages and other people's scripts out."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

_HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' data: https:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def with_headers(app: ASGIApp) -> ASGIApp:
    """Add the headers that keep other pages and other people's scripts out."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: AsgiMessage) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await app(scope, receive, sending)

    return wrapped
