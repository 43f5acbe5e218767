"""One attempt to update a device: what is already known of it, the transfer, and the audit record of how it ended."""

import asyncio
from functools import partial
from typing import NamedTuple

import msgspec

from firmware_tools.drivers.port import FirmwareDriver, FirmwareIdentity, ImageRefused
from firmware_tools.flash.audit import AuditFile, audit_entry
from firmware_tools.flash.errors import FlashFailed, FlashRefused
from firmware_tools.flash.flasher import Flasher, UpdateSurroundings
from firmware_tools.flash.preparation.checks import Circumstances, Demands, refusal
from firmware_tools.flash.progress import FlashResult
from firmware_tools.flash.record import UpdateRecord
from firmware_tools.flash.update import UpdateSteps
from firmware_tools.image.image import FirmwareImage
from firmware_tools.image.release import FirmwareRelease


class WantedUpdate(NamedTuple):
    """The update that somebody asks for.

    Args:
        device, line: The device and its line, as the site file names them.
        image: What it is updated with.
        release: What the repository says of the image; None for a file that nobody has signed.
        by: Who asks.
        reinstall: Whether the device is updated although it has this version.
        older: Whether the image may be older than what the device has.
    """

    device: str
    line: str
    image: FirmwareImage
    release: FirmwareRelease | None
    by: str
    reinstall: bool = False
    older: bool = False

    @property
    def demands(self) -> Demands:
        """What the image and the person who asks demand of the device's version."""
        return Demands(self.release.least_version if self.release is not None else None, self.older)


class FlashOutcome(NamedTuple):
    """How an attempt ended, what is stored of it, and what the device said last."""

    result: FlashResult
    record: UpdateRecord
    identity: FirmwareIdentity | None


async def flash(
    wanted: WantedUpdate,
    driver: FirmwareDriver,
    around: UpdateSurroundings,
    audit: AuditFile,
    circumstances: Circumstances,
    stop: asyncio.Event,
    patience_s: float = 300.0,
) -> FlashOutcome:
    """Update a device, or go on with its update, until it has ended or `stop` is set.

    Raises:
        FlashRefused: the update was not begun.
        FlashFailed: it did not come to its end.
        OSError: the state can't be stored.
    """
    files, image = around.files, wanted.image
    with files.claim(wanted.device):
        before = files.load(wanted.device)
        try:
            chunks = driver.chunks(image)
        except ImageRefused as error:
            raise FlashRefused(error.code, str(error), error.italian) from error
        record = record_for(wanted, before, len(chunks), around.now_ms())
        await asyncio.to_thread(files.save_image, image)
        update = UpdateSteps(record, partial(refusal, record, wanted.demands, circumstances), patience_s)
        flasher = Flasher(update, driver, image, around)
        await flasher.run(stop)
        result = _result(update)
        if result == "refused":
            await asyncio.to_thread(files.restore, wanted.device, before)
        await asyncio.to_thread(audit.add, audit_entry(record, result, around.now_ms()))
        await asyncio.to_thread(files.discard_images)
        around.on_progress(msgspec.structs.replace(flasher.view, result=result))
    return _outcome(update, result)


def record_for(wanted: WantedUpdate, before: UpdateRecord | None, chunks: int, now_ms: int) -> UpdateRecord:
    """Return the record to go on with, or a new one."""
    image, release = wanted.image, wanted.release
    if before is not None and before.image == image.sha256 and before.chunks == chunks:
        if before.touched:
            return msgspec.structs.replace(before, line=wanted.line)
        if before.stuck:
            return msgspec.structs.replace(before, line=wanted.line, phase="entering", chunk=0, stuck=False)
    return UpdateRecord(
        device=wanted.device,
        line=wanted.line,
        by=wanted.by,
        began_ms=now_ms,
        image=image.sha256,
        name=image.name,
        size_bytes=len(image.content),
        chunks=chunks,
        model=release.model if release is not None else None,
        hardware=release.hardware if release is not None else (),
        to_version=release.version if release is not None else None,
        reinstall=wanted.reinstall,
    )


def _result(update: UpdateSteps) -> FlashResult:
    record = update.record
    if update.refused:
        return "refused"
    if record.phase == "succeeded":
        return "unchanged" if update.unchanged else "succeeded"
    if record.phase == "failed":
        return "failed"
    return "interrupted" if update.interrupted else "paused"


def _outcome(update: UpdateSteps, result: FlashResult) -> FlashOutcome:
    record, reason = update.record, update.record.reason
    if reason is not None and result == "refused":
        raise FlashRefused(reason.code, reason.en, reason.it)
    if reason is not None and result in ("failed", "interrupted"):
        raise FlashFailed(reason.code, reason.en, reason.it, again=result == "interrupted")
    return FlashOutcome(result, record, update.identity)
