"""The report of the installation: made now, the newest as JSON or as a page to print, and sent to the centre."""

import re
from typing import Annotated, Literal, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.model.messages import ReportedPhoto
from gateway.web.json_api import ApiError, body_as, json_response

SHA256 = r"^[0-9a-f]{64}\Z"


class ReportAsk(msgspec.Struct, forbid_unknown_fields=True):
    """In which role the report is made, and the hash of its photo."""

    role: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z -]{0,39}\Z")] = "installer"
    photo: Annotated[str, msgspec.Meta(pattern=SHA256)] | None = None


class SentReport(msgspec.Struct):
    """Whether the broker has the newest report."""

    sent: bool


class ReportService(Protocol):
    """Makes reports, and shows the newest."""

    async def add_photo(self, content: bytes) -> ReportedPhoto:
        """Keep a JPEG for the next report."""
        ...

    async def photo(self, sha256: str) -> bytes:
        """Return the JPEG with a hash."""
        ...

    async def make(self, role: str, photo: str | None) -> bytes:
        """Make a report, with the photo of a hash, and return its file: a signed report as JSON."""
        ...

    async def newest(self) -> bytes:
        """Return the file of the newest report."""
        ...

    async def page(self, language: Literal["en", "it"]) -> str:
        """Return the page of the newest report."""
        ...

    async def send(self) -> bool:
        """Send the newest report to the centre; return whether the broker has it."""
        ...


def routes(service: ReportService) -> list[BaseRoute]:
    """Return the routes of this room."""

    async def make(request: Request) -> Response:
        asked = await body_as(request, ReportAsk)
        return _file(await service.make(asked.role, asked.photo))

    async def add_photo(request: Request) -> Response:
        return json_response(await service.add_photo(await request.body()))

    async def photo(request: Request) -> Response:
        asked = request.query_params.get("sha256", "")
        if not re.match(SHA256, asked):
            raise ApiError(400, "'sha256' is the hash of a photo", "'sha256' è l'hash di una foto")
        return Response(await service.photo(asked), headers=_NOT_KEPT, media_type="image/jpeg")

    async def newest(_request: Request) -> Response:
        return _file(await service.newest())

    async def page(request: Request) -> Response:
        return HTMLResponse(await service.page("it" if request.query_params.get("language") == "it" else "en"), headers=_NOT_KEPT)

    async def send(_request: Request) -> Response:
        return json_response(SentReport(await service.send()))

    return [
        Route("/api/report", newest),
        Route("/api/report/page", page),
        Route("/api/report/photo", photo),
        Route("/api/report/photo", add_photo, methods=["POST"]),
        Route("/api/report/make", make, methods=["POST"]),
        Route("/api/report/send", send, methods=["POST"]),
    ]


_NOT_KEPT = {"cache-control": "no-store"}


def _file(content: bytes) -> Response:
    return Response(content, headers=_NOT_KEPT, media_type="application/json")
