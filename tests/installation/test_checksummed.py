"""Installed files know whether somebody has edited them."""

import pytest

from gateway.installation.checksummed import checksummed, is_as_installed

UNIT = b"[Service]\nExecStart=/bin/true\n"


def test_a_file_as_it_was_installed_is_recognised() -> None:
    assert is_as_installed(checksummed(UNIT, "Use a drop-in."))


@pytest.mark.parametrize("edited", [UNIT, b"", checksummed(UNIT, "x") + b"# mine\n", checksummed(UNIT, "x").replace(b"true", b"false")])
def test_a_file_that_was_edited_or_written_by_hand_is_not(edited: bytes) -> None:
    assert not is_as_installed(edited)


def test_the_advice_may_change_between_versions() -> None:
    assert is_as_installed(checksummed(UNIT, "Old advice.").replace(b"Old", b"New"))
