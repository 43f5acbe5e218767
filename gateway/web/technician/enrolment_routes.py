"""The enrolment of the gateway: an invitation in, a request out, an answer in. The private key is made here, and no route returns it."""

from typing import Annotated, Literal, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.web.json_api import body_as, json_response


class EnrolmentView(msgspec.Struct, kw_only=True):
    """How far the enrolment is.

    Args:
        user: the name under which this gateway enrols.
        state: `none`, `waiting` (a request waits for its answer) or `enrolled`.
        ends_ms: when the present certificate ends; None without one.
        in_use: the connection of the site file uses the identity.
        staged: the site file with the identity was put into the changes.
    """

    user: str
    state: Literal["none", "waiting", "enrolled"]
    ends_ms: int | None = None
    in_use: bool = False
    staged: bool = False


class TypedCode(msgspec.Struct, forbid_unknown_fields=True):
    """The one-time code of an invitation, as typed."""

    code: Annotated[str, msgspec.Meta(max_length=100)]


class EnrolmentService(Protocol):
    """Enrols the gateway.

    Every method may raise:
        ApiError: it is not possible; the sentence says why, and what to do.
    """

    async def view(self) -> EnrolmentView:
        """Return how far the enrolment is."""
        ...

    async def begin(self, code: str) -> EnrolmentView:
        """Make a key and a request with the code of an invitation."""
        ...

    async def accept(self, content: bytes) -> EnrolmentView:
        """Do what a file of an enrolment is for: begin with an invitation, or take the certificate of an answer into use."""
        ...

    async def request(self) -> bytes:
        """Return the file of the request that waits for its answer."""
        ...


def routes(service: EnrolmentService) -> list[BaseRoute]:
    """Return the routes of this room."""

    async def view(_request: Request) -> Response:
        return json_response(await service.view())

    async def code(request: Request) -> Response:
        return json_response(await service.begin((await body_as(request, TypedCode)).code))

    async def file(request: Request) -> Response:
        return json_response(await service.accept(await request.body()))

    async def made(_request: Request) -> Response:
        headers = {"cache-control": "no-store", "content-disposition": 'attachment; filename="request.json"'}
        return Response(await service.request(), headers=headers, media_type="application/json")

    return [
        Route("/api/enrolment", view),
        Route("/api/enrolment/code", code, methods=["POST"]),
        Route("/api/enrolment/file", file, methods=["POST"]),
        Route("/api/enrolment/request", made),
    ]
