"""Pages with users of different kinds, and the requests of a person."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from gateway.host.threads import OneThread
from gateway.web import sessions
from gateway.web.base import web_app
from gateway.web.operator.login import ConsoleLogin, TrustedProxy, UserGuard
from gateway.web.operator.session_routes import user_routes
from gateway.web.operator.users import UsersFile
from tests.web.asgi import Answer, request

ANNA, BRUNO = "correct horse battery", "staple of the lamps"


class Clock:
    """A monotonic clock that tests move."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


async def _look(_request: Request) -> Response:
    return PlainTextResponse("seen")


def users_of_a_page(folder: Path) -> UsersFile:
    """Write a file of an operator, anna, and a viewer, bruno, whose passwords cost little to check."""
    users = UsersFile(folder / "users.json")
    with pytest.MonkeyPatch.context() as cheap:
        cheap.setattr(sessions, "_COST", 1 << 4)
        users.put("anna", "operator", ANNA)
        users.put("bruno", "viewer", BRUNO)
    return users


class GuardedPage:
    """A page with one route to look at and to change something."""

    def __init__(
        self,
        users: UsersFile | None = None,
        proxy: TrustedProxy | None = None,
        more: Callable[[ConsoleLogin], Sequence[Route]] = lambda _login: (),
        *,
        tls: bool = False,
    ) -> None:
        self.clock = Clock()
        self.login = ConsoleLogin(users, proxy, OneThread("passwords"), tls=tls, now_s=self.clock)
        guarded = [Route("/look", _look), Route("/change", _look, methods=["POST"]), *more(self.login)]
        self.app: ASGIApp = web_app(
            [*user_routes(self.login), Mount("/api", routes=guarded, middleware=[Middleware(UserGuard, login=self.login)])]
        )


class Browser:
    """Keeps its cookie and token."""

    def __init__(self, page: GuardedPage) -> None:
        self.page, self.cookie, self.csrf = page, "", ""

    async def get(self, path: str, **headers: str) -> Answer:
        return await request(self.page.app, path, headers={"cookie": self.cookie, **_dashed(headers)})

    async def post(self, path: str, body: object = None, **headers: str) -> Answer:
        own = {"cookie": self.cookie, "origin": "http://street", "x-csrf-token": self.csrf}
        return await request(self.page.app, path, "POST", headers={**own, **_dashed(headers)}, body=[msgspec.json.encode(body)])

    async def log_in(self, name: str, password: str) -> Answer:
        answer = await self.post("/api/login", {"name": name, "password": password})
        if answer.status == 200:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
            self.csrf = content(answer)["csrf"]
        return answer


def content(answer: Answer) -> Any:
    return msgspec.json.decode(answer.body)


def _dashed(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
