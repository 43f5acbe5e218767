"""Which devices can be updated, and which others must keep silent meanwhile."""

import pytest

from firmware_tools.flash.errors import FlashRefused
from firmware_tools.flash.preparation.updatable import UpdatableDevice, transfer_bytes, updatable
from firmware_tools.image.image import FirmwareImage
from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.binder import bind
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.simulate.bootloaders.wirenboard import make_wbfw

LED = DeviceSettings(id="led-1", profile="wirenboard_led", unit=42, channels={0: "lamp-1"})
CLIMATE = DeviceSettings(id="climate", profile="xy_md02", unit=1, asset="a")


def found(*settings: DeviceSettings, device: int = 0) -> UpdatableDevice:
    library = ProfileLibrary()
    devices = [bind(one, library.get(one.profile), {}) for one in settings]
    return updatable(devices[device], LineSettings(id="street", serial="/dev/ttyS0", baud=9600, devices=list(settings)), devices)


def test_a_device_comes_with_its_driver_and_the_names_of_the_others() -> None:
    one = found(LED, CLIMATE)
    assert (one.device.id, one.others, one.driver.shares_line) == ("led-1", ("climate",), True)
    assert one.silenced(exclusive=False) == ()


def test_a_device_whose_profile_does_not_say_how_is_refused() -> None:
    with pytest.raises(FlashRefused) as refused:
        found(LED, CLIMATE, device=1)
    assert refused.value.code == "no_driver"


def test_a_bootloader_that_takes_any_byte_for_its_own_needs_leave_to_silence_others() -> None:
    one = found(LED, CLIMATE)
    one.driver.shares_line = False
    with pytest.raises(FlashRefused) as refused:
        one.silenced(exclusive=False)
    assert refused.value.code == "line_shared"
    assert one.silenced(exclusive=True) == ("climate",)
    alone = found(LED)
    alone.driver.shares_line = False
    assert alone.silenced(exclusive=False) == ()


def test_a_line_without_others_carries_at_its_full_speed() -> None:
    assert found(LED).carried_bytes_per_s(0.2) == pytest.approx(5 * found(LED, CLIMATE).carried_bytes_per_s(0.2))


def test_the_bytes_of_a_transfer_are_those_of_its_chunks() -> None:
    image = make_wbfw("wbled", "3.9.0", bytes(1280))
    assert transfer_bytes(found(LED).driver, FirmwareImage(image)) == len(image) - 32
    with pytest.raises(FlashRefused) as refused:
        transfer_bytes(found(LED).driver, FirmwareImage(b"no firmware"))
    assert refused.value.code == "image_refused"
