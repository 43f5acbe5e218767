"""What is wrong with the machine and its gateway, and what to do."""

from collections.abc import Sequence
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.doctor.check import CheckResult
from gateway.web.json_api import json_response


class DoctorService(Protocol):
    """Examines the machine and the running gateway."""

    async def checks(self) -> Sequence[CheckResult]:
        """Return all checks; takes up to eight seconds."""
        ...


def routes(service: DoctorService) -> list[BaseRoute]:
    """Return the routes of this room."""

    async def checks(_request: Request) -> Response:
        return json_response({"checks": await service.checks()})

    return [Route("/api/doctor/checks", checks)]
