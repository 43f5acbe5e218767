"""The files that the wheel ships for a machine: units, users, folders, udev rules. Pure but for finding their folder."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import gateway

PROGRAM = "/opt/street-gateway/bin/gateway"
"""The program as the shipped units name it."""


class ShippedFile(NamedTuple):
    """A file of the folder `systemd`, and where it is installed."""

    source: str
    target: str


def _unit(name: str) -> ShippedFile:
    return ShippedFile(name, f"/etc/systemd/system/{name}")


USERS = ShippedFile("street-gateway.sysusers.conf", "/etc/sysusers.d/street-gateway.conf")
FOLDERS = ShippedFile("street-gateway.tmpfiles.conf", "/etc/tmpfiles.d/street-gateway.conf")

EDGE = (_unit("street-gateway.service"), ShippedFile("60-street-gateway.rules", "/etc/udev/rules.d/60-street-gateway.rules"))
CENTRE = (_unit("street-central.service"), _unit("street-page.service"))
"""A centre on one machine: ingest and city plane in one process, and the web page."""

ROLES = {
    "ingest": (_unit("street-ingest@.service"),),
    "city": (_unit("street-city.service"),),
    "page": (_unit("street-page.service"),),
}
"""The parts of a centre that has a process for each."""

EVERYTHING = tuple(dict.fromkeys((*EDGE, *CENTRE, *(file for files in ROLES.values() for file in files), USERS, FOLDERS)))
"""Every file that an installation may have put on a machine."""


def shipped_folder() -> Path:
    """Return the folder of these files: in the wheel it is in the package, in a clone beside it."""
    package = Path(gateway.__file__).parent
    inside = package / "systemd"
    return inside if inside.is_dir() else package.parent / "systemd"


def started_as(unit: str) -> tuple[str, str]:
    """Return the name under which a unit is started, and its site file; those of a template for its first instance."""
    name = unit.replace("@.", "@worker-1.").removesuffix(".service")
    file = "site" if unit == EDGE[0].source else name.partition("@")[2] or "centre"
    return name, f"/etc/street-gateway/{file}.yaml"


def units_in(files: Iterable[ShippedFile]) -> list[str]:
    """Return the names of the units among these files."""
    return [file.source for file in files if file.source.endswith(".service")]
