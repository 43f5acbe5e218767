"""The upkeep of the gateway's process: its log, its restart, and one file with everything that helps from afar."""

from typing import Annotated, Literal, Protocol, get_args

import msgspec
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.web.json_api import ApiError, body_as, json_response

LogLevel = Literal["info", "warning", "error"]


class LoggedRecord(msgspec.Struct):
    """One record of the log; numbers rise by one."""

    number: int
    t_ms: int
    level: str
    logger: str
    message: str


class LogService(Protocol):
    """Remembers the log of a running gateway."""

    def records(self, level: LogLevel, after: int) -> list[LoggedRecord]:
        """Return the records of a level or a higher one that come after a number, oldest first."""
        ...

    def events(self) -> Response:
        """Return a stream of events `records`: at first all, then new ones."""
        ...


class RestartConfirmation(msgspec.Struct):
    """The name of the gateway that is to be restarted."""

    confirm: Annotated[str, msgspec.Meta(max_length=200)]


class RestartService(Protocol):
    """Restarts a running gateway."""

    @property
    def gateway(self) -> str:
        """The name of the gateway."""
        ...

    @property
    def supervised(self) -> bool:
        """Whether systemd starts the gateway again when it ends."""
        ...

    def stop(self) -> None:
        """End the gateway orderly."""
        ...


class DiagnosticsService(Protocol):
    """Collects what a running gateway knows about itself."""

    @property
    def file_name(self) -> str:
        """The name of the file."""
        ...

    async def collect(self) -> bytes:
        """Return the file: a compressed tar archive."""
        ...


def routes(log: LogService, restart: RestartService, diagnostics: DiagnosticsService) -> list[BaseRoute]:
    """Return the routes of this room."""

    async def records(request: Request) -> Response:
        level, after = request.query_params.get("level", "info"), request.query_params.get("after", "0")
        if level not in get_args(LogLevel) or not (after.isdecimal() and len(after) < 16):
            levels = ", ".join(get_args(LogLevel))
            raise ApiError(400, f"'level' is one of {levels}, and 'after' a number", f"'level' è uno tra {levels}, e 'after' un numero")
        found: LogLevel = "error" if level == "error" else "warning" if level == "warning" else "info"
        return json_response(log.records(found, int(after)))

    async def record_events(_request: Request) -> Response:
        return log.events()

    async def stop_now() -> None:
        restart.stop()

    async def restart_now(request: Request) -> Response:
        confirmed = await body_as(request, RestartConfirmation)
        if confirmed.confirm != restart.gateway:
            raise ApiError(409, f"'confirm' must be the gateway's name, {restart.gateway}",
                           f"'confirm' deve essere il nome del gateway, {restart.gateway}")  # fmt: skip
        if not restart.supervised:
            raise ApiError(409, "systemd has not started this gateway and would not start it again; restart it by hand",
                           "questo gateway non è stato avviato da systemd, che non lo riavvierebbe; riavvialo a mano")  # fmt: skip
        response = json_response({"ok": True}, 202)
        response.background = BackgroundTask(stop_now)
        return response

    async def collected(_request: Request) -> Response:
        content = await diagnostics.collect()
        headers = {"content-disposition": f'attachment; filename="{diagnostics.file_name}"', "cache-control": "no-store"}
        return Response(content, headers=headers, media_type="application/gzip")

    return [
        Route("/api/log", records),
        Route("/api/log/events", record_events),
        Route("/api/restart", restart_now, methods=["POST"]),
        Route("/api/diagnostics", collected),
    ]
