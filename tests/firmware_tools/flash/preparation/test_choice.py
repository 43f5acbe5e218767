"""Which firmware of a repository a device gets."""

import msgspec
import pytest

from firmware_tools.drivers.port import FirmwareIdentity
from firmware_tools.flash.errors import FlashRefused
from firmware_tools.flash.preparation.choice import choose
from firmware_tools.image.release import FirmwareRelease, FirmwareTarget
from gateway.config.profile_library import ProfileLibrary

PROFILE = ProfileLibrary().get("wirenboard_led")
LED = FirmwareIdentity("wbled", "A", "3.0.0")


def target(
    model: str = "wbled", version: str = "3.1.0", hardware: tuple[str, ...] = (), vendor: str = "Wiren Board", driver: str = "wirenboard"
) -> FirmwareTarget:
    release = FirmwareRelease(vendor=vendor, model=model, version=version, driver=driver, hardware=hardware)
    return FirmwareTarget(f"{model}_{version}.wbfw", 1000, "0" * 64, release)


def refused(targets: list[FirmwareTarget], identity: FirmwareIdentity = LED, version: str | None = None) -> tuple[str, str]:
    with pytest.raises(FlashRefused) as error:
        choose(targets, PROFILE, identity, version)
    return error.value.code, str(error.value)


def test_the_newest_of_the_right_model_is_chosen_or_the_version_that_is_named() -> None:
    targets = [target(version="3.9.0"), target(version="3.10.0"), target(model="wbmr6c", version="9.0.0")]
    assert choose(targets, PROFILE, LED).release.version == "3.10.0"
    assert choose(targets, PROFILE, LED, "3.9.0").release.version == "3.9.0"


def test_a_version_that_is_not_there_is_refused_with_those_that_are() -> None:
    assert refused([target(version="3.9.0"), target(version="3.10.0")], version="3.8.0") == (
        "no_version",
        "the repository has no version 3.8.0 for wbled; it has 3.10.0, 3.9.0",
    )


@pytest.mark.parametrize("other", [target(model="wbmr6c"), target(vendor="Somebody"), target(driver="smp"), target(hardware=("B",))])
def test_firmware_for_others_is_never_chosen(other: FirmwareTarget) -> None:
    assert refused([other])[0] == "no_firmware"


def test_a_device_that_does_not_say_its_model_gets_that_of_its_profile_or_the_only_one() -> None:
    silent = msgspec.structs.replace(LED, model=None)
    assert choose([target(model="WB-LED"), target()], PROFILE, silent).release.model == "WB-LED"
    assert choose([target()], PROFILE, silent).release.model == "wbled"
    assert refused([target(), target(model="wbmr6c")], silent)[0] == "unknown_model"
    assert refused([], silent)[0] == "no_firmware"
