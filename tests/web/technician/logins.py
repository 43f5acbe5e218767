"""A page whose codes are known, and a person who uses it."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from gateway.web.technician.app import technician_app
from gateway.web.technician.login import PageLogin, PageRole
from gateway.web.technician.session_routes import login_routes
from tests.web.asgi import Answer, request

CODES: dict[str, PageRole] = {"TECH-0001": "technician", "READ-0001": "reader"}


class Clock:
    """A monotonic clock that tests move."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Known:
    """Knows the codes, and counts how often it is asked."""

    asked = 0

    async def role_of(self, code: str) -> PageRole | None:
        self.asked += 1
        return CODES.get(code)


async def _look(_request: Request) -> Response:
    return PlainTextResponse("seen")


async def _change(_request: Request) -> Response:
    return PlainTextResponse("changed")


class Page:
    """The page with two rooms, one to look at and one to change something."""

    def __init__(self, *rooms: Route, tls: bool = False) -> None:
        self.clock, self.codes = Clock(), Known()
        self.login = PageLogin(self.codes, tls=tls, now_s=self.clock)
        room = [Route("/api/look", _look), Route("/api/change", _change, methods=["POST"]), *rooms]
        self.app: ASGIApp = technician_app(room, login_routes(self.login, "gw-1"), self.login)


class Person:
    """A browser: keeps its cookie and token."""

    def __init__(self, page: Page) -> None:
        self.page, self.cookie, self.csrf = page, "", ""

    async def get(self, path: str) -> Answer:
        return await request(self.page.app, path, headers={"cookie": self.cookie})

    async def post(self, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        own = {"cookie": self.cookie, "origin": "http://street", "x-csrf-token": self.csrf}
        return await request(self.page.app, path, "POST", headers={**own, **(headers or {})}, body=[msgspec.json.encode(body)])

    async def log_in(self, code: str) -> Answer:
        answer = await self.post("/api/login", {"code": code})
        if answer.status == 200:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
            self.csrf = content(answer)["csrf"]
        return answer


def content(answer: Answer) -> Any:
    return msgspec.json.decode(answer.body)
