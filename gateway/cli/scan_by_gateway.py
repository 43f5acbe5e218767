"""A scan that the running gateway does, on a line that it polls: started, printed and stopped over its local API."""

import asyncio
from http.client import HTTPException

import msgspec

from gateway.cli.common import in_language
from gateway.cli.local import LocalGateway
from gateway.cli.scan_output import ScanPrinter
from gateway.provision.scan.events import ScanEnd, ScanEvent
from gateway.web.technician.scan_routes import ScanAsk, ScanView


async def scan_by_gateway(local: LocalGateway, ask: ScanAsk, printer: ScanPrinter, stop: asyncio.Event) -> ScanEnd:
    """Let the gateway scan until it has ended or `stop` is set, and return how it ended.

    Raises:
        LocalError: the gateway can't start the scan.
    """
    await asyncio.to_thread(local.post, "/api/scan/start", ask)
    stopping = asyncio.create_task(_stop(local, stop))
    try:
        return await asyncio.to_thread(_print_events, local, printer)
    finally:
        stopping.cancel()


async def _stop(local: LocalGateway, stop: asyncio.Event) -> None:
    await stop.wait()
    await asyncio.to_thread(local.post, "/api/scan/stop", None)


def _print_events(local: LocalGateway, printer: ScanPrinter) -> ScanEnd:
    """Print what the gateway tells until the scan ends."""
    devices = 0
    try:
        for kind, data in local.events("/api/scan/events"):
            for told in _events_of(kind, data):
                devices += told.found is not None
                printer.show(told)
                if told.end is not None:
                    return told.end
    except (OSError, HTTPException):
        pass  # it was stopped, as if it had ended the stream
    return ScanEnd(complete=False, devices=devices, problem=in_language("the gateway has stopped", "il gateway si è fermato"))


def _events_of(kind: str, data: object) -> list[ScanEvent]:
    """Return what is to be printed of a server-sent event: of the state at first, everything so far."""
    if kind == "scan":
        return [msgspec.convert(data, ScanEvent)]
    if kind != "state":
        return []
    view = msgspec.convert(data, ScanView)
    so_far = [ScanEvent(found=found) for found in view.found]
    return [*so_far, ScanEvent(end=view.end)] if view.end is not None else so_far
