"""The image for a device: that of an update that has not ended, or from a repository."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from firmware_tools.drivers.port import FirmwareIdentity
from firmware_tools.flash.errors import FlashRefused
from firmware_tools.flash.preparation.choice import choose
from firmware_tools.flash.record_files import UpdateFiles
from firmware_tools.image.image import FirmwareImage
from firmware_tools.image.release import FirmwareRelease, FirmwareTarget
from firmware_tools.repository.errors import RepositoryError, RepositoryRefused
from gateway.model.profile import Profile


class ChosenImage(NamedTuple):
    """An image, and what the repository says of it; None for a file that nobody has signed, and for an update that goes on."""

    image: FirmwareImage
    release: FirmwareRelease | None = None


class SignedImages(Protocol):
    """A repository whose metadata were verified just now."""

    def firmware(self) -> dict[str, FirmwareTarget]:
        """Return all firmware by name."""
        ...

    async def image(self, name: str) -> Path:
        """Return the verified file of an image. Raises RepositoryError: it was refused, or not received."""
        ...


OpenRepository = Callable[[], Awaitable[SignedImages]]
"""Opens the site's repository and verifies it. Raises RepositoryError: it is not trusted, or was not received."""


def unfinished_image(files: UpdateFiles, device: str, version: str | None) -> ChosenImage | None:
    """Return the image of the update of a device that has begun and not ended, unless another version is wanted."""
    record = files.load(device)
    if record is None or not record.touched or version not in (None, record.to_version):
        return None
    image = files.image(record.image, record.name)
    return ChosenImage(image) if image is not None else None


async def newest_image(open_repository: OpenRepository, profile: Profile, identity: FirmwareIdentity, version: str | None) -> ChosenImage:
    """Return the newest image for a device, or that of a version.

    Raises:
        FlashRefused: there is none, or the repository can't be used.
    """
    try:
        repository = await open_repository()
        target = choose(repository.firmware().values(), profile, identity, version)
        return await verified_image(target, await repository.image(target.path))
    except RepositoryError as error:
        raise refused_repository(error) from error


async def verified_image(target: FirmwareTarget, path: Path) -> ChosenImage:
    """Return the image of a target from its file, which was verified before.

    Raises:
        FlashRefused: the file has changed since.
    """
    content = await asyncio.to_thread(path.read_bytes)
    image = FirmwareImage(content, target.path.rpartition("/")[2])
    if image.sha256 != target.sha256:
        raise FlashRefused("no_firmware", f"{path} was changed just now", f"{path} è stato cambiato in questo momento")
    return ChosenImage(image, target.release)


def refused_repository(error: RepositoryError) -> FlashRefused:
    """Return the refusal of an update whose repository can't be used."""
    code = error.code if isinstance(error, RepositoryRefused) else "no_repository"
    return FlashRefused(code, error.english, error.italian)


async def no_repository() -> SignedImages:
    """Say that the site has no repository."""
    raise FlashRefused(
        "no_repository",
        "the site file names no repository of firmware: add 'firmware: {repository: …}', or name a file with --image",
        "il file del sito non indica un repository di firmware: aggiungi 'firmware: {repository: …}', o indica un file con --image",
    )
