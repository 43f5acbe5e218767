"""The lines: their quality, what passes on them as it happens, and raw requests between two polls. On the page, nothing here writes."""

from typing import Annotated, Literal, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.fieldbus.line.commands import Outcome
from gateway.web.json_api import ApiError, body_as, json_response

ReadTable = Literal["coil", "discrete", "holding", "input"]


class RegisterRead(msgspec.Struct):
    """What is read: a device, a table, the first address on the wire, and how many registers or bits."""

    device: Annotated[str, msgspec.Meta(max_length=200)]
    table: ReadTable
    address: Annotated[int, msgspec.Meta(ge=0, le=0xFFFF)]
    count: Annotated[int, msgspec.Meta(ge=1, le=2000)] = 1


class RawAsk(msgspec.Struct, forbid_unknown_fields=True):
    """A raw request to a device, in the words of `gateway ask`."""

    device: Annotated[str, msgspec.Meta(max_length=200)]
    words: Annotated[list[Annotated[str, msgspec.Meta(max_length=1000)]], msgspec.Meta(min_length=1, max_length=2000)]


class RegisterValues(msgspec.Struct):
    """What was read: registers in `words`, coils and discrete inputs in `bits`, or why nothing was.

    `status` is that of `gateway.fieldbus.line.commands.OutcomeStatus`; `exception` is the device's code, if it refused.
    """

    status: str
    reason: str
    exception: int | None
    words: list[int]
    bits: list[bool]


class LinesService(Protocol):
    """Knows how the lines of a running gateway are."""

    def report(self) -> object:
        """Return what `gateway watch --json` prints."""
        ...


class HexLogService(Protocol):
    """Shows what passes on the lines of a running gateway."""

    def line(self, line: str) -> Response:
        """Return the stream of a line; it raises ApiError (404) for an unknown one."""
        ...

    def device(self, device: str) -> Response:
        """Return the stream of a device; it raises ApiError (404) for an unknown one."""
        ...


class RegistersService(Protocol):
    """Reads registers through the owner of a line."""

    async def read(self, wanted: RegisterRead) -> RegisterValues:
        """Read; it raises ApiError for an unknown device (404), one that does not speak Modbus (409), or too many registers (400)."""
        ...


class RawRequestService(Protocol):
    """Sends raw requests through the owner of a line."""

    async def ask(self, wanted: RawAsk) -> Outcome:
        """Send a request; it raises ApiError for an unknown device (404), one that does not speak Modbus (409), or other words (400)."""
        ...


def socket_routes(service: RawRequestService) -> list[BaseRoute]:
    """Return the routes of the socket alone: who reaches that may write to devices."""

    async def ask(request: Request) -> Response:
        return json_response(await service.ask(await body_as(request, RawAsk)))

    return [Route("/api/registers/ask", ask, methods=["POST"])]


def routes(lines: LinesService, hexlog: HexLogService, registers: RegistersService) -> list[BaseRoute]:
    """Return the routes of this room."""

    async def quality(_request: Request) -> Response:
        return json_response(lines.report())

    async def frames(request: Request) -> Response:
        line, device = request.query_params.get("line"), request.query_params.get("device")
        if (line is None) == (device is None):
            raise ApiError(400, "name a line or a device: ?line=… or ?device=…", "indica una linea o un dispositivo: ?line=… o ?device=…")
        return hexlog.line(line) if line is not None else hexlog.device(device or "")

    async def read(request: Request) -> Response:
        return json_response(await registers.read(await body_as(request, RegisterRead)))

    return [Route("/api/lines", quality), Route("/api/hexlog", frames), Route("/api/registers/read", read, methods=["POST"])]
