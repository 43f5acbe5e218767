"""What is known of an update before it begins: the device, its driver, and the way to its line."""

from collections.abc import Sequence
from typing import NamedTuple

from firmware_tools.drivers.factory import line_of_device, make_driver
from firmware_tools.drivers.port import FirmwareDriver, ImageRefused, UpdateUnsupported
from firmware_tools.flash.errors import FlashRefused
from firmware_tools.flash.pace import carried_bytes_per_s
from firmware_tools.image.image import FirmwareImage
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.model.site.lines import LineSettings


class UpdatableDevice(NamedTuple):
    """A device that can be updated: its line, the names of the line's other devices, and its driver, which has not opened the line."""

    device: BoundDevice
    line: LineSettings
    others: tuple[str, ...]
    driver: FirmwareDriver
    character_s: float

    def carried_bytes_per_s(self, share: float) -> float:
        """Return how much firmware its line carries a second at a share of its time, roughly."""
        return carried_bytes_per_s(self.character_s, share if self.others else 1.0)

    def silenced(self, *, exclusive: bool) -> tuple[str, ...]:
        """Return the other devices that must not be polled during the update.

        Raises:
            FlashRefused: there are some, and nobody has allowed that.
        """
        if self.driver.shares_line or not self.others:
            return ()
        if not exclusive:
            many = len(self.others)
            raise FlashRefused(
                "line_shared",
                f"its bootloader takes any byte for its own, so the {many} other devices of line {self.line.id} can't be read meanwhile;"
                " --exclusive leaves them alone for that time",
                f"il suo bootloader interpreta ogni byte come suo, quindi gli altri {many} dispositivi della linea {self.line.id} non"
                " possono essere letti nel frattempo; con --exclusive restano fermi per quel tempo",
            )
        return self.others


def updatable(device: BoundDevice, line: LineSettings, devices: Sequence[BoundDevice]) -> UpdatableDevice:
    """Return a device of a line with its driver; `devices` are all of the line.

    Raises:
        FlashRefused: its profile does not say how it is updated.
    """
    line_profile = devices[0].profile
    try:
        driver = make_driver(device, line, line_profile)
    except UpdateUnsupported as error:
        raise FlashRefused("no_driver", str(error), error.italian) from error
    others = tuple(one.id for one in devices if one.id != device.id)
    return UpdatableDevice(device, line, others, driver, line_of_device(device, line, line_profile).character_s)


def transfer_bytes(driver: FirmwareDriver, image: FirmwareImage) -> int:
    """Return how many bytes a transfer has.

    Raises:
        FlashRefused: the image is not for this driver.
    """
    try:
        return sum(map(len, driver.chunks(image)))
    except ImageRefused as error:
        raise FlashRefused(error.code, str(error), error.italian) from error
