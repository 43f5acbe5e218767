"""The scan of a line: which ports there are, and a scan that is started, followed and stopped. There is one at a time."""

from typing import Annotated, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.provision.findings import Found
from gateway.provision.scan.events import ScanEnd, ScanProgress
from gateway.web.json_api import body_as, json_response

_Text = Annotated[str, msgspec.Meta(max_length=256)]
_Units = Annotated[str, msgspec.Meta(max_length=2000)]
_Patience = Annotated[float, msgspec.Meta(gt=0, le=60)]


class PortView(msgspec.Struct, kw_only=True):
    """A serial port of this machine.

    Args:
        path: its device file, such as `/dev/ttyUSB0`.
        stable: its path by the socket that it is plugged into, which stays the same; None if it has none.
        line: the line of the site that uses it; None if it is free.
    """

    path: str
    stable: str | None
    description: str
    serial_number: str | None
    line: str | None


class ScanAsk(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to scan, and how; see `gateway scan --help`. Exactly one of `target` and `line` is set.

    Args:
        target: a serial port, or HOST[:PORT].
        line: a line of the site.
        units: addresses, such as `1-32,45`; by default, common ones, or all if `full`.
        timeout_s: how long a device may take to respond; by default, as long as is usual for the kind of line.
    """

    target: _Text | None = None
    line: _Text | None = None
    rtu_over_tcp: bool = False
    full: bool = False
    units: _Units | None = None
    listen_s: Annotated[float, msgspec.Meta(ge=0, le=600)] = 3.0
    timeout_s: _Patience | None = None
    anyway: bool = False
    resume: bool = False


class ScanView(msgspec.Struct, kw_only=True):
    """The scan that runs, or the last one since the gateway was started.

    Args:
        target: the port or endpoint; None if there was none.
        rtu_over_tcp: it is a serial device server.
        line: the line of the site that it is, whose devices are polled beside it.
    """

    running: bool = False
    target: str | None = None
    rtu_over_tcp: bool = False
    line: str | None = None
    found: list[Found] = []
    progress: ScanProgress | None = None
    end: ScanEnd | None = None


class ScanService(Protocol):
    """Scans lines, one at a time."""

    async def ports(self) -> list[PortView]:
        """Return the serial ports of this machine."""
        ...

    async def start(self, ask: ScanAsk) -> ScanView:
        """Start a scan.

        Raises:
            ApiError: it can't be started.
        """
        ...

    async def stop(self) -> ScanView:
        """Stop the scan that runs, if one does, and wait until it has ended."""
        ...

    def state(self) -> ScanView:
        """Return the scan that runs, or the last one."""
        ...

    def events(self) -> Response:
        """Return the stream of events: `state` with a ScanView, at first and when a scan starts, and `scan` with each ScanEvent."""
        ...


def routes(service: ScanService) -> list[BaseRoute]:
    """Return the routes of this room."""

    async def ports(_request: Request) -> Response:
        return json_response(await service.ports())

    async def state(_request: Request) -> Response:
        return json_response(service.state())

    async def start(request: Request) -> Response:
        return json_response(await service.start(await body_as(request, ScanAsk)))

    async def stop(_request: Request) -> Response:
        return json_response(await service.stop())

    async def events(_request: Request) -> Response:
        return service.events()

    return [
        Route("/api/scan/ports", ports),
        Route("/api/scan/state", state),
        Route("/api/scan/events", events),
        Route("/api/scan/start", start, methods=["POST"]),
        Route("/api/scan/stop", stop, methods=["POST"]),
    ]
