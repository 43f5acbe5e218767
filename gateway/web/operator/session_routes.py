"""Who uses the page, the login and the logout: the routes that need no session."""

from typing import Annotated, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.web.guarding import check_token
from gateway.web.json_api import ApiError, body_as, json_response
from gateway.web.operator.login import ConsoleLogin, PageUser
from gateway.web.operator.users import PASSWORD_MOST, UserRole


class UserView(msgspec.Struct):
    """Who uses the page.

    `role` is None if nobody is known, and `login` says what is to be done about it: type a password, or open the page through its proxy.
    """

    name: str | None
    role: UserRole | None
    csrf: str
    login: Literal["password", "proxy"]
    can_leave: bool


class _Typed(msgspec.Struct):
    name: Annotated[str, msgspec.Meta(max_length=64)]
    password: Annotated[str, msgspec.Meta(max_length=PASSWORD_MOST)]


def user_routes(login: ConsoleLogin) -> list[BaseRoute]:
    """Return the routes of the session."""

    def view(user: PageUser | None) -> UserView:
        way: Literal["password", "proxy"] = "password" if login.has_passwords else "proxy"
        if user is None:
            return UserView(None, None, "", way, can_leave=False)
        return UserView(user.name, user.role, user.csrf, way, can_leave=user.session is not None)

    async def session(request: Request) -> Response:
        return json_response(view(login.user_of(request)))

    async def log_in(request: Request) -> Response:
        typed = await body_as(request, _Typed)
        user = await login.open(typed.name, typed.password, request.client.host if request.client is not None else "")
        response = json_response(view(user))
        response.headers.update(login.cookie(user))
        return response

    async def log_out(request: Request) -> Response:
        user = login.user_of(request)
        if user is None:
            raise ApiError(401, "nobody has logged in", "nessuno ha effettuato l'accesso")
        check_token(request, user.csrf)
        login.close(user)
        return Response(status_code=204, headers=login.cookie(None))

    return [
        Route("/api/session", session),
        Route("/api/login", log_in, methods=["POST"]),
        Route("/api/logout", log_out, methods=["POST"]),
    ]
