"""A firmware image."""

import hashlib

from firmware_tools.image.image import FirmwareImage


def test_an_image_has_the_hash_of_its_content() -> None:
    assert FirmwareImage(b"abc").sha256 == hashlib.sha256(b"abc").hexdigest()
