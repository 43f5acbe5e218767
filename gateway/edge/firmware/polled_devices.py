"""The devices of a running gateway, as updates see them: their lines to borrow, their power, and how well they answered lately."""

import asyncio

from firmware_tools.flash.errors import FlashRefused
from firmware_tools.flash.line_use import LentLine
from firmware_tools.flash.preparation.checks import Circumstances
from firmware_tools.flash.preparation.updatable import UpdatableDevice, updatable
from gateway.config.problems import suggest
from gateway.edge.firmware.recent_errors import SAMPLE_EVERY_S, RecentErrors
from gateway.edge.lines import EdgeLines
from gateway.edge.services.parts import Present
from gateway.fieldbus.line.owner import LineOwner
from gateway.host.stopping import wait_for_stop

_SUPPLY, _ON_BATTERY = "ups", "on_battery"
"""The measurement of an uninterruptible power supply, and the field that says that the mains have failed."""

_SHOWN_CHARACTERS = 100


class PolledDevices:
    """Finds devices and borrows their lines. The configuration of the gateway may change at any time."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self._recent = RecentErrors()

    @property
    def share(self) -> float:
        """The share of a line's time that an update may use, from 0 to 1."""
        return self._present().site.firmware.share / 100

    def find(self, name: str) -> UpdatableDevice:
        """Return a device and its driver.

        Raises:
            FlashRefused: there is none of that name, or its profile does not say how it is updated.
        """
        parts = self._present()
        lines = {line.id: line for line in parts.site.lines}
        for owner in parts.lines.owners:
            for device in owner.devices:
                if device.id == name:
                    return updatable(device, lines[owner.name], owner.devices)
        known = [device.id for owner in parts.lines.owners for device in owner.devices]
        short = name[:_SHOWN_CHARACTERS]
        raise FlashRefused("unknown_device", f"unknown device '{short}'; {suggest(short, known)}", f"dispositivo sconosciuto '{short}'")

    def use(self, found: UpdatableDevice, *, exclusive: bool) -> LentLine:
        """Return the way to a device's line between its polls.

        Raises:
            FlashRefused: the line's other devices could not be polled meanwhile, and nobody has allowed that.
        """
        others = found.silenced(exclusive=exclusive)
        return LentLine(lambda: self._owner(found.line.id), found.device.id, self.share, others)

    def circumstances(self, found: UpdatableDevice) -> Circumstances:
        """Return what is known of a device besides what it says."""
        owner, device = self._owner(found.line.id), found.device
        number = next((place for place, one in enumerate(owner.devices) if one.id == device.id), None) if owner is not None else None
        if owner is None or number is None:
            return Circumstances()
        counted = self._recent.of(device.id, owner.quality(owner.devices[number]).counters)
        powered = owner.powered(number) if device.powered_by is not None else None
        return Circumstances(powered, on_battery(self._present().lines), counted.requests, counted.errors)

    async def count(self, stop: asyncio.Event) -> None:
        """Count how well devices answer, until told to stop."""
        while True:
            owners = self._present().lines.owners
            self._recent.sample((device.id, owner.quality(device).counters) for owner in owners for device in owner.devices)
            if await wait_for_stop(stop, SAMPLE_EVERY_S):
                return

    def _owner(self, line: str) -> LineOwner | None:
        return next((owner for owner in self._present().lines.owners if owner.name == line), None)


def on_battery(lines: EdgeLines) -> bool | None:
    """Return whether a power supply of the gateway's cabinet runs on its battery; None if there is none that says so."""
    found = None
    for latest in lines.latest():
        stream = latest.stream
        if stream.measurement != _SUPPLY:
            continue
        for field, value in zip(stream.fields, latest.reading.values, strict=True):
            if field.name == _ON_BATTERY and value is not None:
                found = bool(found or value)
    return found
