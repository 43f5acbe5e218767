"""The firmware of devices: updates that are planned, started, followed and paused. There is one at a time on each line."""

from typing import Annotated, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from firmware_tools.flash.preparation.plan import FlashPlan
from firmware_tools.flash.progress import UpdateView
from gateway.web.json_api import body_as, json_response

LARGEST_IMAGE_BYTES = 4 << 20
"""More than the flash memory of any product of `device_profiles/`."""

_Text = Annotated[str, msgspec.Meta(max_length=256)]


class FlashAsk(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which device to update, and how; see `firmware flash --help`.

    Args:
        device: the device.
        by: who asks.
        version: the version of the repository; by default, the newest, or that of an update that has not ended.
        image: a file that no repository has signed, instead; the site must allow that.
        image_name: its name.
        reinstall: whether the device is updated although it has this version.
        older: whether the version may be older than the device's.
        exclusive: whether the line's other devices may be left alone meanwhile, if the device's bootloader needs that.
    """

    device: _Text
    by: _Text
    version: _Text | None = None
    image: Annotated[bytes, msgspec.Meta(max_length=LARGEST_IMAGE_BYTES)] | None = None
    image_name: _Text = "firmware.bin"
    reinstall: bool = False
    older: bool = False
    exclusive: bool = False


class DeviceAsk(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The device that is meant."""

    device: _Text


class FirmwareView(msgspec.Struct, kw_only=True):
    """The updates that are under way, wait for their line, or have not ended; and the last of each device that have."""

    updates: list[UpdateView]


class FirmwareService(Protocol):
    """Updates devices."""

    async def plan(self, ask: FlashAsk) -> FlashPlan:
        """Return what an update would do. Raises ApiError: it is not possible."""
        ...

    async def start(self, ask: FlashAsk) -> FirmwareView:
        """Begin an update, or go on with it. Raises ApiError: it can't begin."""
        ...

    async def pause(self, device: str) -> FirmwareView:
        """Stop the update of a device between two chunks, and wait until it has stopped."""
        ...

    def state(self) -> FirmwareView:
        """Return all updates."""
        ...

    def events(self) -> Response:
        """Return the stream of events: `state` with a FirmwareView at first, and `update` with each UpdateView."""
        ...


def routes(service: FirmwareService) -> list[BaseRoute]:
    """Return the routes that show updates."""

    async def state(_request: Request) -> Response:
        return json_response(service.state())

    async def events(_request: Request) -> Response:
        return service.events()

    return [Route("/api/firmware/state", state), Route("/api/firmware/events", events)]


def socket_routes(service: FirmwareService) -> list[BaseRoute]:
    """Return the routes that change devices: for programs of this machine alone."""

    async def plan(request: Request) -> Response:
        return json_response(await service.plan(await body_as(request, FlashAsk)))

    async def start(request: Request) -> Response:
        return json_response(await service.start(await body_as(request, FlashAsk)))

    async def pause(request: Request) -> Response:
        return json_response(await service.pause((await body_as(request, DeviceAsk)).device))

    return [
        Route("/api/firmware/plan", plan, methods=["POST"]),
        Route("/api/firmware/start", start, methods=["POST"]),
        Route("/api/firmware/pause", pause, methods=["POST"]),
    ]
