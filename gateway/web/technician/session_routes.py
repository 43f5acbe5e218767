"""Who has logged in to the page, the login, and the codes."""

from typing import Annotated, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.web.guarding import check_token
from gateway.web.json_api import ApiError, body_as, json_response
from gateway.web.technician.login import OpenSession, PageLogin, PageRole


class SessionView(msgspec.Struct):
    """Who has logged in: the role, None if nobody has, and the token that requests carry which change something."""

    role: PageRole | None
    csrf: str
    gateway: str


class _Typed(msgspec.Struct):
    code: Annotated[str, msgspec.Meta(max_length=64)]


class RenewedRole(msgspec.Struct):
    """Whose code is renewed."""

    role: PageRole


class NewCode(msgspec.Struct):
    """A renewed code."""

    code: str


class CodesService(Protocol):
    """Changes the codes of a running gateway."""

    async def renew(self, role: PageRole) -> str:
        """Make a new code for a role, end the sessions of the old one, and return the new one."""
        ...


def login_routes(login: PageLogin, gateway: str) -> list[BaseRoute]:
    """Return the routes of the page that need no session."""

    def view(session: OpenSession | None) -> SessionView:
        return SessionView(None, "", gateway) if session is None else SessionView(session.role, session.csrf, gateway)

    async def session(request: Request) -> Response:
        return json_response(view(login.session_of(request)))

    async def log_in(request: Request) -> Response:
        typed = await body_as(request, _Typed)
        opened = await login.open(typed.code, request.client.host if request.client is not None else "")
        response = json_response(view(opened))
        response.headers.update(login.cookie(opened))
        return response

    async def log_out(request: Request) -> Response:
        found = login.session_of(request)
        if found is None:
            raise ApiError(401, "nobody has logged in", "nessuno ha effettuato l'accesso")
        check_token(request, found.csrf)
        login.close(found)
        return Response(status_code=204, headers=login.cookie(None))

    return [
        Route("/api/session", session),
        Route("/api/login", log_in, methods=["POST"]),
        Route("/api/logout", log_out, methods=["POST"]),
    ]


def socket_routes(service: CodesService, gateway: str) -> list[BaseRoute]:
    """Return the routes of the socket, whose users need no code, and may change it."""

    async def session(_request: Request) -> Response:
        return json_response(SessionView("technician", "", gateway))

    async def renew(request: Request) -> Response:
        wanted = await body_as(request, RenewedRole)
        return json_response(NewCode(await service.renew(wanted.role)))

    return [Route("/api/session", session), Route("/api/codes/renew", renew, methods=["POST"])]
