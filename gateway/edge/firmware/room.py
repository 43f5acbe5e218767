"""The room of the local API about the firmware of devices, for `gateway.web.firmware.routes`."""

import asyncio

from starlette.responses import Response

from firmware_tools.drivers.port import FirmwareIdentity
from firmware_tools.flash.errors import FlashRefused
from firmware_tools.flash.preparation.image_choice import ChosenImage
from firmware_tools.flash.preparation.plan import FlashPlan
from firmware_tools.flash.preparation.updatable import UpdatableDevice
from firmware_tools.flash.progress import UpdateView
from firmware_tools.image.image import FirmwareImage
from gateway.edge.firmware.service import FlashService, ImageChoice, UpdateWish
from gateway.edge.services.parts import Present
from gateway.web.event_stream import EventStream, event
from gateway.web.firmware.routes import FirmwareView, FlashAsk
from gateway.web.json_api import ApiError

_NOT_FOUND = "unknown_device"


class LocalFirmware:
    """Lets programs of this machine update devices, and shows everybody how far updates are."""

    def __init__(self, present: Present, updates: FlashService) -> None:
        self._present, self._updates = present, updates
        self._stream = EventStream(viewers_most=32)
        updates.on_view = self._report

    async def plan(self, ask: FlashAsk) -> FlashPlan:
        """Return what an update would do."""
        try:
            return await self._updates.plan(ask.device, self._wish(ask), _choice(ask))
        except FlashRefused as error:
            raise _answer(error) from error

    async def start(self, ask: FlashAsk) -> FirmwareView:
        """Begin an update, or go on with it."""
        try:
            self._updates.start(ask.device, self._wish(ask), _choice(ask))
        except FlashRefused as error:
            raise _answer(error) from error
        return await asyncio.to_thread(self.state)

    async def pause(self, device: str) -> FirmwareView:
        """Stop the update of a device between two chunks, and wait until it has stopped."""
        await self._updates.pause(device)
        return await asyncio.to_thread(self.state)

    def state(self) -> FirmwareView:
        """Return all updates."""
        return FirmwareView(updates=self._updates.views())

    def events(self) -> Response:
        """Return the stream of events."""
        return self._stream.response(lambda: event("state", self.state()))

    def close(self) -> None:
        """End every stream."""
        self._stream.close()

    def _report(self, view: UpdateView) -> None:
        self._stream.publish(event("update", view))

    def _wish(self, ask: FlashAsk) -> UpdateWish:
        """Return the wish.

        Raises:
            ApiError: the site accepts no image that nobody has signed.
        """
        if ask.image is not None and not self._present().site.firmware.unsigned:
            raise ApiError(
                403,
                "nobody has signed this image, and the gateway's site file does not allow that: set 'firmware: {unsigned: true}'",
                "nessuno ha firmato questa immagine, e il file del sito del gateway non lo permette: scrivi 'firmware: {unsigned: true}'",
            )
        return UpdateWish(by=ask.by, reinstall=ask.reinstall, older=ask.older, exclusive=ask.exclusive)


def _choice(ask: FlashAsk) -> ImageChoice:
    """Return what chooses the image that somebody has asked for."""

    async def choose(updates: FlashService, found: UpdatableDevice, identity: FirmwareIdentity) -> ChosenImage:
        if ask.image is not None:
            return ChosenImage(FirmwareImage(ask.image, ask.image_name))
        return await updates.suitable_image(found, identity, ask.version)

    return choose


def _answer(error: FlashRefused) -> ApiError:
    return ApiError(404 if error.code == _NOT_FOUND else 409, str(error), error.italian)
