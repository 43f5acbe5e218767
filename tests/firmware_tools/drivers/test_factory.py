"""Drivers are made as profiles name them."""

from pathlib import Path

import pytest

from firmware_tools.drivers.factory import line_of_device, make_driver
from firmware_tools.drivers.modbus_file import ModbusFileDriver
from firmware_tools.drivers.modem import ModemDriver
from firmware_tools.drivers.port import UpdateUnsupported
from firmware_tools.drivers.smp import SmpDriver
from firmware_tools.drivers.stm32 import Stm32Driver
from firmware_tools.drivers.wirenboard import WirenBoardDriver
from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.every_point import bind_every_point
from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.model.profile import Profile
from gateway.model.site.lines import DeviceSettings, LineSettings
from tests.firmware_tools.drivers.profiles import profile_of


def line_with(profile: Profile, **keys: object) -> LineSettings:
    device = DeviceSettings(id="d", profile=profile.profile, asset="a")
    return LineSettings(**{"id": "l", "serial": "/dev/null", **keys}, devices=[device])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("modbus_file", ModbusFileDriver), ("xmodem", ModemDriver), ("ymodem", ModemDriver), ("stm32", Stm32Driver), ("smp", SmpDriver)],
)
def test_each_driver_is_made_as_the_profile_names_it(name: str, kind: type, tmp_path: Path) -> None:
    profile = profile_of(name, tmp_path)
    assert type(make_driver(bind_every_point(profile, 3), line_with(profile), profile)) is kind


def test_a_library_profile_makes_its_driver_at_the_factory_settings_of_the_line() -> None:
    profile = ProfileLibrary().get("wirenboard_led")
    device = bind_every_point(profile, 42)
    assert type(make_driver(device, line_with(profile), profile)) is WirenBoardDriver
    line = line_of_device(device, line_with(profile), profile)
    assert (line.unit, line.settings, line.serial, line.modbus_tcp) == (42, SerialSettings(9600, 8, "N", 2), True, False)
    behind = line_of_device(device, line_with(profile, serial=None, tcp="192.0.2.1:502", baud=19200), profile)
    assert (behind.settings.baud, behind.serial, behind.modbus_tcp) == (19200, False, True)


def test_a_profile_that_does_not_say_how_is_refused() -> None:
    profile = ProfileLibrary().get("xy_md02")
    with pytest.raises(UpdateUnsupported, match="'xy_md02' does not say how"):
        make_driver(bind_every_point(profile, 1), line_with(profile), profile)
