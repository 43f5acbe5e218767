"""Which devices a roll-out is for, and why the others are left out. Pure."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from firmware_tools.image.release import FirmwareRelease, version_order
from firmware_tools.rollout.device import KnownDevice
from gateway.model.messages import AlarmText


class DeviceFilter(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which devices a person chose; an empty tuple means all.

    `versions` are the versions that the devices have now.
    """

    operators: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    hardware: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()

    def chooses(self, device: KnownDevice) -> bool:
        """Return whether a device is among those chosen, as far as it is known."""
        pairs = (
            (self.operators, device.name.operator),
            (self.areas, device.area),
            (self.profiles, device.profile),
            (self.gateways, device.name.gateway),
            (self.hardware, device.hardware),
            (self.versions, device.version),
        )
        return all(not wanted or value in wanted for wanted, value in pairs)

    def may_choose(self, device: KnownDevice) -> bool:
        """Return whether a device could be among those chosen when its hardware revision and version are known."""
        return msgspec.structs.replace(self, hardware=(), versions=()).chooses(device)


class LeftOutDevice(NamedTuple):
    """A device that was chosen and is not updated, and why."""

    device: KnownDevice
    why: AlarmText


class Selection(NamedTuple):
    """The devices that are updated, and those that are not."""

    devices: list[KnownDevice]
    left_out: list[LeftOutDevice]


def select(known: Iterable[KnownDevice], wanted: DeviceFilter, release: FirmwareRelease) -> Selection:
    """Return the devices that a release is for, of those that a person chose; the others of its model are left out with the reason.

    Devices of other models are not mentioned.
    """
    found = Selection([], [])
    for device in sorted(known, key=lambda one: one.name):
        if not wanted.may_choose(device):
            continue
        if device.line is None or device.refused is not None:
            found.left_out.append(LeftOutDevice(device, device.refused or _UNKNOWN))
        elif device.model == release.model and wanted.chooses(device):
            why = _obstacle(device, release)
            if why is None:
                found.devices.append(device)
            else:
                found.left_out.append(LeftOutDevice(device, why))
    return found


_UNKNOWN = AlarmText(
    "its gateway did not say what it is: offline, or the device is silent",
    "il suo gateway non ha risposto: non in linea, o dispositivo muto",
)

_OBSTACLES: tuple[tuple[Callable[[KnownDevice, FirmwareRelease], bool], Callable[[KnownDevice, FirmwareRelease], AlarmText]], ...] = (
    (
        lambda device, _: device.version is None,
        lambda *_: AlarmText("its version is not known", "la sua versione non è nota"),
    ),
    (
        lambda device, release: device.version == release.version,
        lambda _, release: AlarmText(f"it has {release.version} already", f"ha già la {release.version}"),
    ),
    (
        lambda device, release: bool(release.hardware) and device.hardware not in release.hardware,
        lambda device, release: AlarmText(
            f"hardware {device.hardware or 'unknown'}; the release is for {', '.join(release.hardware)}",
            f"hardware {device.hardware or 'non noto'}; la versione è per {', '.join(release.hardware)}",
        ),
    ),
    (
        lambda device, release: version_order(device.version or "") > version_order(release.version),
        lambda device, release: AlarmText(
            f"it has {device.version}, which is newer than {release.version}", f"ha la {device.version}, più nuova della {release.version}"
        ),
    ),
    (
        lambda device, release: (
            release.least_version is not None and version_order(device.version or "") < version_order(release.least_version)
        ),
        lambda device, release: AlarmText(
            f"it has {device.version}; update it to {release.least_version} first",
            f"ha la {device.version}; aggiornalo prima alla {release.least_version}",
        ),
    ),
    (
        lambda device, _: device.bytes_per_s <= 0,
        lambda *_: AlarmText(
            "its gateway can't update it: no driver, or no share of the line",
            "il suo gateway non può aggiornarlo: nessun driver, o nessuna quota della linea",
        ),
    ),
)


def _obstacle(device: KnownDevice, release: FirmwareRelease) -> AlarmText | None:
    return next((text(device, release) for stands, text in _OBSTACLES if stands(device, release)), None)
