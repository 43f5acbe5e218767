"""Makes the driver that a device's profile names, on the device's line."""

from collections.abc import Callable, Mapping

from firmware_tools.drivers.device_line import DeviceLine
from firmware_tools.drivers.modbus_file import ModbusFileDriver
from firmware_tools.drivers.modem import ModemDriver
from firmware_tools.drivers.port import FirmwareDriver, UpdateUnsupported
from firmware_tools.drivers.smp import SmpDriver
from firmware_tools.drivers.stm32 import Stm32Driver
from firmware_tools.drivers.wirenboard import WirenBoardDriver
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line_factory import serial_settings, wire_of
from gateway.model.profile import FirmwareProtocol, FirmwareUpdate, Profile
from gateway.model.site.lines import LineSettings

Make = Callable[[DeviceLine, Profile, FirmwareUpdate], FirmwareDriver]


def _modbus_file(line: DeviceLine, profile: Profile, update: FirmwareUpdate) -> FirmwareDriver:
    if update.file is None:
        raise UpdateUnsupported(f"profile '{profile.profile}' has no 'file'", f"il profilo '{profile.profile}' non ha 'file'")
    return ModbusFileDriver(line, profile, update, update.file)


_DRIVERS: Mapping[FirmwareProtocol, Make] = {
    "wirenboard": lambda line, _profile, _update: WirenBoardDriver(line),
    "modbus_file": _modbus_file,
    "xmodem": ModemDriver,
    "ymodem": ModemDriver,
    "stm32": Stm32Driver,
    "smp": SmpDriver,
}


def make_driver(device: BoundDevice, line: LineSettings, line_profile: Profile) -> FirmwareDriver:
    """Make the driver for a device on a line; `line_profile` is that of the line's first device, which has the port's factory settings.

    Raises:
        UpdateUnsupported: the profile does not say how the product is updated.
    """
    update = device.profile.firmware
    if update is None:
        raise UpdateUnsupported(
            f"the profile '{device.profile.profile}' does not say how {device.profile.vendor} {device.profile.model} is updated",
            f"il profilo '{device.profile.profile}' non dice come si aggiorna {device.profile.vendor} {device.profile.model}",
        )
    return _DRIVERS[update.driver](line_of_device(device, line, line_profile), device.profile, update)


def line_of_device(device: BoundDevice, line: LineSettings, line_profile: Profile) -> DeviceLine:
    """Return the way to a device on a line of the site."""
    pauses_s = [profile.modbus.pause for profile in (line_profile, device.profile) if profile.modbus is not None]
    return DeviceLine(
        device.unit,
        serial_settings(line, line_profile),
        lambda settings: wire_of(line, settings),
        serial=line.serial is not None,
        modbus_tcp=line.tcp is not None and device.profile.modbus is not None,
        pause_s=line.pause if line.pause is not None else max(pauses_s, default=0.0),
        echo=line.echo,
        shared=line.shared,
    )
