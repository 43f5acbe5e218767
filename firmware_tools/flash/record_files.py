"""The records of updates on disk, one file for each device, and the images that they need, in the folder `state` of a gateway."""

import contextlib
import fcntl
import hashlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from firmware_tools.flash.errors import FlashRefused
from firmware_tools.flash.record import UpdateRecord
from firmware_tools.image.image import FirmwareImage
from gateway.host.files import heir_of, write_whole

log = logging.getLogger(__name__)

FIRMWARE_FOLDER = "firmware"
"""The name of the folder in the folder `state` of a gateway."""

_LONGEST_RECORD_BYTES = 64 * 1024


def make_folder(folder: Path, owner: tuple[int, int] | None) -> None:
    """Make a folder below the gateway's, for the owner of that one when root works there."""
    if folder.exists():
        return
    for one in (folder.parent, folder):
        one.mkdir(mode=0o750, parents=True, exist_ok=True)
        if owner is not None:
            os.chown(one, *owner)


def hand_over(descriptor: int, owner: tuple[int, int] | None) -> None:
    """Give an open file to the owner of its folder, when root has made it."""
    if owner is not None:
        os.fchown(descriptor, *owner)


class UpdateFiles:
    """Records and images. Each is written whole, so that after a power cut it is either the old one or the new one."""

    def __init__(self, state: Path) -> None:
        self._records, self._images = state / FIRMWARE_FOLDER / "updates", state / FIRMWARE_FOLDER / "images"
        self._owner = heir_of(state)

    @contextlib.contextmanager
    def claim(self, device: str) -> Iterator[None]:
        """Keep other processes from updating the device until the context exits; a process that is killed keeps nothing.

        Raises:
            FlashRefused: another process does.
            OSError: the folder can't be written.
        """
        make_folder(self._records, self._owner)
        descriptor = os.open(self._records / f"{device}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        hand_over(descriptor, self._owner)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FlashRefused("busy", f"another process updates {device} now", f"un altro processo sta aggiornando {device}") from None
            yield
        finally:
            os.close(descriptor)

    def load(self, device: str) -> UpdateRecord | None:
        """Return the record of a device's last update; None if there is none, or none that can be read."""
        path = self._record(device)
        try:
            with path.open("rb") as file:
                return msgspec.json.decode(file.read(_LONGEST_RECORD_BYTES), type=UpdateRecord)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            log.warning("%s can't be read (%s): what the update of %s had done is not known", path, error, device)
            return None

    def save(self, record: UpdateRecord) -> None:
        """Write the record of a device's update.

        Raises:
            OSError: it can't be written.
        """
        make_folder(self._records, self._owner)
        write_whole(self._record(record.device), msgspec.json.encode(record), owner=self._owner)

    def restore(self, device: str, before: UpdateRecord | None) -> None:
        """Put the record back that a device had before.

        Raises:
            OSError: it can't be written.
        """
        if before is not None:
            self.save(before)
        else:
            self._record(device).unlink(missing_ok=True)

    def pause(self, device: str) -> None:
        """Remember that somebody has stopped the update of a device, if it has not ended: it goes on only when it is asked for again.

        Raises:
            OSError: it can't be written.
        """
        record = self.load(device)
        if record is not None and not record.ended:
            record.paused = True
            self.save(record)

    def release(self, device: str) -> None:
        """Remember that a device whose update failed does not need help any more.

        Raises:
            OSError: it can't be written.
        """
        record = self.load(device)
        if record is not None and record.stuck:
            record.stuck = False
            self.save(record)

    def records(self) -> list[UpdateRecord]:
        """Return the record of the last update of each device, in the order of the devices' names."""
        names = sorted(path.stem for path in self._records.glob("*.json")) if self._records.exists() else []
        return [record for name in names if (record := self.load(name)) is not None]

    def unfinished(self) -> list[UpdateRecord]:
        """Return the records of updates that have not ended, or have left their device in its bootloader."""
        return [record for record in self.records() if not record.ended or record.stuck]

    def save_image(self, image: FirmwareImage) -> None:
        """Keep an image until the updates that need it have ended.

        Raises:
            OSError: it can't be written.
        """
        make_folder(self._images, self._owner)
        write_whole(self._images / image.sha256, image.content, owner=self._owner)

    def image(self, sha256: str, name: str) -> FirmwareImage | None:
        """Return a kept image by its SHA-256; None if there is none, or its file is damaged."""
        try:
            content = (self._images / sha256).read_bytes()
        except OSError:
            return None
        if hashlib.sha256(content).hexdigest() != sha256:
            log.warning("%s is damaged", self._images / sha256)
            return None
        return FirmwareImage(content, name)

    def discard_images(self) -> None:
        """Delete the images that no unfinished update needs."""
        needed = {record.image for record in self.unfinished()}
        for path in self._images.glob("*") if self._images.exists() else ():
            if path.name not in needed:
                path.unlink(missing_ok=True)

    def _record(self, device: str) -> Path:
        return self._records / f"{device}.json"
