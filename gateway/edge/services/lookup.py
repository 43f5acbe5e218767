"""Finds the device or the line that a request names."""

from typing import NamedTuple

from gateway.config.problems import suggest
from gateway.edge.lines import EdgeLines
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.owner import LineOwner
from gateway.web.json_api import ApiError

_SHOWN_CHARACTERS = 100


class NamedDevice(NamedTuple):
    """A device, and the owner of its line."""

    owner: LineOwner
    device: BoundDevice


def device_named(lines: EdgeLines, name: str) -> NamedDevice:
    """Return a device.

    Raises:
        ApiError: 404, there is none of that name.
    """
    known = {device.id: NamedDevice(owner, device) for owner in lines.owners for device in owner.devices}
    if name not in known:
        raise ApiError(404, f"unknown device '{_short(name)}'; {suggest(_short(name), known)}", f"dispositivo sconosciuto '{_short(name)}'")
    return known[name]


def line_named(lines: EdgeLines, name: str) -> LineOwner:
    """Return the owner of a line.

    Raises:
        ApiError: 404, there is none of that name.
    """
    known = {owner.name: owner for owner in lines.owners}
    if name not in known:
        raise ApiError(404, f"unknown line '{_short(name)}'; {suggest(_short(name), known)}", f"linea sconosciuta '{_short(name)}'")
    return known[name]


def _short(name: str) -> str:
    return name[:_SHOWN_CHARACTERS]
