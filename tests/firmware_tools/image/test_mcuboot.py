"""What an image of MCUboot says of itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_tools.image.mcuboot import mcuboot_image
from gateway.simulate.bootloaders.smp import make_mcuboot_image


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 65535), st.binary(max_size=300))
def test_version_and_length_are_read(major: int, minor: int, revision: int, payload: bytes) -> None:
    content = make_mcuboot_image(f"{major}.{minor}.{revision}", payload)
    found = mcuboot_image(content)
    assert found is not None
    assert found == (f"{major}.{minor}.{revision}", len(content))


@pytest.mark.parametrize("length", [0, 10, 31, 40, 140])
def test_an_incomplete_image_is_none(length: int) -> None:
    assert mcuboot_image(make_mcuboot_image("1.2.3", bytes(100))[:length]) is None


@given(st.binary(max_size=100))
def test_other_files_are_none(content: bytes) -> None:
    assert mcuboot_image(content) is None
