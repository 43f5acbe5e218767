"""A scan that the running gateway does, on a line that it polls: started, printed and stopped over its local API."""

import asyncio
import contextlib
from http.client import HTTPException

import msgspec

from gateway.cli.common import fail, in_language
from gateway.cli.local import LocalError, LocalGateway
from gateway.cli.scan_output import ScanPrinter
from gateway.provision.scan.events import ScanEnd, ScanEvent
from gateway.web.technician.scan_routes import ScanAsk, ScanView

_GONE = (OSError, HTTPException)
"""Errors of a gateway that has stopped, or hangs."""


async def scan_by_gateway(local: LocalGateway, ask: ScanAsk, printer: ScanPrinter, stop: asyncio.Event) -> ScanEnd:
    """Let the gateway scan until it has ended or `stop` is set, and return how it ended. Ends with exit code 1 if it can't be started.

    However this ends, the gateway does not go on with a scan that nobody reads.
    """
    try:
        await asyncio.to_thread(local.post, "/api/scan/start", ask)
    except LocalError as error:
        fail(str(error))
    except _GONE as error:
        await _stop(local)  # it may have started, and answered too late
        fail(in_language(f"the gateway does not answer: {error}", f"il gateway non risponde: {error}"))
    stopping = asyncio.create_task(_stop_when(stop, local))
    try:
        end = await asyncio.to_thread(_print_events, local, printer)
    except BaseException:
        await _stop(local)  # nobody reads what is printed any more
        raise
    finally:
        stopping.cancel()
    return end


async def _stop_when(stop: asyncio.Event, local: LocalGateway) -> None:
    await stop.wait()
    await _stop(local)


async def _stop(local: LocalGateway) -> None:
    with contextlib.suppress(LocalError, *_GONE):  # then it has ended already, or does so by itself when nobody follows it
        await asyncio.to_thread(local.post, "/api/scan/stop", None)


def _print_events(local: LocalGateway, printer: ScanPrinter) -> ScanEnd:
    """Print what the gateway reports until the scan ends."""
    devices = 0
    try:
        for kind, data in local.events("/api/scan/events"):
            for reported in _events_of(kind, data):
                devices += reported.found is not None
                printer.show(reported)
                if reported.end is not None:
                    return reported.end
    except _GONE:
        pass  # as if it had ended the stream
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
