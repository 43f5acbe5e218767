"""The names under which a server answers.

A page of another site can give its own name the address of this machine (DNS rebinding); the browser then lets it read every
response. Its requests carry that name as their Host.
"""

from collections.abc import Collection
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_SHOWN_CHARACTERS = 100


def answers_for(host: str | None, bound: str, names: Collection[str]) -> bool:
    """Return whether a server that is bound to an address answers requests for a Host.

    On loopback it answers for loopback names and addresses, and for `names`. Elsewhere it answers for addresses, loopback names and
    `names`, or, as nobody has told it its public name, for any Host if there are no `names`. Requests without a Host come from
    no browser.
    """
    if host is None:
        return True
    name = _without_port(host).lower().rstrip(".")
    if name == "localhost" or name in names:
        return True
    on_loopback = ip_address(bound.partition("%")[0]).is_loopback
    try:
        address = ip_address(name)
    except ValueError:
        return not on_loopback and not names
    return not on_loopback or address.is_loopback


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host


def with_known_hosts(app: ASGIApp, bound: str, names: Collection[str], key: str = "console.hosts") -> ASGIApp:
    """Return the application, which answers 421 to requests for other hosts (RFC 9110, section 15.5.20); `key` is where to add names.

    The answer is problem+json (RFC 9457) with the key `error`, so that it is an error of pages and of APIs.
    """

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        host = Headers(scope=scope).get("host") if scope["type"] == "http" else None
        if answers_for(host, bound, names):
            await app(scope, receive, send)
            return
        problem = f"unknown host '{(host or '')[:_SHOWN_CHARACTERS]}': use the server's address, or list the name under '{key}'"
        content = {"title": "Misdirected request", "status": 421, "detail": problem, "error": problem}
        await JSONResponse(content, status_code=421, media_type="application/problem+json")(scope, receive, send)

    return wrapped
