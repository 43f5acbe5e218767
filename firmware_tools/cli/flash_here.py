"""An update by this process, on a line that no gateway uses now."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from firmware_tools.cli.flash_output import FlashPrinter
from firmware_tools.drivers.port import FirmwareIdentity
from firmware_tools.flash.audit import AuditFile
from firmware_tools.flash.errors import FlashFailed, FlashRefused
from firmware_tools.flash.flasher import UpdateSurroundings
from firmware_tools.flash.line_use import FreeLine
from firmware_tools.flash.preparation.checks import Circumstances
from firmware_tools.flash.preparation.image_choice import (
    ChosenImage,
    OpenRepository,
    SignedImages,
    newest_image,
    no_repository,
    unfinished_image,
)
from firmware_tools.flash.preparation.inspection import inspect
from firmware_tools.flash.preparation.plan import FlashPlan, planned
from firmware_tools.flash.preparation.survey import survey
from firmware_tools.flash.preparation.updatable import UpdatableDevice, updatable
from firmware_tools.flash.progress import UpdateView
from firmware_tools.flash.record_files import UpdateFiles
from firmware_tools.flash.session import WantedUpdate, flash
from firmware_tools.image.image import FirmwareImage
from firmware_tools.repository.opening import TRUSTED, open_repository
from firmware_tools.repository.source import FolderSource
from firmware_tools.repository.web_source import WebSource
from gateway.cli.common import fail, in_language
from gateway.config.site_file import LoadedSite
from gateway.fieldbus.binding.binder import Binder
from gateway.fieldbus.line_factory import bound_devices
from gateway.host import clock
from gateway.model.site.firmware import RepositorySettings
from gateway.web.firmware.routes import FlashAsk

T = TypeVar("T")


class _Bench(NamedTuple):
    """A device on a line of this process, what it says of itself, how well it answers, and the image for it."""

    found: UpdatableDevice
    files: UpdateFiles
    state: Path
    identity: FirmwareIdentity
    circumstances: Circumstances
    chosen: ChosenImage

    def wanted(self, ask: FlashAsk) -> WantedUpdate:
        image, release = self.chosen
        return WantedUpdate(ask.device, self.found.line.id, image, release, ask.by, ask.reinstall, ask.older)


async def flash_here(loaded: LoadedSite, ask: FlashAsk, printer: FlashPrinter, stop: asyncio.Event) -> UpdateView | None:
    """Update a device until that has ended or `stop` is set; return the last view. A refusal ends the command with exit code 1."""
    last: list[UpdateView] = []

    def show(view: UpdateView) -> None:
        last[:] = [view]
        printer.show(view)

    async def work() -> None:
        bench = await _prepare(loaded, ask)
        around = UpdateSurroundings(FreeLine(), bench.files, clock.now_ms, show)
        outcome = await flash(bench.wanted(ask), bench.found.driver, around, AuditFile(bench.state), bench.circumstances, stop)
        if outcome.result == "paused":
            bench.files.pause(ask.device)

    with contextlib.suppress(FlashFailed):  # the last view says why
        await _or_fail(work, printer)
    return last[0] if last else None


async def plan_here(loaded: LoadedSite, ask: FlashAsk) -> FlashPlan:
    """Return what an update would do. A refusal ends the command with exit code 1."""

    async def work() -> FlashPlan:
        bench = await _prepare(loaded, ask)
        before = bench.files.load(ask.device)
        return planned(bench.wanted(ask), bench.found, before, bench.identity, bench.circumstances, 1.0)

    return await _or_fail(work, FlashPrinter(as_json=False))


async def _or_fail(work: Callable[[], Awaitable[T]], printer: FlashPrinter) -> T:
    try:
        return await work()
    except FlashRefused as error:
        printer.clear()
        fail(in_language(str(error), error.italian))
    except OSError as error:
        printer.clear()
        fail(in_language(f"the state of the update can't be stored: {error}", f"lo stato dell'aggiornamento non si può salvare: {error}"))


async def _prepare(loaded: LoadedSite, ask: FlashAsk) -> _Bench:
    """Ask the device what it is, and choose its image.

    Raises:
        FlashRefused: that is not possible.
    """
    found = _find(loaded, ask.device)
    state = Path(loaded.site.state) if loaded.site.state else Path(loaded.site.journal.path).parent
    files = UpdateFiles(state)
    identity = await inspect(found.driver, FreeLine())
    circumstances = Circumstances() if identity.in_bootloader else await survey(found.line, found.device)
    chosen = await _chosen(loaded, ask, files, found, identity, state)
    return _Bench(found, files, state, identity, circumstances, chosen)


def _find(loaded: LoadedSite, device: str) -> UpdatableDevice:
    binder = Binder(loaded.site.assets)
    for line in loaded.site.lines:
        devices = bound_devices(line, binder, loaded.profiles)
        for one in devices:
            if one.id == device:
                return updatable(one, line, devices)
    raise FlashRefused("unknown_device", f"unknown device '{device}'", f"dispositivo sconosciuto '{device}'")


async def _chosen(
    loaded: LoadedSite, ask: FlashAsk, files: UpdateFiles, found: UpdatableDevice, identity: FirmwareIdentity, state: Path
) -> ChosenImage:
    if ask.image is not None:
        return ChosenImage(FirmwareImage(ask.image, ask.image_name))
    unfinished = unfinished_image(files, ask.device, ask.version)
    if unfinished is not None:
        return unfinished
    settings = loaded.site.firmware.repository
    opening: OpenRepository = partial(_opened, settings, state) if settings is not None else no_repository
    return await newest_image(opening, found.device.profile, identity, ask.version)


async def _opened(settings: RepositorySettings, state: Path) -> SignedImages:
    """Open a repository in a folder or on a web server, and verify it."""
    if settings.source == "mqtt":
        raise FlashRefused(
            "no_repository",
            "the repository comes over the broker, to the running gateway alone: start it ('gateway run'), and run this command again",
            "il repository arriva tramite il broker, solo al gateway attivo: avvialo ('gateway run'), e ripeti questo comando",
        )
    web = settings.source.startswith("https://")
    source = WebSource(settings.source) if web else FolderSource(Path(settings.source))
    repository = open_repository(source, state / TRUSTED, Path(settings.root), clock.now_ms)
    await repository.refresh()
    return repository
