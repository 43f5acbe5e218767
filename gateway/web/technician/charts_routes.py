"""Charts of the last day, from the journal."""

from typing import NamedTuple, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.web.json_api import ApiError, json_response

HOURS_MOST = 24


class ChartField(msgspec.Struct):
    """A field that can be drawn."""

    device: str
    asset: str
    measurement: str
    field: str
    unit: str | None


class ChartView(msgspec.Struct):
    """The points of a field from one time to another, oldest first; None instead of a value begins a gap."""

    from_ms: int
    to_ms: int
    unit: str | None
    every_s: float
    points: list[tuple[int, float | None]]


class ChartRequest(NamedTuple):
    """What is to be drawn, and for how many hours back."""

    device: str
    asset: str
    measurement: str
    field: str
    hours: float


class ChartsService(Protocol):
    """Reads the journal of a running gateway."""

    def fields(self) -> list[ChartField]:
        """Return what can be drawn."""
        ...

    async def chart(self, wanted: ChartRequest) -> ChartView:
        """Return a chart; it raises ApiError for an unknown field (404), and if another is being read or the journal can't be (503)."""
        ...


def routes(service: ChartsService) -> list[BaseRoute]:
    """Return the routes of this room."""

    async def fields(_request: Request) -> Response:
        return json_response(service.fields())

    async def points(request: Request) -> Response:
        return json_response(await service.chart(_wanted(request)))

    return [Route("/api/charts", fields), Route("/api/charts/points", points)]


def _wanted(request: Request) -> ChartRequest:
    """Return what a request asks for.

    Raises:
        ApiError: 400, a part is missing or wrong.
    """
    query = request.query_params
    try:
        wanted = ChartRequest(query["device"], query["asset"], query["measurement"], query["field"], float(query.get("hours", HOURS_MOST)))
    except (KeyError, ValueError) as error:
        raise _wrong() from error
    if not 0 < wanted.hours <= HOURS_MOST:
        raise _wrong()
    return wanted


def _wrong() -> ApiError:
    return ApiError(
        400,
        f"device, asset, measurement and field are required, and hours up to {HOURS_MOST}",
        f"servono device, asset, measurement e field, e hours fino a {HOURS_MOST}",
    )
