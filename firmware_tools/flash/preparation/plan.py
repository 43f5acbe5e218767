"""What an update would do, without doing it."""

import msgspec

from firmware_tools.drivers.port import FirmwareIdentity
from firmware_tools.flash.preparation.checks import Circumstances, refusal
from firmware_tools.flash.preparation.updatable import UpdatableDevice, transfer_bytes
from firmware_tools.flash.record import UpdateRecord
from firmware_tools.flash.session import WantedUpdate, record_for
from firmware_tools.flash.update import other_device


class FlashPlan(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What an update would do.

    Args:
        device, line: the device and its line.
        model, hardware, from_version: what the device says of itself, if it does.
        in_bootloader: whether its bootloader runs, so that it must be rescued.
        to_version: the version of the image, if it is known.
        image: the SHA-256 of the image.
        size_bytes: its size.
        about_s: how long it will take, roughly.
        resumes_at_percent: how much of it the device has already, from an update that has not ended.
        settings_lost: whether the device forgets its settings.
        note, note_it: what the version changes, in English and Italian.
        obstacle, obstacle_it: why it can't begin now; None if it can.
    """

    device: str
    line: str
    image: str
    size_bytes: int
    about_s: float
    model: str | None = None
    hardware: str | None = None
    from_version: str | None = None
    to_version: str | None = None
    in_bootloader: bool = False
    resumes_at_percent: float = 0.0
    settings_lost: bool = False
    note: str = ""
    note_it: str = ""
    obstacle: str | None = None
    obstacle_it: str | None = None


def planned(
    wanted: WantedUpdate,
    found: UpdatableDevice,
    before: UpdateRecord | None,
    identity: FirmwareIdentity,
    circumstances: Circumstances,
    share: float,
) -> FlashPlan:
    """Return what an update would do at a share of its line.

    Raises:
        FlashRefused: the image is not for the device's driver.
    """
    size_bytes, chunks = transfer_bytes(found.driver, wanted.image), found.driver.chunks(wanted.image)
    record, release = record_for(wanted, before, len(chunks), 0), wanted.release
    obstacle = other_device(record, identity) or refusal(record, wanted.demands, circumstances, identity)
    has = record.chunk / record.chunks if record.phase == "sending" and identity.in_bootloader else 0.0
    return FlashPlan(
        device=wanted.device,
        line=wanted.line,
        image=record.image,
        size_bytes=len(wanted.image.content),
        about_s=(1 - has) * size_bytes / found.carried_bytes_per_s(share),
        model=identity.model,
        hardware=identity.hardware,
        from_version=identity.version,
        to_version=record.to_version,
        in_bootloader=identity.in_bootloader,
        resumes_at_percent=100 * has,
        settings_lost=release is not None and release.settings == "lost",
        note=release.note.en if release is not None else "",
        note_it=release.note.it if release is not None else "",
        obstacle=obstacle.en if obstacle is not None else None,
        obstacle_it=obstacle.it if obstacle is not None else None,
    )
