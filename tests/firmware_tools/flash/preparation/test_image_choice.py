"""The image of an update: that which was begun, or a verified one of the repository."""

from pathlib import Path

import pytest

from firmware_tools.drivers.port import FirmwareIdentity
from firmware_tools.flash.errors import FlashRefused
from firmware_tools.flash.preparation.image_choice import newest_image, no_repository, refused_repository, unfinished_image, verified_image
from firmware_tools.flash.record_files import UpdateFiles
from firmware_tools.image.image import FirmwareImage
from firmware_tools.image.release import FirmwareRelease, FirmwareTarget
from firmware_tools.repository.errors import RepositoryRefused, RepositoryUnreachable
from gateway.config.profile_library import ProfileLibrary
from tests.firmware_tools.flash.modelled_device import new_record

PROFILE = ProfileLibrary().get("wirenboard_led")
IMAGE = FirmwareImage(b"firmware", "wbled.wbfw")
RELEASE = FirmwareRelease(vendor="Wiren Board", model="wbled", version="3.1.0", driver="wirenboard")


class Repository:
    """A repository with one image, which may have been changed on the disk."""

    def __init__(self, folder: Path, content: bytes = IMAGE.content) -> None:
        self._path = folder / "image"
        self._path.write_bytes(content)
        self.target = FirmwareTarget("led/wbled.wbfw", 8, IMAGE.sha256, RELEASE)

    def firmware(self) -> dict[str, FirmwareTarget]:
        return {self.target.path: self.target}

    async def image(self, name: str) -> Path:
        assert name == self.target.path
        return self._path

    async def open(self) -> "Repository":
        return self


async def test_the_image_of_the_repository_comes_with_its_release(tmp_path: Path) -> None:
    chosen = await newest_image(Repository(tmp_path).open, PROFILE, FirmwareIdentity("wbled"), None)
    assert (chosen.image, chosen.release) == (IMAGE, RELEASE)


async def test_a_file_that_changed_after_it_was_verified_is_refused(tmp_path: Path) -> None:
    repository = Repository(tmp_path, b"FIRMWARE")
    with pytest.raises(FlashRefused, match="changed"):
        await verified_image(repository.target, tmp_path / "image")


async def test_a_repository_that_is_refused_or_away_refuses_the_update() -> None:
    async def away() -> Repository:
        raise RepositoryUnreachable("away", "assente")

    with pytest.raises(FlashRefused) as error:
        await newest_image(away, PROFILE, FirmwareIdentity("wbled"), None)
    assert (error.value.code, error.value.italian) == ("no_repository", "assente")
    assert refused_repository(RepositoryRefused("rollback", "old", "vecchio")).code == "rollback"


async def test_a_site_without_a_repository_says_what_to_add() -> None:
    with pytest.raises(FlashRefused, match="add 'firmware:"):
        await newest_image(no_repository, PROFILE, FirmwareIdentity("wbled"), None)


def test_an_update_that_has_begun_goes_on_with_its_image_unless_another_version_is_wanted(tmp_path: Path) -> None:
    files = UpdateFiles(tmp_path)
    assert unfinished_image(files, "relay-1", None) is None
    files.save_image(IMAGE)
    files.save(new_record(image=IMAGE.sha256, name=IMAGE.name, phase="sending"))
    for version in (None, "2.0"):
        chosen = unfinished_image(files, "relay-1", version)
        assert chosen is not None
        assert chosen.image == IMAGE
    assert unfinished_image(files, "relay-1", "2.1") is None
    files.save(new_record(image=IMAGE.sha256, phase="succeeded"))
    assert unfinished_image(files, "relay-1", None) is None
