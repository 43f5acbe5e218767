"""Which release is for a machine."""

import pytest

from firmware_tools.image.release import GatewayRelease, GatewayTarget
from gateway.update.choice import PresentProgram, choose_release
from gateway.update.errors import UpdateError

PRESENT = PresentProgram("0.20.0", "3.11", "aarch64")


def target(version: str, python: str = "3.11", machine: str = "aarch64", least: str | None = None) -> GatewayTarget:
    return GatewayTarget(f"{version}-{machine}", 1, "00", GatewayRelease(version, python, machine, least))


def chosen(*releases: GatewayTarget, version: str | None = None) -> str | None:
    found = choose_release(releases, PRESENT, version)
    return None if found is None else found.path


def test_the_newest_release_for_this_machine_and_python_is_chosen() -> None:
    others = [target("0.30.0", machine="armv7l"), target("0.30.0", python="3.13"), target("0.19.0")]
    assert chosen(*others, target("0.21.0"), target("0.22.0", machine="any")) == "0.22.0-any"
    assert chosen(*others) is None
    assert chosen(target("0.20.0"), target("0.21.0-rc1")) == "0.21.0-rc1-aarch64"


def test_a_release_that_needs_a_newer_version_first_is_left_out() -> None:
    assert chosen(target("0.21.0"), target("0.30.0", least="0.21.0")) == "0.21.0-aarch64"


def test_a_version_that_is_asked_for_may_be_older() -> None:
    assert chosen(target("0.19.0"), version="0.19.0") == "0.19.0-aarch64"


def test_a_version_that_is_not_there_or_too_new_is_an_error() -> None:
    with pytest.raises(UpdateError, match=r"has no version 9 for aarch64, Python 3.11; it has: 0.19.0, 0.21.0"):
        chosen(target("0.21.0"), target("0.19.0"), version="9")
    with pytest.raises(UpdateError, match=r"needs at least version 0.21.0, and 0.20.0 runs: update to 0.21.0 first"):
        chosen(target("0.30.0", least="0.21.0"), version="0.30.0")
