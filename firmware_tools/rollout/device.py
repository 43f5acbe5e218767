"""What the centre knows of a device before it is updated. Pure."""

from typing import NamedTuple

import msgspec

from gateway.model.messages import AlarmText


class DeviceName(NamedTuple):
    """A device of a gateway of an operator."""

    operator: str
    gateway: str
    device: str

    def __str__(self) -> str:
        return "/".join(self)


class KnownDevice(msgspec.Struct, frozen=True, omit_defaults=True):
    """A device: its product, where it is, and what it said about itself.

    Attributes:
        name: Its operator, gateway and name.
        profile: The profile by which it is read.
        lat: Where it is (WGS 84), if that is known.
        lon: Where it is.
        area: The area of the site in which it is, of those that somebody asked for.
        line: The line that it hangs on; None if its gateway was not asked, or did not answer.
        bytes_per_s: What that line carries of a firmware.
        model: The model as the device identifies itself.
        hardware: Its hardware revision.
        version: The version of its firmware.
        refused: Why its gateway can't say what it is, or can't update it.
    """

    name: DeviceName
    profile: str
    lat: float | None = None
    lon: float | None = None
    area: str | None = None
    line: str | None = None
    bytes_per_s: float = 0.0
    model: str | None = None
    hardware: str | None = None
    version: str | None = None
    refused: AlarmText | None = None

    @property
    def at(self) -> tuple[str, str, str | None]:
        """Its line: operator, gateway and name."""
        return self.name.operator, self.name.gateway, self.line
