"""Listens to a device that sends by itself, until every point has a value or a time is over."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice, Slot
from gateway.fieldbus.line.driver_port import Driver, read_once
from gateway.model.batch import Value
from gateway.model.quality import Quality
from gateway.profile_check.slot_values import SlotValues, slot_values

_POLL_S = 0.25
"""How often the driver is read: it collects what arrives, and does not say when."""


class Listening(NamedTuple):
    """How long to listen to a device at most, in seconds, and what is called when a slot has a new value."""

    at_most_s: float
    heard: Callable[[Slot, Value], None]


async def listen(driver: Driver, device: BoundDevice, listening: Listening) -> SlotValues:
    """Return the last value of each slot; slots without any have the quality that says why.

    Raises:
        WireError: The line can't be opened, or failed.
        DriverFault: The driver failed.
    """
    loop = asyncio.get_running_loop()
    until_s = loop.time() + listening.at_most_s
    known = SlotValues([None] * len(device.slots), [int(Quality.BadNoData)] * len(device.slots))
    while True:
        read = slot_values(device, (await read_once(driver, device)).readings)
        for place, (slot, value, code) in enumerate(zip(device.slots, read.values, read.codes, strict=True)):
            if value is not None and value != known.values[place]:
                listening.heard(slot, value)
            if value is not None or known.values[place] is None:
                known.values[place], known.codes[place] = value, code
        if None not in known.values or loop.time() >= until_s:
            return known
        await asyncio.sleep(min(_POLL_S, max(0.0, until_s - loop.time())))
