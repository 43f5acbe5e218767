"""The files that the wheel ships for a machine: units, users, folders, udev rules. Pure but for finding their folder."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import gateway

PROGRAM = "/opt/street-gateway/bin/gateway"
"""The program as the shipped units name it."""


class ShippedFile(NamedTuple):
    """A file of the folder `systemd`, and where it is installed. `site`: the site file of a service that runs all the time."""

    source: str
    target: str
    site: str | None = None


def _unit(name: str, site: str | None = None) -> ShippedFile:
    return ShippedFile(name, f"/etc/systemd/system/{name}", site)


USERS = ShippedFile("street-gateway.sysusers.conf", "/etc/sysusers.d/street-gateway.conf")
FOLDERS = ShippedFile("street-gateway.tmpfiles.conf", "/etc/tmpfiles.d/street-gateway.conf")
UDEV_RULES = ShippedFile("60-street-gateway.rules", "/etc/udev/rules.d/60-street-gateway.rules")

EDGE = (
    _unit("street-gateway.service", "site"),
    _unit("street-backup.service"),
    _unit("street-backup.timer"),
    _unit("street-first-boot.service"),
    _unit("street-recovery.path"),
    _unit("street-recovery.service"),
    _unit("street-update.path"),
    _unit("street-update.service"),
    _unit("street-update.timer"),
    UDEV_RULES,
)
CENTRE = (
    _unit("street-central.service", "centre"),
    _unit("street-page.service", "centre"),
    _unit("street-central-backup.service"),
    _unit("street-central-backup.timer"),
)
"""A centre on one machine: ingest and city plane in one process, the web page, and backups."""

ROLES = {
    "ingest": (_unit("street-ingest@.service", "worker-1"),),
    "city": (_unit("street-city.service", "centre"),),
    "alarms": (_unit("street-alarms.service", "centre"),),
    "analytics": (_unit("street-analytics.service", "centre"),),
    "firmware": (_unit("street-firmware.service", "centre"),),
    "situation": (_unit("street-situation.service", "centre"),),
    "page": (_unit("street-page.service", "centre"),),
    "trust": (
        ShippedFile("street-trust.sysusers.conf", "/etc/sysusers.d/street-trust.conf"),
        ShippedFile("street-trust.tmpfiles.conf", "/etc/tmpfiles.d/street-trust.conf"),
        _unit("street-trust.service", "trust"),
        _unit("street-broker-certificate@.service"),
        _unit("street-broker-certificate@.timer"),
    ),
}
"""The parts of a centre that has a process for each, and the renewal of certificates."""

EVERYTHING = tuple(dict.fromkeys((*EDGE, *CENTRE, *(file for files in ROLES.values() for file in files), USERS, FOLDERS)))
"""Every file that an installation may have put on a machine."""


def shipped_folder() -> Path:
    """Return the folder of these files: in the wheel it is in the package, in a clone beside it."""
    package = Path(gateway.__file__).parent
    inside = package / "systemd"
    return inside if inside.is_dir() else package.parent / "systemd"


def started_as(unit: ShippedFile) -> tuple[str, str]:
    """Return the name under which a service is started, and its site file; those of a template for its first instance."""
    return unit.source.replace("@.", f"@{unit.site}.").removesuffix(".service"), f"/etc/street-gateway/{unit.site}.yaml"


def services_in(files: Iterable[ShippedFile]) -> list[ShippedFile]:
    """Return the services among these files that run all the time."""
    return [file for file in files if file.site is not None]


def units_in(files: Iterable[ShippedFile]) -> list[str]:
    """Return the names of the units among these files: services, timers and paths."""
    return [file.source for file in files if file.target.startswith("/etc/systemd/system/")]
