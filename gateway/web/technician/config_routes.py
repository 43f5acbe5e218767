"""The configuration of the gateway: staged, shown as differences, applied on trial, confirmed or undone."""

from typing import Annotated, Literal, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.web.json_api import body_as, json_response

_Why = Annotated[str, msgspec.Meta(max_length=200)]


class DifferenceView(msgspec.Struct, kw_only=True):
    """One thing that differs, with a sentence in English and Italian. What was and what is are as people write them."""

    kind: Literal["line", "device", "asset", "key"]
    name: str
    what: Literal["added", "removed", "changed"]
    key: str
    before: str | None
    after: str | None
    en: str
    it: str


class ProblemView(msgspec.Struct):
    """Why a text can't be applied: the place in it, what is wrong, and what to write instead, in English and Italian."""

    line: int
    column: int
    what: str
    instead: str
    what_it: str
    instead_it: str


class StagedView(msgspec.Struct):
    """A text that is staged: its hash, how it differs from the site file, what keeps it from being applied, and the lines that differ."""

    hash: str
    differences: list[DifferenceView]
    diff: str
    problems: list[ProblemView]
    lines: list[str] = []


class TrialView(msgspec.Struct):
    """A change on trial, and how many seconds are left to confirm it."""

    old: str
    new: str
    by: str
    why: str
    at_ms: int
    left_s: float
    confirms: str


class ChangeView(msgspec.Struct):
    """A change that is over: from one hash to another, by whom (a role), why, when, and what became of it."""

    number: int
    old: str
    new: str
    by: str
    why: str
    at_ms: int
    outcome: Literal["confirmed", "undone", "superseded"]
    reason: str


class ConfigurationView(msgspec.Struct):
    """The site file, what is staged and what is on trial."""

    hash: str
    text: str
    staged: StagedView | None
    trial: TrialView | None


class AppliedLines(msgspec.Struct):
    """Why what is staged is applied, for the log, and the lines whose changes alone are; all of it if there are none."""

    why: _Why = ""
    lines: Annotated[list[str], msgspec.Meta(max_length=100)] = []


class StagedText(msgspec.Struct):
    """A whole site file to stage."""

    text: str


class WantedChange(msgspec.Struct):
    """The reason of a change, for the log."""

    why: _Why = ""


class ConfigurationService(Protocol):
    """Changes the configuration of a running gateway."""

    async def view(self) -> ConfigurationView:
        """Return the present configuration."""
        ...

    async def log(self) -> list[ChangeView]:
        """Return the changes, the newest last."""
        ...

    async def stage(self, text: str) -> StagedView:
        """Stage a text instead of any other."""
        ...

    async def discard(self) -> None:
        """Forget what is staged."""
        ...

    async def apply(self, why: str, lines: list[str]) -> TrialView:
        """Apply on trial what is staged, or of it only what changes some lines; the rest stays staged."""
        ...

    async def confirm(self) -> None:
        """Confirm what is on trial."""
        ...

    async def undo(self, why: str) -> TrialView | None:
        """Undo what is on trial, or else change back, on trial, to the configuration before."""
        ...


def routes(service: ConfigurationService) -> list[BaseRoute]:
    """Return the routes of this room."""

    async def view(_request: Request) -> Response:
        return json_response(await service.view())

    async def log(_request: Request) -> Response:
        return json_response(await service.log())

    async def stage(request: Request) -> Response:
        return json_response(await service.stage((await body_as(request, StagedText)).text))

    async def discard(_request: Request) -> Response:
        await service.discard()
        return Response(status_code=204)

    async def apply(request: Request) -> Response:
        asked = await body_as(request, AppliedLines)
        return json_response(await service.apply(asked.why, asked.lines))

    async def confirm(_request: Request) -> Response:
        await service.confirm()
        return Response(status_code=204)

    async def undo(request: Request) -> Response:
        return json_response(await service.undo((await body_as(request, WantedChange)).why))

    return [
        Route("/api/config", view),
        Route("/api/config/log", log),
        Route("/api/config/stage", stage, methods=["POST"]),
        Route("/api/config/discard", discard, methods=["POST"]),
        Route("/api/config/apply", apply, methods=["POST"]),
        Route("/api/config/confirm", confirm, methods=["POST"]),
        Route("/api/config/undo", undo, methods=["POST"]),
    ]
