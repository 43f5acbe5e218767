"""The machine: what is wrong with it and its gateway, and its LED, by which a technician finds it among several."""

from collections.abc import Sequence
from typing import Annotated, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.doctor.check import CheckResult
from gateway.web.json_api import body_as, json_response


class DoctorService(Protocol):
    """Examines the machine and the running gateway."""

    async def checks(self) -> Sequence[CheckResult]:
        """Return all checks; takes up to eight seconds."""
        ...


class IdentifyAsk(msgspec.Struct, forbid_unknown_fields=True):
    """How long the LED flashes."""

    seconds: Annotated[int, msgspec.Meta(ge=1, le=300)] = 15


class FlashingLed(msgspec.Struct):
    """The name of the LED that flashes, and for how long."""

    led: str
    seconds: int


class IdentifyService(Protocol):
    """Makes the machine visible among others."""

    async def flash(self, seconds: int) -> str:
        """Begin to flash an LED of the board, or go on for so long; return its name."""
        ...


def routes(doctor: DoctorService, identify: IdentifyService) -> list[BaseRoute]:
    """Return the routes of this room."""

    async def checks(_request: Request) -> Response:
        return json_response({"checks": await doctor.checks()})

    async def flash(request: Request) -> Response:
        asked = await body_as(request, IdentifyAsk)
        return json_response(FlashingLed(await identify.flash(asked.seconds), asked.seconds))

    return [Route("/api/doctor/checks", checks), Route("/api/identify", flash, methods=["POST"])]
