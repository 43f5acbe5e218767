"""The composition of the local API: the services of the running gateway, and where they are served."""

import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path

from gateway.edge.services.parts import Present
from gateway.edge.services.scan import LineScanService
from gateway.edge.services.state import LocalStateService
from gateway.host.http.unix_socket import SocketInUse
from gateway.host.http_server import serving_at
from gateway.web.technician import scan_routes, state_routes
from gateway.web.technician.app import local_api

log = logging.getLogger(__name__)

CONTROL_SOCKET = "control.sock"
"""The name of the socket in the folder `state` of a gateway."""


@contextlib.asynccontextmanager
async def serving_technician(present: Present) -> AsyncIterator[None]:
    """Serve the local API until the context exits. A gateway whose API can't be served reads and sends all the same."""
    state = LocalStateService(present)
    scan = LineScanService(present)
    app = local_api([*state_routes.routes(state), *scan_routes.routes(scan)])
    async with contextlib.AsyncExitStack() as served:
        try:
            await served.enter_async_context(serving_at(app, _socket_in(present().site.state)))
        except (SocketInUse, OSError) as error:
            log.warning("commands can't reach this gateway: %s", error)
        served.push_async_callback(state.close)
        served.push_async_callback(scan.close)
        yield


def _socket_in(state: Path) -> Path:
    state.mkdir(parents=True, exist_ok=True)
    return state / CONTROL_SOCKET
