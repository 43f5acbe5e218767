"""An update that the running gateway does, on a line that it polls: started, followed and stopped over its local API."""

import asyncio
import contextlib
from http.client import HTTPException

import msgspec

from firmware_tools.cli.flash_output import FlashPrinter
from firmware_tools.flash.preparation.plan import FlashPlan
from firmware_tools.flash.progress import UpdateView
from gateway.cli.common import fail, in_language
from gateway.cli.local import LocalError, LocalGateway
from gateway.web.firmware.routes import DeviceAsk, FirmwareView, FlashAsk

_GONE = (OSError, HTTPException)
"""Errors of a gateway that has stopped, or hangs."""

_ANSWER_S = 120.0
"""How long an answer may take: a device is asked what it is, a repository is read, and a chunk is finished."""


async def plan_by_gateway(local: LocalGateway, ask: FlashAsk) -> FlashPlan:
    """Let the gateway say what an update would do. Ends with exit code 1 if that is not possible."""
    try:
        return await asyncio.to_thread(local.within(_ANSWER_S).post, "/api/firmware/plan", ask, FlashPlan)
    except LocalError as error:
        fail(str(error))
    except _GONE as error:
        fail(_away(error))


async def flash_by_gateway(local: LocalGateway, ask: FlashAsk, printer: FlashPrinter, stop: asyncio.Event) -> UpdateView:
    """Let the gateway update a device, and return its last view. `stop` stops the update; if this command is killed, it goes on."""
    try:
        await asyncio.to_thread(local.within(_ANSWER_S).post, "/api/firmware/start", ask)
    except LocalError as error:
        fail(str(error))
    except _GONE as error:
        fail(_away(error))
    stopping = asyncio.create_task(_pause_when(stop, local, ask.device))
    following = asyncio.create_task(asyncio.to_thread(_follow, local, ask.device, printer))
    try:
        await asyncio.wait((stopping, following), return_when=asyncio.FIRST_COMPLETED)
        return await following
    finally:
        stopping.cancel()


async def _pause_when(stop: asyncio.Event, local: LocalGateway, device: str) -> None:
    await stop.wait()
    with contextlib.suppress(LocalError, *_GONE):  # it has ended already
        await asyncio.to_thread(local.within(_ANSWER_S).post, "/api/firmware/pause", DeviceAsk(device=device))


def _follow(local: LocalGateway, device: str, printer: FlashPrinter) -> UpdateView:
    """Print what the gateway reports of a device until its update ends."""
    try:
        for kind, data in local.events("/api/firmware/events"):
            views = msgspec.convert(data, FirmwareView).updates if kind == "state" else [msgspec.convert(data, UpdateView)]
            for view in views:
                if view.device == device:
                    printer.show(view)
                    if view.result is not None:
                        return view
    except _GONE:
        pass  # as if it had ended the stream
    return fail(
        in_language(
            "the gateway has stopped; the update goes on when it runs again",
            "il gateway si è fermato; l'aggiornamento riprende quando è di nuovo attivo",
        )
    )


def _away(error: Exception) -> str:
    return in_language(f"the gateway does not answer: {error}", f"il gateway non risponde: {error}")
