"""The composition of the local API and the technician's page: the services of the running gateway, and where they are served."""

import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NamedTuple

from starlette.routing import BaseRoute

from gateway.config.site_file import EdgeSite
from gateway.edge.commissioning import LocalCommissioning
from gateway.edge.configuration.orders import CentreOrders
from gateway.edge.firmware.composition import firmware_of_devices
from gateway.edge.firmware.room import LocalFirmware
from gateway.edge.report.service import LocalReports
from gateway.edge.services.charts import LocalCharts
from gateway.edge.services.codes import CodeFiles, LabelCodes
from gateway.edge.services.diagnostics import LocalDiagnostics
from gateway.edge.services.doctor import LocalDoctor
from gateway.edge.services.enrolment import LocalEnrolment
from gateway.edge.services.hexlog import LocalHexLog
from gateway.edge.services.identify import LedIdentify
from gateway.edge.services.lines import LocalLines, LocalRegisters
from gateway.edge.services.parts import Present
from gateway.edge.services.process import LocalLog, LocalRestart
from gateway.edge.services.scan import LineScanService
from gateway.edge.services.state import LocalStateService
from gateway.edge.street_map import LocalStreetMap
from gateway.host.files import SecretError
from gateway.host.http.tls import TlsFiles
from gateway.host.http.unix_socket import SocketInUse
from gateway.host.http_server import ListenError, serving, serving_at
from gateway.host.machine import host_name
from gateway.model.site.pages import PageSettings
from gateway.staging.configuration import Configuration
from gateway.web.built_page import page_routes
from gateway.web.firmware import routes as firmware_routes
from gateway.web.technician import (
    charts_routes,
    commission_routes,
    config_routes,
    enrolment_routes,
    lines_routes,
    machine_routes,
    map_routes,
    report_routes,
    scan_routes,
    session_routes,
    state_routes,
    upkeep_routes,
)
from gateway.web.technician.app import local_api, technician_app
from gateway.web.technician.login import PageLogin

log = logging.getLogger(__name__)

CONTROL_SOCKET = "control.sock"
"""The name of the socket in the folder `state` of a gateway."""


class _Rooms(NamedTuple):
    """The routes that socket and page have, and those of the socket alone."""

    shared: list[BaseRoute]
    of_socket: list[BaseRoute]


@contextlib.asynccontextmanager
async def serving_technician(present: Present) -> AsyncIterator[None]:
    """Serve the local API and, if the site has one, the page until the context exits.

    A gateway whose API or page can't be served reads and sends all the same.
    """
    site = present().site
    codes = LabelCodes(CodeFiles(site.state))
    async with contextlib.AsyncExitStack() as servers, firmware_of_devices(present) as firmware, _rooms(present, firmware) as rooms:
        servers.callback(codes.close)
        await _serve_socket(servers, site, [*rooms.shared, *rooms.of_socket], codes)
        if site.page is not None:
            await _serve_page(servers, site, site.page, rooms.shared, codes)
        yield


@contextlib.asynccontextmanager
async def _rooms(present: Present, firmware: LocalFirmware) -> AsyncIterator[_Rooms]:
    """Yield the routes of every room. Their streams end with the context, before the servers, which would wait for them."""
    state, lines, log_, hexlog = LocalStateService(present), LocalLines(present), LocalLog(), LocalHexLog(present)
    charts, doctor, scan = LocalCharts(present), LocalDoctor(present), LineScanService(present)
    diagnostics = LocalDiagnostics(present, state, lines, log_, doctor)
    site = present().site
    identify = LedIdentify(site.state)
    await identify.recover()
    configuration = Configuration(site.file, site.state)
    orders = CentreOrders(present, configuration)
    present().inbox.on_order = orders.receive
    await orders.live.resume()
    registers = LocalRegisters(present)
    try:
        shared = [
            *state_routes.routes(state),
            *map_routes.routes(LocalStreetMap(present)),
            *lines_routes.routes(lines, hexlog, registers),
            *charts_routes.routes(charts),
            *config_routes.routes(orders.live),
            *scan_routes.routes(scan),
            *commission_routes.routes(LocalCommissioning(present, configuration)),
            *machine_routes.routes(doctor, identify),
            *enrolment_routes.routes(LocalEnrolment(present, configuration)),
            *firmware_routes.routes(firmware),
            *report_routes.routes(LocalReports(present)),
            *upkeep_routes.routes(log_, LocalRestart(site.id.gateway), diagnostics),
        ]
        yield _Rooms(shared, [*lines_routes.socket_routes(registers), *firmware_routes.socket_routes(firmware)])
    finally:
        for service in (state, log_, hexlog, scan, orders, identify):
            await service.close()
        charts.close()
        diagnostics.close()


async def _serve_socket(stack: contextlib.AsyncExitStack, site: EdgeSite, rooms: Sequence[BaseRoute], codes: LabelCodes) -> None:
    app = local_api([*session_routes.socket_routes(codes, site.id.gateway), *rooms])
    try:
        await stack.enter_async_context(serving_at(app, _socket_in(site.state)))
    except (SocketInUse, OSError) as error:
        log.warning("commands can't reach this gateway: %s", error)


async def _serve_page(
    stack: contextlib.AsyncExitStack, site: EdgeSite, page: PageSettings, rooms: Sequence[BaseRoute], codes: LabelCodes
) -> None:
    codes.login = login = PageLogin(codes, tls=page.tls is not None)
    app = technician_app(rooms, [*session_routes.login_routes(login, site.id.gateway), *page_routes("technician")], login)
    codes.prepare()
    try:
        tls = TlsFiles(Path(page.tls.cert), Path(page.tls.key)) if page.tls is not None else None
        await stack.enter_async_context(serving(app, page.listen, _names(site, page), "page.hosts", tls))
    except (ListenError, SecretError) as error:
        log.warning("the technician's page is not served: %s", error)
    else:
        log.info("the technician's page is at %s", page.listen)


def _socket_in(state: Path) -> Path:
    state.mkdir(parents=True, exist_ok=True)
    return state / CONTROL_SOCKET


def _names(site: EdgeSite, page: PageSettings) -> set[str]:
    """Return the names under which the page answers besides its addresses; `.local` is that of multicast DNS (RFC 6762)."""
    own = {host_name().lower(), site.id.gateway.lower()}
    return {*own, *(f"{name}.local" for name in own), *page.hosts}
