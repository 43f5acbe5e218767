"""Updates of devices by the running gateway, on the lines that it polls: at most one at a time on a line, the others wait.

An update that was interrupted, or under way when the gateway stopped or was killed, goes on by itself: a device is never left in its
bootloader. One that a person has stopped waits until it is asked for again.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import msgspec

from firmware_tools.drivers.port import FirmwareIdentity
from firmware_tools.flash.audit import AuditFile
from firmware_tools.flash.errors import FlashFailed, FlashRefused
from firmware_tools.flash.flasher import UpdateSurroundings
from firmware_tools.flash.line_use import LentLine
from firmware_tools.flash.preparation.image_choice import (
    ChosenImage,
    newest_image,
    refused_repository,
    unfinished_image,
    verified_image,
)
from firmware_tools.flash.preparation.inspection import inspect
from firmware_tools.flash.preparation.plan import FlashPlan, planned
from firmware_tools.flash.preparation.updatable import UpdatableDevice
from firmware_tools.flash.progress import FlashResult, UpdateView, stored_view
from firmware_tools.flash.record import Reason, UpdateRecord
from firmware_tools.flash.record_files import UpdateFiles
from firmware_tools.flash.session import FlashOutcome, WantedUpdate, flash
from firmware_tools.repository.errors import RepositoryError
from gateway.edge.firmware.attempt import FollowUpdate, UpdateAttempt
from gateway.edge.firmware.orders import InspectedDevice
from gateway.edge.firmware.polled_devices import PolledDevices
from gateway.edge.firmware.repository import EdgeRepository
from gateway.edge.services.parts import Present
from gateway.host import clock
from gateway.host.stopping import WorkStopped, unless_stopped, wait_for_stop

log = logging.getLogger(__name__)

_RESCUE_AGAIN_S = 300.0
"""How long after an interruption an update goes on."""

_END_S = 2.0
"""How long a transfer may go on with its chunk when the gateway stops."""

Choose = Callable[[UpdatableDevice], Coroutine[Any, Any, ChosenImage]]


class UpdateWish(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants a device updated, and what they allow; see `WantedUpdate`. `exclusive`: the line's other devices may be left alone."""

    by: str
    reinstall: bool = False
    older: bool = False
    exclusive: bool = False


class FlashService:
    """Inspects and updates devices. `on_view` is told how far each update is."""

    def __init__(self, present: Present, repository: EdgeRepository) -> None:
        self._present, self._repository = present, repository
        state = present().site.state
        self._files, self._audit = UpdateFiles(state), AuditFile(state)
        self._attempts: dict[str, UpdateAttempt] = {}
        self._ended: dict[str, UpdateView] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._devices = PolledDevices(present)
        self._stop, self._background = asyncio.Event(), set[asyncio.Task[None]]()
        self.on_view: FollowUpdate = lambda _: None

    def resume(self) -> None:
        """Go on with the updates that have not ended, and count from now on how well devices answer."""
        for record in self._files.unfinished():
            self._go_on(record, after_s=0.0)
        self._in_background(self._devices.count(self._stop))

    async def close(self) -> None:
        """Stop everything; what is under way goes on at the next start."""
        self._stop.set()
        await asyncio.gather(*(one.abandon(_END_S) for one in [*self._attempts.values()]))
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    def views(self) -> list[UpdateView]:
        """Return the updates under way, and the last one of each other device."""
        stored = {record.device: stored_view(record) for record in self._files.records()}
        return list((stored | self._ended | {device: attempt.view for device, attempt in self._attempts.items()}).values())

    async def inspect(self, device: str) -> InspectedDevice:
        """Ask a device what it is.

        Raises:
            FlashRefused: it can't be asked.
        """
        self._free(device)
        found = self._devices.find(device)
        identity = await inspect(found.driver, self._devices.use(found, exclusive=False))
        return InspectedDevice(identity, found.line.id, found.carried_bytes_per_s(self._devices.share))

    async def update(self, device: str, target: str, sha256: str, progress: Callable[[int, int], None], by: str) -> FirmwareIdentity:
        """Bring a target of the repository to a device; cancelled, it ends between two chunks and can go on later.

        Raises:
            FlashRefused: nothing was touched.
            FlashFailed: it has begun, and did not succeed.
        """
        attempt = self._attempts.get(device)
        if attempt is None:
            attempt = self._begin(device, UpdateWish(by=by), partial(self._named, target, sha256), sha256)
        elif attempt.image != sha256:
            raise FlashRefused(
                "busy", f"{device} is being updated with another image", f"{device} è già in aggiornamento con un'altra immagine"
            )
        attempt.followers.append(lambda view: progress(view.done_bytes, view.total_bytes))
        try:
            outcome = await attempt.outcome()
        except asyncio.CancelledError:
            await attempt.end()
            raise
        except OSError as error:
            raise FlashFailed("no_disk", str(error), f"il disco dà errore: {error}", again=True) from error
        if outcome.result == "paused":
            raise FlashFailed("paused", "somebody has stopped the update", "qualcuno ha fermato l'aggiornamento", again=True)
        return outcome.identity or FirmwareIdentity(version=outcome.record.read_back)

    async def plan(self, device: str, wish: UpdateWish, choose: "ImageChoice") -> FlashPlan:
        """Return what an update would do.

        Raises:
            FlashRefused: it is not possible.
        """
        self._free(device)
        found = self._devices.find(device)
        identity = await inspect(found.driver, self._devices.use(found, exclusive=wish.exclusive))
        chosen = await choose(self, found, identity)
        around = self._devices.circumstances(found)
        return planned(_wanted(found, chosen, wish), found, self._files.load(device), identity, around, self._devices.share)

    def start(self, device: str, wish: UpdateWish, choose: "ImageChoice") -> None:
        """Begin an update, or go on with it, in the background.

        Raises:
            FlashRefused: it can't begin.
        """
        self._free(device)

        async def chosen(found: UpdatableDevice) -> ChosenImage:
            use = self._devices.use(found, exclusive=wish.exclusive)
            return await choose(self, found, await inspect(found.driver, use))

        self._begin(device, wish, chosen)

    async def pause(self, device: str) -> None:
        """Stop the update of a device between two chunks; it goes on when it is asked for again."""
        attempt = self._attempts.get(device)
        if attempt is not None:
            await attempt.end()
        await asyncio.to_thread(self._files.pause, device)

    def _free(self, device: str) -> None:
        if device in self._attempts:
            raise _busy(device)

    async def suitable_image(self, found: UpdatableDevice, identity: FirmwareIdentity, version: str | None) -> ChosenImage:
        """Return the image of an update that has not ended, or the newest of the repository, or that of a version."""
        unfinished = await asyncio.to_thread(unfinished_image, self._files, found.device.id, version)
        return unfinished or await newest_image(self._repository.refreshed, found.device.profile, identity, version)

    async def _named(self, target: str, sha256: str, found: UpdatableDevice) -> ChosenImage:
        unfinished = await asyncio.to_thread(unfinished_image, self._files, found.device.id, None)
        if unfinished is not None and unfinished.image.sha256 == sha256:
            return unfinished
        try:
            return await verified_image(*await self._repository.image(target, sha256))
        except RepositoryError as error:
            raise refused_repository(error) from error

    def _begin(self, device: str, wish: UpdateWish, choose: Choose, image: str | None = None) -> UpdateAttempt:
        found = self._devices.find(device)
        use = self._devices.use(found, exclusive=wish.exclusive)
        self._ended.pop(device, None)
        attempt = self._attempts[device] = UpdateAttempt(device, found.line.id, wish.by, image)
        attempt.followers.append(self.on_view)
        attempt.run(asyncio.create_task(self._attempt(attempt, found, use, wish, choose), name=f"update of {device}"))
        return attempt

    async def _attempt(
        self, attempt: UpdateAttempt, found: UpdatableDevice, use: LentLine, wish: UpdateWish, choose: Choose
    ) -> FlashOutcome:
        """Update a device when its line has no other update, and report how that ended."""
        device = found.device.id
        try:
            chosen = await unless_stopped(choose(found), attempt.stop)
            attempt.image = chosen.image.sha256
            await unless_stopped(self._turns[found.line.id].acquire(), attempt.stop)
            try:
                return await self._flash(attempt, found, use, _wanted(found, chosen, wish))
            finally:
                self._turns[found.line.id].release()
        except WorkStopped:
            attempt.report(msgspec.structs.replace(attempt.view, result="paused"))
            raise FlashFailed("paused", "it was stopped before it began", "è stato fermato prima di cominciare", again=True) from None
        except (FlashRefused, FlashFailed, OSError) as error:
            self._ended_badly(attempt, error)
            raise
        finally:
            self._ended[device] = self._attempts.pop(device).view
            log.info("update of %s by %s: %s", device, wish.by, attempt.view.result)

    async def _flash(self, attempt: UpdateAttempt, found: UpdatableDevice, use: LentLine, wanted: WantedUpdate) -> FlashOutcome:
        around = UpdateSurroundings(use, self._files, clock.now_ms, attempt.report)
        return await flash(wanted, found.driver, around, self._audit, self._devices.circumstances(found), attempt.stop)

    def _ended_badly(self, attempt: UpdateAttempt, error: FlashRefused | FlashFailed | OSError) -> None:
        """Report why an attempt has ended, unless that was reported; an interrupted one goes on later."""
        if attempt.view.result is None:
            code, italian = ("no_disk", str(error)) if isinstance(error, OSError) else (error.code, error.italian)
            reason = Reason(code, str(error), italian)
            result: FlashResult = "refused" if isinstance(error, FlashRefused) else "interrupted"
            attempt.report(msgspec.structs.replace(attempt.view, result=result, reason=reason))
        record = self._files.load(attempt.view.device)
        if record is not None and record.touched:
            self._go_on(record, after_s=_RESCUE_AGAIN_S)

    def _go_on(self, record: UpdateRecord, *, after_s: float) -> None:
        """Go on later with an update that has not ended, unless somebody has stopped it; help a device that is stuck."""
        if (record.touched or record.stuck) and not record.paused and not self._stop.is_set():
            self._in_background(self._rescue(record, after_s))

    async def _rescue(self, record: UpdateRecord, after_s: float) -> None:
        if await wait_for_stop(self._stop, after_s) or record.device in self._attempts:
            return

        async def kept(_: UpdatableDevice) -> ChosenImage:
            image = await asyncio.to_thread(self._files.image, record.image, record.name)
            if image is None:
                raise FlashRefused("no_image", "its image is gone: update it again", "la sua immagine non c'è più: aggiornalo di nuovo")
            return ChosenImage(image)

        if record.stuck and not await self._is_stuck(record.device):
            return
        wish = UpdateWish(by=record.by, reinstall=record.reinstall, older=True, exclusive=True)
        try:
            await self._begin(record.device, wish, kept, record.image).outcome()
        except (FlashRefused, FlashFailed, OSError) as error:
            log.warning("the update of %s does not go on: %s", record.device, error)

    async def _is_stuck(self, device: str) -> bool:
        """Return whether a device whose update failed is still in its bootloader."""
        try:
            found = self._devices.find(device)
            identity = await inspect(found.driver, self._devices.use(found, exclusive=True))
        except FlashRefused:
            return False  # it is gone, or can't be asked: nothing can be done for it now
        if not identity.in_bootloader:
            await asyncio.to_thread(self._files.release, device)
        return identity.in_bootloader

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


ImageChoice = Callable[[FlashService, UpdatableDevice, FirmwareIdentity], Coroutine[Any, Any, ChosenImage]]
"""Chooses the image for a device that has said what it is."""


def _busy(device: str) -> FlashRefused:
    return FlashRefused("busy", f"{device} is being updated", f"{device} è già in aggiornamento")


def _wanted(found: UpdatableDevice, chosen: ChosenImage, wish: UpdateWish) -> WantedUpdate:
    image, release = chosen
    return WantedUpdate(found.device.id, found.line.id, image, release, wish.by, wish.reinstall, wish.older)
